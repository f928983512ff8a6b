"""Reads video files with PyAV: frames with true times, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from mien.errors import CorruptMedia, UnsupportedMedia
from mien.media.clock import Clock
from mien.media.decoder import Decoder
from mien.media.iso import require_plausible_samples
from mien.media.limits import Limits
from mien.media.picture import Pictures, check_size
from mien.media.warn import Told, warn_incomplete
from mien.types import Frame

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Containers that are opened. Play lists (HLS, DASH, concat) are not among them: they are text that makes
# FFmpeg open other files and addresses.
_FORMATS = "mov,matroska,avi,mpeg,mpegvideo,mpegts,flv,asf,ogg,mxf,yuv4mpegpipe,ivf,h264,hevc"


def video_frames(
    file: BinaryIO,
    name: str,
    every: int,
    keyframes: bool,
    start: int,
    limits: Limits,
    tell: Told | None,
) -> Iterator[Frame]:
    """The frames of an open video file. Raises as `read_frames` does."""
    with opened_video(file, name, limits) as (container, stream):
        decoder = Decoder(container, stream, keyframes)
        clock, pictures = Clock(container, stream), Pictures(stream, name, limits)
        count = 0
        for frame, number in decoder:
            time = clock.time_of(frame)
            if count >= start and (count - start) % every == 0:
                yield Frame(pictures.rgb(frame), time, number, name)
            count += 1
        problem = decoder.problem or clock.missing(decoder.last_packet)
    if count == 0:
        raise CorruptMedia(f"{name}: no frame of the video can be decoded ({problem or 'it has none'}).")
    if problem:
        warn_incomplete(name, f"{count} frames up to {clock.last:.2f} s were read ({problem}).", tell)


@contextmanager
def opened_video(file: BinaryIO, name: str, limits: Limits) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its first moving picture track; FFmpeg's errors become Mien's."""
    import av

    require_plausible_samples(file, name)
    options = {
        "format_whitelist": _FORMATS,
        "protocol_whitelist": "file",
        "max_pixels": str(limits.max_pixels),  # heeded by the decoders before they allocate a frame
        "threads": "1",
    }
    try:
        with av.open(file, mode="r", options=options, metadata_errors="ignore") as container:
            stream = _picture_track(container, name)
            check_size(stream.codec_context.width, stream.codec_context.height, name, limits)
            yield container, stream
    except av.FFmpegError as error:
        raise CorruptMedia(
            f"{name}: the video is damaged or cut off and cannot be read ({error.strerror}); "
            "get a complete copy."
        ) from error


def _picture_track(container: InputContainer, name: str) -> VideoStream:
    from av.stream import Disposition

    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise UnsupportedMedia(f"{name}: has no picture track (found {len(container.streams)} other tracks).")
    if moving[0].codec_context is None:
        raise UnsupportedMedia(f"{name}: its picture track is of a codec that this FFmpeg does not decode.")
    return moving[0]
