"""Headers tell what decoding would."""

import pytest

from bench.heic import heic
from bench.media_seeds import images, videos
from mien.errors import CorruptMedia, UnsupportedMedia
from mien.media import probe, read_image


@pytest.mark.parametrize("name", sorted(images()))
def test_images(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(images()[name])
    info = probe(path)
    height, width = read_image(path).shape[:2]
    assert (info.kind, info.width, info.height) == ("image", width, height)
    assert info.frames == (6 if name.startswith("moving") else 1)
    assert info.codec == {"jpg": "jpeg", "tif": "tiff", "heic": "heif"}.get(path.suffix[1:], path.suffix[1:])


def test_a_turned_heic(grace, tmp_path):
    (tmp_path / "a.heic").write_bytes(heic(grace[:400, :256].copy(), 1))
    assert (probe(tmp_path / "a.heic").width, probe(tmp_path / "a.heic").height) == (400, 256)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("moov_last.mp4", "h264"), ("hevc.mov", "hevc"), ("clip.webm", "vp9"), ("photos.avi", "mjpeg")],
)
def test_videos(name, codec, tmp_path):
    path = tmp_path / name
    path.write_bytes(videos()[name])
    info = probe(path)
    assert (info.kind, info.width, info.height, info.codec) == ("video", 96, 64, codec)
    assert info.rate == pytest.approx(25, abs=0.01)
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert info.frames in (50, None)  # Matroska declares no number


def test_failures_are_named(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("text")
    with pytest.raises(CorruptMedia, match=r"empty\.mp4: the file is empty"):
        probe(tmp_path / "empty.mp4")
    with pytest.raises(UnsupportedMedia, match=r"text\.mp4: the content is text"):
        probe(tmp_path / "text.mp4")
