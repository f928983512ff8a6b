"""Decodes video files with PyAV: upright RGB frames with true times, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from mien.errors import CorruptMedia, MediaTooLarge, UnsupportedMedia
from mien.media.clock import Clock
from mien.media.limits import Limits
from mien.media.pixels import upright
from mien.media.warn import warn_incomplete
from mien.types import Frame, Image

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter
    from av.video.stream import VideoStream

# Containers that are opened. Play lists (HLS, DASH, concat) are not among them: they are text that makes
# FFmpeg open other files and addresses.
_FORMATS = "mov,matroska,avi,mpeg,mpegvideo,mpegts,flv,asf,ogg,mxf,yuv4mpegpipe,ivf,h264,hevc"
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
_SQUARE = 0.02  # pixel aspect ratios that differ from 1 by less are rounding errors of the file

# EXIF orientation of a display matrix from the signs of its terms, (a, d) or, where they are zero, (b, c).
_STRAIGHT = {(1, 1): 1, (-1, 1): 2, (-1, -1): 3, (1, -1): 4}
_CROSSED = {(1, 1): 5, (1, -1): 6, (-1, -1): 7, (-1, 1): 8}


def video_frames(file: BinaryIO, name: str, every: int, keyframes: bool, limits: Limits) -> Iterator[Frame]:
    """The frames of an open video file. Raises as `read_frames` does."""
    from av.video.reformatter import VideoReformatter

    with opened_video(file, name) as (container, stream):
        decoder = Decoder(container, stream, keyframes)
        clock, scaler = Clock(container, stream), VideoReformatter()
        aspect, count = float(stream.sample_aspect_ratio or 1), 0
        for frame, number in decoder:
            check_frame(frame, name, limits)
            time = clock.time_of(frame)
            if count % every == 0:
                yield Frame(rgb(frame, scaler, aspect), time, number, name)
            count += 1
        problem = decoder.problem or clock.missing(decoder.last_packet)
    if count == 0:
        raise CorruptMedia(f"{name}: no frame of the video can be decoded ({problem or 'it has none'}).")
    if problem:
        warn_incomplete(name, f"{count} frames up to {clock.last:.2f} s were read ({problem}).")


@contextmanager
def opened_video(file: BinaryIO, name: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its first moving picture track; FFmpeg's errors become Mien's."""
    import av

    try:
        with av.open(file, mode="r", container_options=_OPTIONS, metadata_errors="ignore") as container:
            stream = _picture_track(container, name)
            stream.codec_context.thread_type = "NONE"
            stream.codec_context.thread_count = 1
            yield container, stream
    except av.FFmpegError as error:
        raise CorruptMedia(
            f"{name}: the video is damaged or cut off and cannot be read ({error.strerror}); "
            "get a complete copy."
        ) from error


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
            for number, packet in enumerate(self._container.demux(self._stream)):
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


def check_frame(frame: VideoFrame, name: str, limits: Limits) -> None:
    """Raise MediaTooLarge where a frame has more pixels than the limit."""
    if frame.width * frame.height > limits.max_pixels:
        raise MediaTooLarge(
            f"{name}: frames of {frame.width} x {frame.height} pixels are more than the limit of "
            f"{limits.max_pixels / 1e6:g} million; scale the video down or raise Limits.max_pixels."
        )


def rgb(frame: VideoFrame, scaler: VideoReformatter, aspect: float) -> Image:
    """An upright (h, w, 3) uint8 RGB array of square pixels; ``aspect`` is a coded pixel's width / height."""
    width = frame.width if abs(aspect - 1) < _SQUARE else round(frame.width * aspect)
    # One thread: whoever decodes many videos at once wants the cores for that.
    converted = scaler.reformat(frame, width=width, format="rgb24", threads=1)
    return upright(np.asarray(converted.to_ndarray(), np.uint8), orientation_of(frame))


def orientation_of(frame: VideoFrame) -> int:
    """The EXIF orientation that the frame's display matrix (ISO/IEC 14496-12, 6.2.2) amounts to."""
    from av.sidedata.sidedata import Type

    side_data: Any = frame.side_data
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return 1
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return _STRAIGHT[1 if a >= 0 else -1, 1 if d >= 0 else -1]
    return _CROSSED[1 if b >= 0 else -1, 1 if c >= 0 else -1]


def _picture_track(container: InputContainer, name: str) -> VideoStream:
    from av.stream import Disposition

    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise UnsupportedMedia(f"{name}: has no picture track (found {len(container.streams)} other tracks).")
    if moving[0].codec_context is None:
        raise UnsupportedMedia(f"{name}: its picture track is of a codec that this FFmpeg does not decode.")
    return moving[0]
