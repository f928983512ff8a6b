"""Decodes a video track packet by packet and notes what is damaged or missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


class Decoder:
    """Iterates over (frame, its number); damaged packets are left out and noted.

    keyframes: decode and give only key frames, and the first frame in any case: a clip that was cut out of a
        longer one may have no key frame of its own. A frame's number is then that of frames coded before it.
    problem: what was wrong first, or None.
    last_packet: the one of the latest presentation time.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, keyframes: bool) -> None:
        self._container = container
        self._stream = stream
        self._keyframes = keyframes
        self._given = 0
        self._coded_before: dict[int | None, int] = {}
        self.problem: str | None = None
        self.last_packet: Packet[VideoStream] | None = None

    def __iter__(self) -> Iterator[tuple[VideoFrame, int]]:
        import av

        number = -1
        try:
            for number, packet in enumerate(self._packets()):
                self._remember(packet, number)
                if self._keyframes and self._given and packet.size and not packet.is_keyframe:
                    continue
                try:
                    frames = packet.decode()
                except av.InvalidDataError:
                    self._note("a part of the data cannot be decoded")
                else:
                    yield from self._wanted(frames)
        except av.FFmpegError as error:
            if number < 0:
                raise
            self._note(error.strerror or "the data cannot be read")

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        # PyAV flushes one track after the other at the end, and stumbles over a track that appeared midway
        # (as in recordings of broadcasts). Ours came before it and has been flushed.
        with suppress(IndexError):
            yield from self._container.demux(self._stream)

    def _wanted(self, frames: list[VideoFrame]) -> Iterator[tuple[VideoFrame, int]]:
        for frame in frames:
            if frame.is_corrupt:  # the decoder has painted over what is missing
                self._note("a frame is damaged")
            elif not self._keyframes:
                yield frame, self._given
                self._given += 1
            elif frame.key_frame or not self._given:
                yield frame, self._coded_before.pop(frame.pts, self._given)
                self._given += 1

    def _remember(self, packet: Packet[VideoStream], number: int) -> None:
        if packet.is_corrupt:
            self._note("a part of the data is missing")
        if packet.is_keyframe and self._keyframes:
            self._coded_before[packet.pts] = number
        latest = self.last_packet.pts if self.last_packet else None
        if packet.pts is not None and (latest is None or packet.pts >= latest):
            self.last_packet = packet

    def _note(self, problem: str) -> None:
        self.problem = self.problem or problem
