"""A gallery that may only be read: searched where no log is owed, refused where one is, and never changed."""

import pytest

import mien
from mien.errors import GalleryError
from mien.gallery.stores.records import Charter
from mien.gallery.stores.sqlite import SQLiteStore, connections
from tests.gallery.conftest import EILEEN, GRACE


def locked(path, monkeypatch) -> bytes:
    """From here on nothing may be written, as root's rights would not show; what the file holds."""
    monkeypatch.setattr(connections.os, "access", lambda *_: False)
    return path.read_bytes()


def test_a_gallery_of_the_household_is_searched_and_the_answer_says_that_it_was_not_logged(
    both, path, grace, monkeypatch
):
    assert both.identify(grace).provenance["logged"] is True
    both.close()
    content = locked(path, monkeypatch)
    with mien.open(path) as people:
        found = people.identify(grace)
        assert found.names.tolist() == [GRACE]
        assert found.provenance["logged"] is False
        with pytest.raises(GalleryError, match=r"readonly.*Nothing was changed"):
            people.enroll(EILEEN, grace)
        with pytest.raises(GalleryError, match="Nothing was changed"):
            people.forget(GRACE)
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_any_other_gallery_is_not_searched_where_it_cannot_be_logged(path, grace, monkeypatch):
    charter = Charter("the entrance", "legitimate interest", 30.0)
    SQLiteStore.open(path, create=True, charter=charter).close()
    with mien.open(path) as people:
        people.enroll(GRACE, grace)
    content = locked(path, monkeypatch)
    with mien.open(path) as people, pytest.raises(GalleryError, match="readonly"):
        people.identify(grace)
    assert path.read_bytes() == content
