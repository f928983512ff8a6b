"""Every problem is found where it was planted, and nothing where all is well."""

import numpy as np
import pytest

from mien.errors import ArgumentError
from mien.gallery.selfaudit import Problem, advice, audit, why
from mien.types import Issue

NAMES = {10 + i: name for i, name in enumerate(["Ann", "Bob", "Cid", "Dora", "Eve"])}


@pytest.fixture
def look(calibration):
    def look(faces, **more):
        return audit(faces, calibration, 0.01, **more)

    return look


def test_all_is_well(crowd, gallery, look):
    assert look(gallery(*crowd(1, 2, 3, 8))) == []


def test_an_empty_gallery(crowd, gallery, look):
    vectors, owner = crowd(1)
    assert look(gallery(vectors[:0], owner[:0])) == []


def test_somebody_elses_photograph(crowd, gallery, look):
    vectors, owner = crowd(3, 3)
    owner[0] = 1
    (found,) = look(gallery(vectors, owner))
    assert (found.problem, found.person, found.faces, found.other) == (Problem.MISLABELLED, 11, (100,), 10)
    assert found.like > 0.4 > found.own
    assert found.probability > 0.99
    assert why(found, NAMES) == (
        f"similarity {found.own:.2f} to the other photographs of Bob, {found.like:.2f} to Ann"
    )
    assert advice(found, NAMES) == "move it to Ann if it is"


def test_a_stranger(crowd, gallery, look):
    vectors, owner = crowd(3, 1)
    (found,) = look(gallery(vectors, np.zeros_like(owner)))
    assert (found.problem, found.faces, found.other) == (Problem.MISLABELLED, (103,), None)
    assert "nobody else here is alike" in why(found, NAMES)
    assert advice(found, NAMES) == "remove it if it is not Ann"


def test_two_people_under_one_name(crowd, gallery, look):
    vectors, owner = crowd(1, 1)
    (found,) = look(gallery(vectors, np.zeros_like(owner)))
    assert (found.problem, found.faces, found.other) == (Problem.EITHER, (100, 101), None)
    assert found.own == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-6)
    assert "third photograph" in advice(found, NAMES)


@pytest.mark.parametrize("digest", ["", "ab"])
def test_a_picture_twice(crowd, gallery, look, digest):
    """By its bytes, or by its face where it was saved anew."""
    vectors, owner = crowd(3, 3)
    vectors[1] = vectors[0]
    (found,) = look(gallery(vectors, owner, sha256=(digest, digest, "c", "d", "e", "f")))
    assert (found.problem, found.person, found.faces) == (Problem.TWICE, 10, (100, 101))
    assert why(found, NAMES) == ("the same file" if digest else "similarity 1.00")


@pytest.mark.parametrize("digest", ["", "ab"])
def test_a_picture_under_two_names(crowd, gallery, look, digest):
    vectors, owner = crowd(1, 4)
    vectors[0] = vectors[1]
    problems = look(gallery(vectors, owner, sha256=(digest, digest, "c", "d", "e")))
    (found,) = (f for f in problems if f.problem is Problem.SHARED)
    assert (found.person, found.faces, found.other, found.others) == (10, (100,), 11, (101,))
    assert why(found, NAMES) == f"the same {'file' if digest else 'picture'} is enrolled of Bob"


def test_a_picture_of_two_people_is_no_problem(crowd, gallery, look):
    assert look(gallery(*crowd(1, 1), sha256=("ab", "ab"))) == []


def test_people_who_look_alike_unless_it_was_said_that_they_are_two(crowd, gallery, look):
    vectors, owner = crowd(4, 2)
    owner[:2] = 2  # Ann under two names
    faces = gallery(vectors, owner)
    (found,) = look(faces)
    assert (found.problem, found.person, found.other) == (Problem.ALIKE, 10, 12)
    assert found.like > 0.5
    assert found.probability > 0.9
    assert look(faces, apart=[(100, 102)]) == []
    assert look(faces, apart=[(103, 101)]) == []
    assert look(faces, apart=[(100, 101), (100, 104), (7, 8)]) == [found]  # others, or long gone


def test_poor_photographs(crowd, gallery, look):
    vectors, owner = crowd(3, 2, 1)
    quality = np.array([1, 0.2, 0.9, 0.49, 0.1, 0.5], np.float32)
    issues = ((), (), (Issue.LOW_SHARPNESS, Issue.NOISY), (Issue.OCCLUDED,), (), ())
    found = look(gallery(vectors, owner, quality=quality, issues=issues))
    assert [(f.problem, f.person, f.faces) for f in found] == [
        (Problem.ONLY_POOR, 11, (103, 104)),  # said once for the person, and not of each
        (Problem.POOR, 10, (101,)),
        (Problem.POOR, 10, (102,)),
    ]
    assert [why(f, NAMES) for f in found] == [
        "the best photograph is of quality 0.49, 0.50 is needed",
        "the face is of quality 0.20",
        "the face is blurred and noisy",
    ]


def test_the_most_harmful_comes_first(crowd, gallery, look):
    vectors, owner = crowd(4, 4, 1)
    owner[0] = 1
    vectors[2] = vectors[1]
    quality = np.ones(9, np.float32)
    quality[8] = 0
    found = look(gallery(vectors, owner, quality=quality))
    assert [f.problem for f in found] == [Problem.MISLABELLED, Problem.ONLY_POOR, Problem.TWICE]
    for finding in found:
        for text in (why(finding, NAMES), advice(finding, NAMES)):
            assert text
            assert not text.endswith(".")
            assert "nan" not in text


def test_columns_of_different_lengths(crowd, gallery):
    with pytest.raises(ArgumentError, match="sha256 2"):
        gallery(*crowd(3), sha256=("", ""))
