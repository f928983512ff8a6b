"""Turns decoded video frames into upright RGB arrays of square pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import MediaTooLarge
from mien.media.limits import Limits
from mien.media.pixels import upright
from mien.types import Image

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_SQUARE = 0.02  # pixel aspect ratios that differ from 1 by less are rounding errors of the file
_SIDEWAYS = {5, 6, 7, 8}  # EXIF orientations that swap width and height

# EXIF orientation of a display matrix from the signs of its terms, (a, d) or, where they are zero, (b, c).
_STRAIGHT = {(1, 1): 1, (-1, 1): 2, (-1, -1): 3, (1, -1): 4}
_TURNED = {0: 1, 1: 8, 2: 3, 3: 6}  # by quarter turns anticlockwise
_CROSSED = {(1, 1): 5, (1, -1): 6, (-1, -1): 7, (-1, 1): 8}


class Pictures:
    """Converts the frames of one track; keeps the scaler's tables from frame to frame.

    name: the file, for messages.
    """

    def __init__(self, stream: VideoStream, name: str, limits: Limits) -> None:
        from av.video.reformatter import VideoReformatter

        self._scaler = VideoReformatter()
        self._aspect = float(stream.sample_aspect_ratio or 1)
        self._name = name
        self._limits = limits

    def rgb(self, frame: VideoFrame) -> Image:
        """An upright (h, w, 3) uint8 RGB array; MediaTooLarge where it would be over the limit."""
        width = self._square_width(frame)
        check_size(width, frame.height, self._name, self._limits)
        # One thread: whoever decodes many videos at once wants the cores for that.
        converted = self._scaler.reformat(frame, width=width, format="rgb24", threads=1)
        return upright(np.asarray(converted.to_ndarray(), np.uint8), orientation_of(frame))

    def size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height of what `rgb` gives."""
        size = self._square_width(frame), frame.height
        return size[::-1] if orientation_of(frame) in _SIDEWAYS else size

    def _square_width(self, frame: VideoFrame) -> int:
        return frame.width if abs(self._aspect - 1) < _SQUARE else max(1, round(frame.width * self._aspect))


def check_size(width: int, height: int, name: str, limits: Limits) -> None:
    """Raise MediaTooLarge where a frame has more pixels than the limit."""
    if width * height > limits.max_pixels:
        raise MediaTooLarge(
            f"{name}: frames of {width} x {height} pixels are more than the limit of "
            f"{limits.max_pixels / 1e6:g} million; scale the video down or raise Limits.max_pixels."
        )


def orientation_of(frame: VideoFrame) -> int:
    """The EXIF orientation that the frame's display matrix (ISO/IEC 14496-12, 6.2.2) amounts to."""
    from av.sidedata.sidedata import Type

    try:
        side_data: Any = frame.side_data
    except ValueError:  # the frame also carries data of a kind that PyAV has no name for yet
        return _TURNED[round(frame.rotation / 90) % 4]
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return 1
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return _STRAIGHT[1 if a >= 0 else -1, 1 if d >= 0 else -1]
    return _CROSSED[1 if b >= 0 else -1, 1 if c >= 0 else -1]
