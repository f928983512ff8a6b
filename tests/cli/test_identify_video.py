"""`mien identify` on a video: who, when, and the pictures of it."""

import csv
import json

import pytest

import mien as library


@pytest.fixture
def found(mien, photos, clip, tmp_path):
    """What `identify` printed and wrote about the clip."""
    mien("enroll", "Grace Hopper", photos / "grace.jpg")
    files = {"--json": tmp_path / "clip.json", "--csv": tmp_path / "clip.csv", "--save": tmp_path / "out"}
    result = mien("identify", clip, *(word for pair in files.items() for word in pair))
    assert result.exit_code == 0
    return result, files


def test_who_is_in_it_and_when(found, clip):
    result, files = found
    record = json.loads(files["--json"].read_text("utf-8"))["files"][0]
    assert (record["file"], record["kind"], record["gallery"]["people"]) == (str(clip), "video", 1)
    assert record["frames"] == 46
    assert record["duration"] == pytest.approx(4.5, abs=0.01)
    (one,) = record["appearances"]
    assert (one["name"], one["answer"]) == ("Grace Hopper", "match")
    ((start, end),) = one["spans"]
    assert start == pytest.approx(0.8, abs=0.15), "within a frame or so of the truth"
    assert end == pytest.approx(2.3, abs=0.15)
    assert start <= one["time"] <= end
    assert one["looks"] >= 14, "of the 16 frames that show her"
    assert 1 <= one["embedded"] <= one["looks"] / 8

    (row,) = csv.DictReader(files["--csv"].read_text("utf-8").splitlines())
    assert (row["kind"], row["name"]) == ("video", "Grace Hopper")
    assert row["spans"] == f"{start} - {end}"
    assert float(row["time"]) == one["time"]

    line = next(line for line in result.stdout.splitlines() if line.startswith(str(clip)))
    assert "Grace Hopper" in line
    assert "0:00." in line
    assert "best at 0:0" in line


def test_best_frames_and_a_contact_sheet(found):
    _, files = found
    out = files["--save"]
    assert sorted(p.name for p in out.iterdir()) == ["clip-people.jpg", "clip-person-1.jpg"]
    frame = library.read_image(out / "clip-person-1.jpg")
    assert frame.shape == (400, 600, 3), "the whole frame"
    with library.open(out.parent / "test.mien") as people:
        faces = people.identify(frame)
    assert list(faces.names) == ["Grace Hopper"], "it is the frame that shows her"


def test_a_video_that_is_cut_off_is_warned_about(program, photos, clip, tmp_path):
    program("enroll", "Grace Hopper", photos / "grace.jpg")
    part = tmp_path / "part.mkv"
    data = clip.read_bytes()
    part.write_bytes(data[: len(data) * 95 // 100])
    result = program("identify", part)
    assert result.returncode == 0
    assert "Grace Hopper" in result.stdout
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"mien: warning: {part}: ")


def test_the_table_of_stills_has_no_column_for_times(mien, photos):
    mien("enroll", "Grace Hopper", photos / "grace.jpg")
    assert "when" not in mien("identify", photos / "grace.jpg").stdout.splitlines()[0]
