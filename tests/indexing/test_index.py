"""Indexing: what is kept and told of each file, once, in one process and in several."""

from itertools import islice

import pytest

import mien
from mien.indexing import index, index_files
from mien.indexing.reading import Indexed


def test_every_file_is_told_of_with_what_became_of_it(local, folder):
    results, (faces, _) = local
    told = {path.relative_to(folder).as_posix(): one for path, one in results.items()}
    assert {name: one.faces for name, one in told.items() if one.faces} == {
        "both.png": 2,
        "eileen-mirrored.png": 1,
        "eileen.png": 1,
        "grace-small.jpg": 1,
        "grace-turned.png": 1,
        "grace.jpg": 1,
    }
    assert {name for name, one in told.items() if one.problem == "no face found"} == {"cat.png", "coffee.jpg"}
    assert {name for name, one in told.items() if not one.read} == {"cut.jpg", "noise.png", "letter.jpg"}
    assert {name for name, one in told.items() if one.known} == {"sub/again.jpg"}
    assert len(faces) == 7


def test_problems_do_not_name_the_file(local, folder):
    """They are kept in the gallery as they are, where what names a person's picture is sealed."""
    for path, one in local[0].items():
        assert str(folder) not in one.problem
        assert path.name not in one.problem


def test_faces_belong_to_nobody_and_their_source_is_the_whole_path(local, folder):
    faces, cosines = local[1]
    assert {face[0] for face in faces} == {
        str(folder / name)
        for name in (
            "both.png",
            "eileen-mirrored.png",
            "eileen.png",
            "grace-small.jpg",
            "grace-turned.png",
            "grace.jpg",
        )
    }
    assert {face[-1] for face in faces} == {None}
    same = [[a[0].split("/")[-1][:3] == b[0].split("/")[-1][:3] for b in faces[2:]] for a in faces[2:]]
    assert ((cosines[2:, 2:] > 0.6) == same).all(), (
        "the vectors are of the faces: alike where the person is one"
    )


def test_again_nothing_is_new(people, files, same_rows):
    list(index_files(people, files, workers=1))
    again = list(index_files(people, files, workers=1))
    same_rows(people)
    assert [one.path for one in again] == files
    assert sum(one.known for one in again) == 11, "all whose bytes were looked at; a letter is no picture"
    assert people.store.info().photographs == 10


def test_a_new_name_is_no_new_picture_and_new_bytes_are(people, folder, tmp_path):
    first, second = tmp_path / "a.jpg", tmp_path / "b.jpg"
    first.write_bytes((folder / "grace.jpg").read_bytes())
    second.write_bytes(first.read_bytes() + b"\0")
    assert [one.faces for one in index_files(people, [first], workers=1)] == [1]
    first.rename(tmp_path / "c.jpg")
    results = list(index_files(people, [tmp_path / "c.jpg", second], workers=1))
    assert [(one.known, one.faces) for one in results] == [(True, 0), (False, 1)]


def test_results_come_when_they_are_kept(people, files, monkeypatch):
    """Whatever a caller was told of survives a kill at once."""
    monkeypatch.setattr(index, "TOGETHER", 3)
    seen = 0
    for one in index_files(people, files, workers=1):
        seen += one.faces
        assert people.store.info().loose >= seen


def test_who_stops_early_keeps_what_was_done(people, files):
    results = index_files(people, files, workers=1)
    told = list(islice(results, 1))  # the letter or a duplicate comes through before anything was written
    results.close()
    kept = people.store.info().photographs
    assert kept > 0
    assert not told[0].faces
    list(index_files(people, files, workers=1))
    assert people.store.info().photographs == 10


def test_an_interruption_comes_after_all_that_was_kept_is_told(people, files, monkeypatch):
    real = index.look

    def interrupted(engine, model, picture, **how):
        if picture.path.name == "grace.jpg":
            raise KeyboardInterrupt
        return real(engine, model, picture, **how)

    monkeypatch.setattr(index, "look", interrupted)
    told = []
    with pytest.raises(KeyboardInterrupt):
        told.extend(index_files(people, files, workers=1))  # those before it stay in the list
    kept = people.store.info().photographs
    assert sum("letter" not in one.path.name for one in told) == kept > 0


def test_small_faces_are_left_out_and_counted(people, folder, tmp_path, grace):
    import numpy as np
    from PIL import Image

    page = np.full((300, 400, 3), 200, np.uint8)
    page[:, :256] = np.asarray(Image.fromarray(grace).resize((256, 300)))
    tiny = np.asarray(Image.fromarray(grace).resize((56, 66)))  # her face is 21 pixels wide then
    page[100:166, 300:356] = tiny
    Image.fromarray(page).save(tmp_path / "page.png")
    (one,) = index_files(people, [tmp_path / "page.png"], workers=1)
    assert (one.faces, one.small) == (1, 1)


def test_crops_are_kept_when_asked_for(people, folder):
    from io import BytesIO

    from PIL import Image

    list(index_files(people, [folder / "grace.jpg"], workers=1, crops=True))
    crop = people.store.crop(1)
    assert Image.open(BytesIO(crop)).size == (112, 112)
    list(index_files(people, [folder / "eileen.png"], workers=1))
    assert people.store.crop(2) == b""


def test_a_name_that_is_no_unicode_is_kept_escaped(people, folder, tmp_path):
    path = tmp_path / "gr\udce4ce.jpg"
    try:
        path.write_bytes((folder / "grace.jpg").read_bytes())
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    (one,) = index_files(people, [path], workers=1)
    assert one == Indexed(path, faces=1)
    assert people.store.faces_by_id([1])[1].source == str(tmp_path / r"gr\udce4ce.jpg")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("a.jpg",), r"the one path 'a\.jpg'"), ((["a.jpg"],), "workers is 0")],
)
def test_wrong_arguments(people, arguments, message):
    with pytest.raises(mien.ArgumentError, match=message):
        next(index_files(people, *arguments, workers=0))
