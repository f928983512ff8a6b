"""Writes images and videos, complete or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from uuid import uuid4

import numpy as np

from mien.errors import ArgumentError, MediaError
from mien.types import Frame, Image

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream

_IMAGE_FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".gif": "GIF",
}
_VIDEO_FORMATS: dict[str, Literal["libx264", "libvpx-vp9"]] = {
    ".mp4": "libx264",
    ".m4v": "libx264",
    ".mov": "libx264",
    ".mkv": "libx264",
    ".webm": "libvpx-vp9",
}
_ENCODER = {
    # No B-frames: with them, the MP4 muxer declares a wrong length where the rate varies.
    "libx264": {"crf": "20", "preset": "veryfast", "bf": "0"},
    "libvpx-vp9": {"crf": "32", "b": "0", "deadline": "realtime", "cpu-used": "6"},
}
_Value = TypeVar("_Value")
_CLOCK = 90_000  # ticks a second, as in MPEG: exact for 24, 25, 30 and 60 frames a second


def write_image(path: str | os.PathLike[str], image: Image, quality: int = 92) -> None:
    """Write an (h, w, 3) uint8 RGB image; the extension chooses the format.

    quality: 1 to 100, for JPEG, WebP and AVIF.

    The file appears complete or not at all.

    Raises:
        ArgumentError: another extension, or an array that is no RGB image.
        MediaError: it cannot be written.
    """
    from PIL import Image as Pillow

    target = Path(path)
    kind = _by_extension(target, _IMAGE_FORMATS)
    _require_rgb(image, "image")
    with _replacing(target) as part:
        Pillow.fromarray(image).save(part, format=kind, quality=quality)


def write_video(path: str | os.PathLike[str], frames: Iterable[Frame], rate: float) -> None:
    """Write frames as a video at their own times (.mp4, .m4v, .mov, .mkv: H.264; .webm: VP9).

    rate: nominal frames a second; says how long the last frame is shown.

    Frames are (h, w, 3) uint8 RGB of one size; an odd last row or column is repeated, as the codecs want
    even sizes. The file appears complete or not at all.

    Raises:
        ArgumentError: no frames, frames of different sizes, or times that do not increase.
        MediaError: it cannot be written.
    """
    import av

    target = Path(path)
    codec = _by_extension(target, _VIDEO_FORMATS)
    first, rest = _first(frames)
    with _replacing(target) as part:
        try:
            with av.open(f"file:{part}", mode="w") as container:
                rate_exact = Fraction(rate).limit_denominator(1001)
                stream = container.add_stream(codec, rate=rate_exact, options=_ENCODER[codec])
                _configure(stream, first.image)
                for packet in _encoded(chain([first], rest), stream):
                    container.mux(packet)
        except av.FFmpegError as error:
            raise MediaError(f"{path}: the video cannot be written ({error.strerror}).") from error


def _configure(stream: VideoStream, image: Image) -> None:
    height, width = image.shape[:2]
    stream.width, stream.height = width + width % 2, height + height % 2
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = Fraction(1, _CLOCK)
    stream.codec_context.thread_count = 1


def _encoded(frames: Iterable[Frame], stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    from av.video.frame import VideoFrame

    shape, last = None, -1
    for frame in frames:
        _require_rgb(frame.image, f"frame {frame.index}")
        shape = shape or frame.image.shape
        ticks = round(frame.time * _CLOCK)
        if frame.image.shape != shape or ticks <= last:
            raise ArgumentError(
                f"Frame {frame.index} has shape {frame.image.shape} and time {frame.time} s; "
                f"expected {shape} and a time after {last / _CLOCK:.3f} s."
            )
        height, width = frame.image.shape[:2]
        even = np.pad(frame.image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        picture = VideoFrame.from_ndarray(even, format="rgb24")
        picture.pts, picture.time_base, last = ticks, Fraction(1, _CLOCK), ticks
        yield from stream.encode(picture)
    yield from stream.encode(None)


def _first(frames: Iterable[Frame]) -> tuple[Frame, Iterator[Frame]]:
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise ArgumentError("There are no frames to write.")
    _require_rgb(first.image, f"frame {first.index}")
    return first, rest


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A temporary name beside the target, which takes its place on success and is removed on failure."""
    part = target.with_name(f".{target.stem}.{uuid4().hex[:8]}.part{target.suffix}")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        raise MediaError(f"{target}: cannot be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)


def _by_extension(target: Path, formats: dict[str, _Value]) -> _Value:
    found = formats.get(target.suffix.lower())
    if found is None:
        raise ArgumentError(
            f"{target}: the extension is {target.suffix!r}; expected one of {', '.join(formats)}."
        )
    return found


def _require_rgb(image: Image, what: str) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ArgumentError(
            f"The {what} has shape {image.shape} and type {image.dtype}; expected (h, w, 3) uint8."
        )
