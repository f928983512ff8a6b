"""The reader of .pose files: real files of each version, made-up ones, and damaged ones."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.pose_files import read
from mien.errors import CorruptMedia, MediaNotFound, UnsupportedMedia

COMPONENTS = (("BODY", "XYC", ("nose", "neck")), ("HAND", "XYC", ("wrist",)))


def text(value, zero_ended=False):
    data = value.encode()
    return data + b"\0" if zero_ended else struct.pack("<H", len(data)) + data


def header(version, zero_ended=False):
    data = struct.pack("<f4H", version, 640, 360, 0, len(COMPONENTS))
    for name, form, points in COMPONENTS:
        data += text(name, zero_ended) + text(form, zero_ended) + struct.pack("<3H", len(points), 1, 1)
        data += b"".join(text(point, zero_ended) for point in points)
        data += struct.pack("<2H3H", 0, 1, 255, 0, 0)
    return data


def written(version, points, sure):
    """A file of version 0.1 or 0.2 with points (f, p, 3, 2) and confidences (f, p, 3)."""
    counts = struct.pack("<3H" if version == 0.1 else "<fIH", 25, *points.shape[:2])
    return header(version) + counts + points.astype("<f4").tobytes() + sure.astype("<f4").tobytes()


@settings(deadline=None)
@given(st.sampled_from([0.1, 0.2]), st.integers(0, 5), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_what_was_written_is_read(tmp_path_factory, version, frames, people, seed):
    rng = np.random.default_rng(seed)
    points, sure = rng.random((frames, people, 3, 2)), rng.random((frames, people, 3))
    file = tmp_path_factory.getbasetemp() / "made.pose"
    file.write_bytes(written(version, points, sure))
    found = read(file)
    assert (found.version, found.size, found.rate) == (version, (640, 360), 25)
    assert found.names == (("BODY", "nose"), ("BODY", "neck"), ("HAND", "wrist"))
    assert found.component("HAND") == slice(2, 3)
    assert np.array_equal(found.points, points.astype(np.float32))
    assert np.array_equal(found.confidence, sure.astype(np.float32))


@pytest.mark.parametrize("zero_ended", [True, False])
def test_the_first_version_has_people_of_their_own_in_each_frame(tmp_path, zero_ended):
    person = lambda first: struct.pack("<h9f", 7, *range(first, first + 9))  # noqa: E731
    body = struct.pack("<H", 3) if zero_ended else struct.pack("<2H", 24, 3)
    body += (
        struct.pack("<H", 1)
        + person(0)
        + struct.pack("<H", 0)
        + struct.pack("<H", 2)
        + person(10)
        + person(20)
    )
    (tmp_path / "old.pose").write_bytes(header(0.0, zero_ended) + body)
    found = read(tmp_path / "old.pose")
    assert found.points.shape == (3, 2, 3, 2)
    assert np.isnan(found.rate) if zero_ended else found.rate == 24
    assert found.points[0, 0].tolist() == [[0, 1], [3, 4], [6, 7]]
    assert found.confidence[2, 1].tolist() == [22, 25, 28]
    assert np.isnan(found.points[1]).all()
    assert not found.confidence[1].any()


@pytest.mark.parametrize("cut", [3, 20, 60, -1])
def test_a_file_that_ends_too_early_is_named(tmp_path, cut):
    file = tmp_path / "cut.pose"
    file.write_bytes(written(0.2, np.zeros((2, 1, 3, 2)), np.zeros((2, 1, 3)))[:cut])
    with pytest.raises(CorruptMedia, match=r"cut\.pose"):
        read(file)


def test_other_versions_and_no_file_are_refused(tmp_path):
    (tmp_path / "new.pose").write_bytes(header(0.7))
    with pytest.raises(UnsupportedMedia, match=r"version 0\.7"):
        read(tmp_path / "new.pose")
    with pytest.raises(MediaNotFound):
        read(tmp_path / "none.pose")


@pytest.mark.parametrize(
    ("file", "version", "shape", "first"),
    [
        ("clips/FOOTBALL.pose", 0.2, (62, 1, 576, 3), ("POSE_LANDMARKS", "NOSE")),
        ("clips/mmpose_wholebody_SOUP.pose", 0.2, (41, 1, 133, 2), ("BODY", "nose")),
        ("clips/video_9frames_v0.0.pose", 0.0, (9, 1, 137, 2), ("pose_keypoints_2d", "Nose")),
        ("pose/openpose.pose", 0.0, (93, 1, 137, 2), ("pose_keypoints_2d", "Nose")),
        ("pose/mediapipe.pose", 0.1, (170, 1, 178, 3), ("POSE_LANDMARKS", "LEFT_SHOULDER")),
    ],
)
def test_real_files_of_each_version(shared, file, version, shape, first):
    found = read(shared / "data/sign" / file)
    assert (found.version, found.points.shape) == (version, shape)
    assert found.names[0] == first


def test_an_openpose_frame_is_the_one_in_its_json(shared):
    import json

    found = read(shared / "data/sign/clips/video_9frames_v0.0.pose")
    path = shared / "data/sign/clips/openpose_json/video_000000000004_keypoints.json"
    person = json.loads(path.read_text())["people"][0]
    body = np.array(person["pose_keypoints_2d"]).reshape(-1, 3)
    assert found.points[4, 0, :25] == pytest.approx(body[:, :2], abs=1e-3)
    assert found.confidence[4, 0, :25] == pytest.approx(body[:, 2], abs=1e-5)
