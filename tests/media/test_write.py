"""What is written is read back the same, and appears complete or not at all."""

import numpy as np
import pytest

from mien.errors import ArgumentError, MediaError
from mien.media import probe, read_frames, read_image, write_image, write_video
from mien.types import Frame


@pytest.mark.parametrize(
    ("extension", "bound"),
    [("png", 0), ("tif", 0), ("bmp", 0), ("jpg", 2), ("webp", 2.5), ("avif", 2), ("gif", 4)],
)
def test_images_come_back(extension, bound, grace, tmp_path):
    path = tmp_path / f"Grace Höpper.{extension}"
    write_image(path, grace)
    assert np.abs(read_image(path).astype(int) - grace).mean() <= bound  # lossy at quality 92: 0.8 to 1.5
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_quality_trades_size(grace, tmp_path):
    write_image(tmp_path / "a.jpg", grace, quality=50)
    write_image(tmp_path / "b.jpg", grace, quality=95)
    assert (tmp_path / "a.jpg").stat().st_size * 2 < (tmp_path / "b.jpg").stat().st_size


def test_odd_sizes_and_the_last_duration(grace, tmp_path):
    path = tmp_path / "odd.mp4"
    write_video(path, (Frame(grace[:101, :99], i / 10, i) for i in range(5)), rate=10)
    assert next(read_frames(path)).image.shape == (102, 100, 3)
    assert probe(path).duration == pytest.approx(0.5, abs=0.01)


def test_a_failure_leaves_the_old_file(grace, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")

    def frames():
        yield Frame(grace[:64, :64], 0.0, 0)
        yield Frame(grace[:64, :64], 0.0, 1)

    with pytest.raises(ArgumentError, match=r"Frame 1 .* a time after 0\.000 s"):
        write_video(path, frames(), rate=25)
    with pytest.raises(ArgumentError, match="no frames"):
        write_video(path, [], rate=25)
    with pytest.raises(ArgumentError, match=r"expected \(64, 64, 3\)"):
        write_video(path, [Frame(grace[:64, :64]), Frame(grace[:32, :64], 1.0, 1)], rate=25)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_named(grace, tmp_path):
    with pytest.raises(ArgumentError, match=r"a\.xyz: the extension is '\.xyz'; expected one of \.jpg"):
        write_image(tmp_path / "a.xyz", grace)
    with pytest.raises(ArgumentError, match=r"expected one of \.mp4"):
        write_video(tmp_path / "a.jpg", [Frame(grace)], rate=25)
    with pytest.raises(ArgumentError, match="float64"):
        write_image(tmp_path / "a.png", grace / 255)
    for write in (
        lambda p: write_image(p / "a.png", grace),
        lambda p: write_video(p / "a.mp4", [Frame(grace)], 9),
    ):
        with pytest.raises(MediaError, match=r"missing/a\.\w+: "):
            write(tmp_path / "missing")
