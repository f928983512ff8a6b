"""`mien index`: what is told, and how it ends."""

import pytest

from mien.indexing import index


def test_faces_are_added_and_what_gave_none_is_listed(mien, photos):
    done = mien("index", photos, "--workers", 1)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"not read  {photos / 'broken.jpg'}: the content is text; expected JPEG")
    assert lines[1:] == [
        f"no face   {photos / 'cat.png'}: no face found",
        f"no face   {photos / 'coffee.png'}: no face found",
        "2 faces added from 4 photographs, 0 known already, 1 not read.",
        "2 faces in the gallery have no name yet; to group them: mien cluster",
    ]


def test_the_second_time_nothing_is_new(mien, photos):
    mien("index", photos, "--workers", 1)
    done = mien("index", photos)
    assert done.exit_code == 0
    assert "0 faces added from 0 photographs, 4 known already, 1 not read." in done.stdout
    assert "no face" not in done.stdout.replace("2 faces in the gallery have no name", "")


def test_nothing_that_can_be_read_is_exit_code_1(mien, photos):
    done = mien("index", photos / "broken.jpg", photos / "missing.jpg", "--workers", 1)
    assert done.exit_code == 1
    assert f"not read  {photos / 'missing.jpg'}: there is no such file" in done.stdout


def test_no_photographs_at_all_is_exit_code_1(mien, tmp_path):
    (tmp_path / "empty").mkdir()
    done = mien("index", tmp_path / "empty")
    assert done.exit_code == 1
    assert "0 faces added from 0 photographs" in done.stdout


def test_a_video_is_told_of(mien, clip):
    done = mien("index", clip, "--workers", 1)
    assert done.exit_code == 1
    assert f"not read  {clip}: is a video; photographs are needed" in done.stdout


def test_crops_are_kept_when_asked_for(mien, photos, tmp_path):
    from mien import open as open_gallery

    mien("index", photos / "grace.jpg", "--keep-crops", "--workers", 1)
    with open_gallery(tmp_path / "test.mien") as people:
        assert people.store.crop(1).startswith(b"\xff\xd8\xff")


def test_an_interruption_tells_what_is_kept_and_left(mien, photos, monkeypatch):
    real = index.look

    def interrupted(engine, model, picture, **how):
        if picture.path.name == "grace.jpg":
            raise KeyboardInterrupt
        return real(engine, model, picture, **how)

    monkeypatch.setattr(index, "look", interrupted)
    monkeypatch.setattr(index, "TOGETHER", 1)
    done = mien("index", photos, "--workers", 1)
    assert done.exit_code == 130
    assert "1 face added from 3 photographs, 0 known already, 1 not read." in done.stdout
    assert "1 of 5 files are left; the same command goes on with them." in done.stdout


def test_a_cluster_that_is_not_there_is_an_error(mien, photos):
    pytest.importorskip("ray", reason="Ray is not installed; it is the extra 'ray'")
    done = mien("index", photos, "--on", "127.0.0.1:1")
    assert done.exit_code == 2
    assert "There is no Ray cluster at '127.0.0.1:1'" in done.stderr
