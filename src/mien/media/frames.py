"""Yields the frames of a video or an animated still with their true presentation times."""

from __future__ import annotations

import os
from collections.abc import Iterator

from mien.errors import ArgumentError, CorruptMedia, UnsupportedMedia
from mien.media.animation import animation_frames
from mien.media.files import content_of, name_of, open_regular, read_head
from mien.media.limits import DEFAULT_LIMITS, Limits
from mien.media.sniff import Content, sniff
from mien.media.video import video_frames
from mien.media.warn import Told
from mien.types import Frame


def read_frames(
    path: str | os.PathLike[str],
    *,
    every: int = 1,
    keyframes: bool = False,
    start: int = 0,
    limits: Limits = DEFAULT_LIMITS,
    tell: Told | None = None,
) -> Iterator[Frame]:
    """Yield the frames of a video, or of a GIF, WebP, PNG, AVIF or TIFF as an animation, one at a time.

    every: yield each n-th frame (0, n, 2n, ...); the others are decoded but not converted to RGB.
    keyframes: decode and yield only a video's key frames, those coded on their own, and the first frame;
        ``every`` then counts key frames. Animated stills have only key frames.
    start: yield nothing before this many frames; they are decoded, so that numbers and times stay true, but not
        converted to RGB. ``every`` counts from there.
    limits: pixels of each frame; frames and pixels of an animated still. A video may be of any length.

    `Frame.time` is the presentation time in seconds from the start of the medium; it increases always.
    `Frame.index` is the number of the frame in presentation order; with ``keyframes``, that of the frames
    coded before it. Frames are upright (rotation and mirroring in the file's metadata applied) and of square
    pixels. Memory does not grow with the length. A still image yields its only frame.

    A medium that is cut off or damaged yields what is readable, followed by a `MediaWarning`, or by a call of
    ``tell`` with its text where that is given. It is a Python warning and no log line because the caller decides
    about it: ignore, collect, or turn into an error.
    (Transport streams and fragmented MP4 declare no length: cut between two frames, they look whole.)

    Raises, when the first frame is asked for:
        MediaNotFound, UnsupportedMedia: as `read_image`.
        CorruptMedia: not one frame can be decoded.
        MediaTooLarge: over the limits, maybe only after some frames.
    Raises, at once:
        ArgumentError: ``every`` is below 1, or ``start`` below 0.
    """
    if every < 1:
        raise ArgumentError(f"every={every}: expected 1 or more, to yield each n-th frame.")
    if start < 0:
        raise ArgumentError(f"start={start}: expected the number of a frame, from 0.")
    return _frames(path, every, keyframes, start, limits, tell)


def is_video(path: str | os.PathLike[str]) -> bool:
    """Whether the content of a file is a video. Animated stills (GIF, WebP) are images.

    Raises MediaNotFound where there is no such regular file.
    """
    return content_of(path).kind == "video"


def require_medium(head: bytes, name: str) -> Content:
    """What the first bytes are; CorruptMedia where there are none, UnsupportedMedia where it is no medium."""
    if not head:
        raise CorruptMedia(f"{name}: the file is empty (0 bytes); a video or an image was expected.")
    content = sniff(head)
    if content.kind not in ("image", "video"):
        raise UnsupportedMedia(
            f"{name}: the content is {content.name}; expected a video (MP4, MOV, MKV, WebM, AVI, ...) "
            "or an image (the file's name does not matter)."
        )
    return content


def _frames(
    path: str | os.PathLike[str], every: int, keyframes: bool, start: int, limits: Limits, tell: Told | None
) -> Iterator[Frame]:
    name = name_of(path)
    with open_regular(path) as file:
        if require_medium(read_head(file, path), name).kind == "video":
            yield from video_frames(file, name, every, keyframes, start, limits, tell)
            return
    yield from animation_frames(path, every, start, limits, tell)
