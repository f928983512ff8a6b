"""What is not a whole gallery is refused with the reason, and creating one is all or nothing."""

import os
import sqlite3
import stat

import pytest

from mien.errors import GalleryCorrupt, GalleryError, GalleryNewer, GalleryNotFound
from mien.gallery.stores.sql.tables import SCHEMA
from mien.gallery.stores.sqlite import SQLiteStore
from tests.gallery.whole import problems


@pytest.fixture
def whole(path, make_face):
    """A closed gallery file of some size."""
    with SQLiteStore.open(path, create=True) as store:
        store.enroll_many((f"p{i}", [make_face(i)]) for i in range(60))
    return path


def test_nothing_there(path):
    with pytest.raises(GalleryNotFound, match="there is no gallery"):
        SQLiteStore.open(path)
    assert not path.exists()


def test_no_folder_to_make_it_in(path):
    with pytest.raises(GalleryError, match="No such file or directory"):
        SQLiteStore.open(path / "deeper.mien", create=True)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_owner_may_read(path, make_face):
    previous = os.umask(0)
    try:
        with SQLiteStore.open(path, create=True) as store:
            store.enroll("Ada", [make_face(1)])
            modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(previous)
    assert modes == {0o600}


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" * 500, "not a gallery"),
        (b"SQLite format 3\x00" + b"garbage" * 100, "not a gallery, or damaged"),
        (b"SQLite", "not a gallery"),
    ],
)
def test_other_files(path, content, told, create):
    path.write_bytes(content)
    with pytest.raises(GalleryCorrupt, match=told):
        SQLiteStore.open(path, create=create)
    assert path.read_bytes() == content


@pytest.mark.parametrize("create", [False, True])
def test_folders_and_pipes(path, create):
    path.mkdir()
    with pytest.raises(GalleryCorrupt, match="a folder"):
        SQLiteStore.open(path, create=create)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(GalleryCorrupt, match="pipe"):
        SQLiteStore.open(path, create=create)


@pytest.mark.parametrize("create", [False, True])
def test_another_programs_database(path, create):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE people (name)")
    db.close()
    content = path.read_bytes()
    with pytest.raises(GalleryCorrupt, match="another program"):
        SQLiteStore.open(path, create=create)
    assert path.read_bytes() == content


def test_a_newer_schema(whole):
    db = sqlite3.connect(whole)
    db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    db.close()
    with pytest.raises(GalleryNewer, match=f"schema {SCHEMA + 1}; this one reads {SCHEMA}"):
        SQLiteStore.open(whole)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.999])
def test_a_file_cut_off(whole, share):
    content = whole.read_bytes()
    whole.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(GalleryCorrupt):
        SQLiteStore.open(whole)


def test_damage_in_the_middle_is_named_when_met(whole):
    content = bytearray(whole.read_bytes())
    content[8192:-4096] = b"\x5a" * (len(content) - 12288)
    whole.write_bytes(content)
    with pytest.raises(GalleryCorrupt, match="damaged"), SQLiteStore.open(whole) as store:
        store.people()


def test_an_empty_file_is_no_gallery_but_may_become_one(path):
    path.touch()
    with pytest.raises(GalleryCorrupt, match="empty file"):
        SQLiteStore.open(path)
    with SQLiteStore.open(path, create=True) as store:
        assert store.info().people == 0


def test_a_creation_that_was_killed_is_finished_by_the_next(path):
    db = sqlite3.connect(path)  # what a kill leaves: a database in WAL mode without tables
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    assert path.stat().st_size > 0
    with pytest.raises(GalleryCorrupt):
        SQLiteStore.open(path)
    with SQLiteStore.open(path, create=True) as store:
        assert store.info().people == 0
    with SQLiteStore.open(path, create=True) as store:
        assert store.info().schema == SCHEMA


def test_a_read_only_gallery_can_be_searched_but_not_changed(whole, make_face, monkeypatch):
    from mien.gallery.stores.sqlite import connections

    monkeypatch.setattr(connections.os, "access", lambda *_: False)
    with SQLiteStore.open(whole) as store:
        assert len(store.people()) == 60
        with pytest.raises(GalleryError, match="readonly"):
            store.enroll("Ada", [make_face(1)])
    assert [file.name for file in whole.parent.iterdir()] == [whole.name]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (
            "UPDATE templates SET exact = zeroblob(512) WHERE face_id = 1",
            "template 1 of sface is no vector of 128",
        ),
        (
            "UPDATE means SET exact = (SELECT exact FROM templates WHERE face_id = 9) WHERE person_id = 2",
            "mean of person 2",
        ),
        ("DELETE FROM means WHERE person_id = 3", "mean of person 3"),
        ("DELETE FROM templates WHERE face_id = 4", "face 4 has no template"),
        ("DELETE FROM people WHERE id = 5", "refer to people that are not there"),
        (
            "UPDATE templates SET exact = zeroblob(9) WHERE face_id = 6",
            "template 6 of sface is no vector of 128",
        ),
    ],
)
def test_the_check_finds_what_is_half_written(whole, harm, told):
    assert problems(whole) == []
    db = sqlite3.connect(whole)
    with db:
        db.execute(harm)
    db.close()
    assert any(told in problem for problem in problems(whole))
