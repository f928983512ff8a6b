"""Yields the frames of an animated still (GIF, WebP, PNG, AVIF) with the times its file gives them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mien.errors import CorruptMedia, MediaTooLarge
from mien.media.limits import Limits
from mien.media.stills import first_frame, opened, read_still
from mien.media.warn import warn_incomplete
from mien.types import Frame

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# Browsers show frames without a duration, or of 10 ms and less, for this long.
_DEFAULT_MS = 100.0
_SHORTEST_MS = 10.0


def animation_frames(path: str | os.PathLike[str], every: int, limits: Limits) -> Iterator[Frame]:
    """The frames of an image file; one where it is not animated. Raises as `read_frames` does."""
    name = os.fspath(path)
    data, content = read_still(path, limits)
    time_ms, index = 0.0, 0
    try:
        with opened(data, content, name, limits) as picture:
            while True:
                image = first_frame(picture, name)
                if index % every == 0:
                    yield Frame(image, time_ms / 1000, index, name)
                time_ms += frame_ms(picture)
                index += 1
                if not _advance(picture, index):
                    return
                _check_length(picture, index, name, limits)
    except CorruptMedia as error:
        if index == 0:
            raise
        warn_incomplete(name, f"{index} frames were read, then: {error.__cause__ or error}")


def frame_ms(picture: ImageFile) -> float:
    """How long the current frame is shown, in milliseconds."""
    duration = float(picture.info.get("duration") or 0.0)
    return duration if duration > _SHORTEST_MS else _DEFAULT_MS


def _advance(picture: ImageFile, index: int) -> bool:
    if (
        not getattr(picture, "is_animated", False) or picture.format == "HEIF"
    ):  # a HEIC holds several pictures
        return False
    try:
        picture.seek(index)
    except EOFError:
        return False
    return True


def _check_length(picture: ImageFile, index: int, name: str, limits: Limits) -> None:
    width, height = picture.size
    if index >= limits.max_frames or (index + 1) * width * height > limits.max_animation_pixels:
        raise MediaTooLarge(
            f"{name}: the animation has more than {index} frames of {width} x {height} pixels; the limits "
            f"are {limits.max_frames} frames and {limits.max_animation_pixels / 1e6:g} million pixels in all "
            "(Limits.max_frames, Limits.max_animation_pixels)."
        )
