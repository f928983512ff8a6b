"""Yields the frames of an animated still (GIF, WebP, PNG, AVIF) with the times its file gives them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mien.errors import CorruptMedia, MediaTooLarge
from mien.media.files import name_of
from mien.media.limits import Limits
from mien.media.stills import opened, read_still, rgb
from mien.media.warn import Told, warn_incomplete
from mien.types import Frame

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_ANIMATED = {"GIF", "WEBP", "PNG", "AVIF"}  # several pictures in a TIFF or HEIC are pages, no animation

# Browsers show frames without a duration, or of 10 ms and less, for 100 ms; so their makers expect.
_DEFAULT_MS = 100.0
_SHORTEST_MS = 10.0


def animation_frames(
    path: str | os.PathLike[str], every: int, start: int, limits: Limits, tell: Told | None
) -> Iterator[Frame]:
    """The frames of an image file; one where it is not animated. Raises as `read_frames` does."""
    name = name_of(path)
    data, content = read_still(path, limits)
    time_ms, index = 0.0, 0
    try:
        with opened(data, content, name, limits) as picture:
            total = frame_count(picture)
            _check_length(picture, total, name, limits)
            for index in range(total):
                picture.seek(index)
                picture.load()
                if index >= start and (index - start) % every == 0:
                    yield Frame(rgb(picture), time_ms / 1000, index, name)
                time_ms += _duration_ms(picture)
    except CorruptMedia as error:
        if index == 0:
            raise
        warn_incomplete(name, f"{index} frames of {total} were read ({error.__cause__}).", tell)


def frame_count(picture: ImageFile) -> int:
    """How many frames an opened picture has, from its headers alone."""
    return int(getattr(picture, "n_frames", 1)) if picture.format in _ANIMATED else 1


def _duration_ms(picture: ImageFile) -> float:
    duration = float(picture.info.get("duration") or 0.0)
    return duration if duration > _SHORTEST_MS else _DEFAULT_MS


def _check_length(picture: ImageFile, total: int, name: str, limits: Limits) -> None:
    width, height = picture.size
    if total > limits.max_frames or total * width * height > limits.max_animation_pixels:
        raise MediaTooLarge(
            f"{name}: the animation has {total} frames of {width} x {height} pixels; the limits are "
            f"{limits.max_frames} frames and {limits.max_animation_pixels / 1e6:g} million pixels in all "
            "(Limits.max_frames, Limits.max_animation_pixels)."
        )
