"""Gives video frames their time: seconds from the start of the medium, always increasing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MICROSECONDS = 1e6  # per second; the unit of a container's times (AV_TIME_BASE)
_DEFAULT_RATE = 25.0  # frames a second where the file says nothing, as for a raw H.264 stream
_SLACK = 0.25  # seconds that a track may be shorter than declared before it counts as cut off


class Clock:
    """Times of a stream's frames.

    last: time of the frame before, -1 / rate before the first.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._unit = float(stream.time_base or 1 / MICROSECONDS)
        self._step = 1.0 / float(stream.average_rate or stream.guessed_rate or _DEFAULT_RATE)
        start = container.start_time  # of the earliest track, so that sound and pictures share one zero
        self._start = None if start is None else start / MICROSECONDS
        self.last = -self._step

    def time_of(self, frame: VideoFrame) -> float:
        """The frame's time in seconds; where it is missing or goes back, one frame after the last."""
        time = self.last + self._step
        if frame.pts is not None:
            stamp = frame.pts * self._unit
            self._start = stamp if self._start is None else self._start
            if stamp - self._start > self.last:
                time = stamp - self._start
        self.last = time
        return time

    def missing(self, last_packet: Packet[VideoStream] | None) -> str | None:
        """What to say where the track ends well before the end that its file declares."""
        declared = self._declared_end()
        if declared is None or last_packet is None or last_packet.pts is None:
            return None
        shown = (last_packet.duration or 0) * self._unit
        end = last_packet.pts * self._unit - (self._start or 0.0) + max(shown, self._step)
        return f"the file declares {declared:.2f} s" if end + _SLACK < declared else None

    def _declared_end(self) -> float | None:
        """Seconds from the start of the medium to the end of the track, None where only a guess is there."""
        stream, container = self._stream, self._container
        if container.format.name == "avi" and stream.frames:  # its duration is guessed from the file's size
            return stream.frames * self._step
        if stream.duration is not None:
            return ((stream.start_time or 0) + stream.duration) * self._unit - (self._start or 0.0)
        if written := re.fullmatch(
            r"(\d+):(\d\d):(\d\d\.\d+)", stream.metadata.get("DURATION", "")
        ):  # Matroska
            hours, minutes, seconds = map(float, written.groups())
            return hours * 3600 + minutes * 60 + seconds
        if container.duration is not None and len(container.streams) == 1:
            return container.duration / MICROSECONDS
        return None
