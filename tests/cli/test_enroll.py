"""`mien enroll`: what is enrolled, what is not and why, and the exit codes."""

import shutil

import pytest

import mien as library
from mien import media


def test_accepted_and_rejected_are_listed_with_reasons(mien, photos):
    result = mien(
        "enroll", "Grace Hopper", photos / "grace.jpg", photos / "coffee.png", photos / "missing.jpg"
    )
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"enrolled      {photos / 'grace.jpg'}"
    assert lines[1] == f"not enrolled  {photos / 'coffee.png'}: no face found"
    assert lines[2].startswith(f"not enrolled  {photos / 'missing.jpg'}: there is no such file")
    assert lines[3] == "Grace Hopper has 1 photograph in a gallery of 1 person."


def test_nobody_enrolled_is_exit_code_1(mien, photos):
    result = mien("enroll", "Mug", photos / "coffee.png")
    assert result.exit_code == 1
    assert f"not enrolled  {photos / 'coffee.png'}: no face found" in result.stdout
    assert "Mug was not enrolled" in result.stdout


def test_folders_are_expanded(mien, photos, tmp_path):
    folder = tmp_path / "grace" / "navy"
    folder.mkdir(parents=True)
    shutil.copy(photos / "grace.jpg", folder / "portrait.jpg")
    (tmp_path / "grace" / "notes.txt").write_text("not a photograph, and not asked for by name")
    result = mien("enroll", "Grace Hopper", tmp_path / "grace")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"enrolled      {folder / 'portrait.jpg'}"
    assert "notes.txt" not in result.stdout


def test_the_same_photograph_is_not_enrolled_twice(mien, photos):
    mien("enroll", "Grace Hopper", photos / "grace.jpg")
    again = mien("enroll", "Grace Hopper", photos / "grace.jpg")
    assert again.exit_code == 1
    assert "enrolled already" in again.stdout


def test_poor_faces_only_where_accepted(mien, astronaut, tmp_path):
    media.write_image(tmp_path / "small.png", astronaut[::5, ::5])  # the face is about 30 pixels wide
    refused = mien("enroll", "Eileen Collins", tmp_path / "small.png")
    assert refused.exit_code == 1
    assert "pixels wide" in refused.stdout
    assert mien("enroll", "Eileen Collins", tmp_path / "small.png", "--accept-poor").exit_code == 0


def test_videos_are_told_to_be_videos(mien, photos, tmp_path, grace):
    clip = tmp_path / "clip.mp4"
    media.write_video(clip, [library.Frame(grace, 0.0)], 25.0)
    result = mien("enroll", "Grace Hopper", clip, photos / "grace.jpg")
    assert result.exit_code == 0
    assert f"not enrolled  {clip}: is a video" in result.stdout


@pytest.mark.parametrize("name", ["", "   ", "two\nlines"])
def test_names_that_are_none(mien, photos, name):
    result = mien("enroll", name, photos / "grace.jpg")
    assert result.exit_code == 2
    assert "name" in result.stderr


def test_the_gallery_option_beats_the_environment(mien, photos, tmp_path):
    other = tmp_path / "other.mien"
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg", "--gallery", other).exit_code == 0
    assert other.exists()
    assert not (tmp_path / "test.mien").exists()
