"""From a gallery's file to the findings: real faces, real labels, and one that is known to be wrong."""

import numpy as np
import pytest

import mien
from mien.gallery.selfaudit import Problem, audit, enrolled
from mien.gallery.stores.records import Kind
from mien.media import read_image

# In LFW the first photograph under this name shows another man than the other two.
ODD = "Jim_OBrien"
KNOWN = ("Jeremy_Greenstock", "Megawati_Sukarnoputri", "Romano_Prodi", "Tang_Jiaxuan")


@pytest.fixture(scope="module")
def photographs(shared):
    """Three photographs of each of these people, with what they are called by."""
    lfw = shared / "data/faces/lfw"
    files = {name: sorted((lfw / name).glob("*.jpg"))[:3] for name in (ODD, *KNOWN)}
    if not all(map(len, files.values())):
        pytest.skip(f"photographs of LFW are not at {lfw}")
    return files


@pytest.fixture
def mixed(people, photographs):
    """The gallery, with one photograph of each of the first two of KNOWN under the other's name."""
    one, other = (photographs[name] for name in KNOWN[:2])
    swapped = photographs | {KNOWN[0]: [other[0], *one[1:]], KNOWN[1]: [one[0], *other[1:]]}
    for name, files in swapped.items():
        people.enroll(name, [read_image(file) for file in files], accept_poor=True)
    return people


def test_the_wrong_ones_are_found_and_no_others(mixed):
    faces, records = enrolled(mixed.store, mixed.model)
    found = [f for f in audit(faces, mixed.calibration, mixed.fpir) if f.problem is Problem.MISLABELLED]
    ids = {name: mixed.store.person(name).id for name in (ODD, *KNOWN)}
    first = {name: mixed.faces(name)[0].id for name in ids}
    told = {(f.person, f.faces, f.other) for f in found}
    assert told == {
        (ids[ODD], (first[ODD],), None),
        (ids[KNOWN[0]], (first[KNOWN[0]],), ids[KNOWN[1]]),
        (ids[KNOWN[1]], (first[KNOWN[1]],), ids[KNOWN[0]]),
    }
    assert len(records) == len(faces) == 15


def test_what_is_read_is_what_is_enrolled(mixed):
    faces, records = enrolled(mixed.store, mixed.model)
    assert faces.keys.tolist() == sorted(records)
    for row, key in enumerate(faces.keys.tolist()):
        record = records[key]
        assert (faces.people[row], faces.sha256[row]) == (record.person_id, record.sha256)
        assert (faces.quality[row], faces.issues[row]) == (np.float32(record.quality), record.issues)
        assert (mixed.store.fetch(mixed.model, Kind.FACE, [key]).exact[0] == faces.vectors[row]).all()
    assert np.allclose(np.linalg.norm(faces.vectors, axis=1), 1, atol=1e-5)


def test_nothing_is_changed(mixed):
    before = mixed.store.seq()
    audit(enrolled(mixed.store, mixed.model)[0], mixed.calibration, mixed.fpir)
    assert mixed.store.seq() == before


def test_an_empty_gallery(people):
    faces, records = enrolled(people.store, people.model)
    assert (len(faces), records) == (0, {})
    assert faces.vectors.shape == (0, people.model.dim)


def test_mien_audits_its_own_photographs(people, grace, astronaut):
    people.enroll("Grace", [grace, np.ascontiguousarray(grace[:, ::-1])])
    people.enroll("Eileen", astronaut)
    (found,) = audit(enrolled(people.store, people.model)[0], people.calibration, people.fpir)
    assert found.problem is Problem.TWICE  # a mirrored picture is the same picture
    assert mien.Answer.MATCH in people.identify(grace).answers
