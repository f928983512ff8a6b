"""Tells size, length and codec of a medium from its headers, without decoding it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO, Literal

from mien.errors import CorruptMedia
from mien.media.animation import frame_count
from mien.media.clock import MICROSECONDS
from mien.media.decoder import Decoder
from mien.media.files import name_of, open_regular, read_head
from mien.media.frames import require_medium
from mien.media.limits import DEFAULT_LIMITS, Limits
from mien.media.picture import Pictures
from mien.media.stills import opened, orientation_of, read_still
from mien.media.video import opened_video


@dataclass(frozen=True)
class MediaInfo:
    """What a medium's headers say.

    kind: "image" (animated or not) or "video".
    width, height: pixels of the upright picture.
    duration: seconds, None for images and where it is not declared.
    frames: number of frames, None where it is not declared.
    codec: "jpeg", "heif", "h264", ...
    rate: mean frames a second, None for images and where it is not declared.
    """

    kind: Literal["image", "video"]
    width: int
    height: int
    duration: float | None
    frames: int | None
    codec: str
    rate: float | None


def probe(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> MediaInfo:
    """Read the headers of an image or video, and a video's first frame. Raises as `read_frames` does."""
    name = name_of(path)
    with open_regular(path) as file:
        if require_medium(read_head(file, path), name).kind == "video":
            return _video(file, name, limits)
    data, content = read_still(path, limits)
    with opened(data, content, name, limits) as picture:
        width, height = picture.size
        if orientation_of(picture) in (5, 6, 7, 8) and picture.format != "TIFF":  # whose reader swaps them
            width, height = height, width
        return MediaInfo("image", width, height, None, frame_count(picture), content.name, None)


def _video(file: BinaryIO, name: str, limits: Limits) -> MediaInfo:
    with opened_video(file, name, limits) as (container, stream):
        first = next(iter(Decoder(container, stream, keyframes=True)), None)
        if first is None:
            raise CorruptMedia(f"{name}: no frame of the video can be decoded.")
        width, height = Pictures(stream, name, limits).size(first[0])
        duration, rate = None, stream.average_rate or stream.guessed_rate
        if stream.duration is not None and stream.time_base is not None:
            duration = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            duration = container.duration / MICROSECONDS
        codec = stream.codec_context.name
        return MediaInfo(
            "video", width, height, duration, stream.frames or None, codec, float(rate) if rate else None
        )
