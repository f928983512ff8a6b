"""Tells size, length and codec of a medium from its headers, without decoding it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

from mien.errors import CorruptMedia, UnsupportedMedia
from mien.media.animation import frame_count
from mien.media.clock import MICROSECONDS
from mien.media.decoder import Decoder
from mien.media.files import name_of, open_regular, read_head
from mien.media.frames import require_medium
from mien.media.limits import DEFAULT_LIMITS, Limits
from mien.media.picture import Pictures
from mien.media.sniff import sniff
from mien.media.soundtrack import opened_sound
from mien.media.stills import opened, orientation_of, read_still
from mien.media.video import opened_video

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream


@dataclass(frozen=True)
class MediaInfo:
    """What a medium's headers say.

    kind: "image" (animated or not), "video", or "audio": sound without moving pictures.
    width, height: pixels of the upright picture, 0 where there is none.
    duration: seconds, None for images and where it is not declared.
    frames: number of frames, None where it is not declared.
    codec: "jpeg", "heif", "h264", "aac", ...
    rate: mean frames a second, None for images and where it is not declared.
    sample_rate: samples of sound a second, None where there is no sound.
    """

    kind: Literal["image", "video", "audio"]
    width: int
    height: int
    duration: float | None
    frames: int | None
    codec: str
    rate: float | None
    sample_rate: int | None = None


def probe(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> MediaInfo:
    """Read the headers of an image, video or sound, and a video's first frame.

    Raises as `read_frames` does, or for a sound as `read_sound`.
    """
    name = name_of(path)
    with open_regular(path) as file:
        head = read_head(file, path)
        if sniff(head).kind == "audio":
            return _sound(file, name)
        if require_medium(head, name).kind == "video":
            return _moving(file, name, limits)
    data, content = read_still(path, limits)
    with opened(data, content, name, limits) as picture:
        width, height = picture.size
        if orientation_of(picture) in (5, 6, 7, 8) and picture.format != "TIFF":  # whose reader swaps them
            width, height = height, width
        return MediaInfo("image", width, height, None, frame_count(picture), content.name, None)


def _moving(file: BinaryIO, name: str, limits: Limits) -> MediaInfo:
    """Of a container that may hold pictures, as one of a voice recorder need not."""
    try:
        return _video(file, name, limits)
    except UnsupportedMedia:
        file.seek(0)
        try:
            return _sound(file, name)
        except UnsupportedMedia:
            pass
        raise


def _video(file: BinaryIO, name: str, limits: Limits) -> MediaInfo:
    with opened_video(file, name, limits) as (container, stream):
        first = next(iter(Decoder(container, stream, keyframes=True)), None)
        if first is None:
            raise CorruptMedia(f"{name}: no frame of the video can be decoded.")
        width, height = Pictures(stream, name, limits).size(first[0])
        rate, sound = stream.average_rate or stream.guessed_rate, container.streams.audio
        return MediaInfo(
            "video",
            width,
            height,
            _duration(container, stream),
            stream.frames or None,
            stream.codec_context.name,
            float(rate) if rate else None,
            (sound[0].codec_context.sample_rate or None) if sound and sound[0].codec_context else None,
        )


def _sound(file: BinaryIO, name: str) -> MediaInfo:
    with opened_sound(file, name) as (container, stream):
        context = stream.codec_context
        duration = _duration(container, stream)
        return MediaInfo("audio", 0, 0, duration, None, context.name, None, context.sample_rate)


def _duration(container: InputContainer, stream: VideoStream | AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / MICROSECONDS
