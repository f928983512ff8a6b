"""Folders give their images and videos, told by content, in the order that people expect."""

import os

import pytest

from bench.media_seeds import images, videos
from mien.errors import MediaNotFound
from mien.media import find_media, is_video


@pytest.fixture
def folder(tmp_path):
    """A folder of media, of things that only look like it, and of things that must not be touched."""
    jpeg, film = images()["plain.jpg"], videos()["clip.mkv"]
    files = {
        "img10.jpg": jpeg,
        "img2.jpg": jpeg,
        "IMG1.JPG": jpeg,
        "photo_without_extension": jpeg,
        "film.dat": film,
        "notes.txt": b"text",
        "report.pdf": b"%PDF-1.7",
        "letter.jpg": b"text under a picture's name",
        "empty.png": b"",
        ".hidden.jpg": jpeg,
        "sub/b.jpg": jpeg,
        "sub/.cache/thumb.jpg": jpeg,
        "another/a.jpg": jpeg,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "zeros.jpg").symlink_to("/dev/zero")
    (tmp_path / "gone.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "linked.jpg").symlink_to("img2.jpg")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    return tmp_path


def test_a_folder_is_expanded_in_natural_order(folder):
    found = [str(p.relative_to(folder)) for p in find_media([folder])]
    here = ["empty.png", "film.dat", "IMG1.JPG", "img2.jpg", "img10.jpg", "letter.jpg", "linked.jpg"]
    assert found == [*here, "photo_without_extension", "another/a.jpg", "sub/b.jpg"]


def test_not_recursive(folder):
    found = {p.name for p in find_media([str(folder)], recursive=False)}
    assert "img2.jpg" in found
    assert not found & {"a.jpg", "b.jpg"}


def test_a_path_that_was_asked_for_is_given_whatever_it_is(folder):
    asked = [folder / "notes.txt", folder / "missing.jpg", folder / "pipe.jpg"]
    assert list(find_media(asked)) == asked


def test_is_video_looks_at_the_content(folder):
    assert is_video(folder / "film.dat")
    assert not is_video(folder / "img2.jpg")
    with pytest.raises(MediaNotFound, match=r"pipe\.jpg: is a named pipe"):
        is_video(folder / "pipe.jpg")
