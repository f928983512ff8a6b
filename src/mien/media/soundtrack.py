"""Decodes the sound track of a file: pieces of one channel, in the order and at the rate of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np

from mien.errors import CorruptMedia, UnsupportedMedia
from mien.media.clock import MICROSECONDS
from mien.media.iso import require_plausible_samples
from mien.types import Floats

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

# Containers that are opened. Play lists are not among them: they are text that makes FFmpeg open other files.
_FORMATS = "wav,w64,aiff,caf,flac,ogg,mp3,aac,amr,mov,matroska,avi,mpeg,mpegts,flv,asf,mxf"
_DECLARING = {"wav", "w64", "flac", "mov,mp4,m4a,3gp,3g2,mj2"}  # of others, FFmpeg guesses the duration
_COUNTED = {
    "mp3",
    "aac",
    "amr",
}  # without time stamps: FFmpeg counts, and takes the rate of the first frame for all
_RATES = range(1_000, 768_001)  # Hz, from what telemetry uses to the fastest converters of sound
_SLACK = 0.25  # seconds that a track may be shorter than declared before it counts as cut off
_FULL = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "flt": 1.0, "dbl": 1.0}  # full scale, by sample format


class Piece(NamedTuple):
    """What one packet holds: samples (n,) float32, seconds of the first (None: unknown), samples a second."""

    samples: Floats
    time: float | None
    rate: int


class Soundtrack:
    """Iterates over the pieces of a track; damaged ones are left out.

    end: seconds from the start of the medium to the end that the file declares, inf where it declares none.
    problem: what was wrong first, or None.
    """

    def __init__(self, container: InputContainer, stream: AudioStream, name: str) -> None:
        self._container, self._stream, self._name = container, stream, name
        self._unit = float(stream.time_base or 1 / MICROSECONDS)
        # Of the earliest track, so that sound and pictures share one zero.
        start = container.start_time
        self._start = None if start is None else start / MICROSECONDS
        self.end = np.inf if container.duration is None else container.duration / MICROSECONDS
        self.problem: str | None = None
        self._begun = False

    def __iter__(self) -> Iterator[Piece]:
        import av

        end = 0.0
        try:
            for packet in self._packets():
                for frame in self._decoded(packet):
                    piece = self._piece(frame)
                    end = (end if piece.time is None else piece.time) + len(piece.samples) / piece.rate
                    yield piece
        except av.FFmpegError as error:
            if not end:
                raise
            self.note(error.strerror or "the data cannot be read")
        if end and self._container.format.name in _DECLARING:
            self._compare(end)

    def note(self, problem: str) -> None:
        """Remember what was wrong, if it is the first."""
        self.problem = self.problem or problem

    def _packets(self) -> Iterator[Packet[AudioStream]]:
        with suppress(
            IndexError
        ):  # PyAV stumbles over tracks that appear midway when it flushes; see Decoder
            yield from self._container.demux(self._stream)

    def _decoded(self, packet: Packet[AudioStream]) -> list[AudioFrame]:
        import av

        try:
            frames = packet.decode()
        except av.InvalidDataError:
            frames = []
            self.note("a part of the sound cannot be decoded")
        return [frame for frame in frames if frame.samples]

    def _piece(self, frame: AudioFrame) -> Piece:
        samples = one_channel(frame, self._name)
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
            self.note("some samples are no numbers and were taken as silence")
        if frame.pts is None or (self._begun and self._container.format.name in _COUNTED):
            return Piece(samples, None, frame.sample_rate)
        self._begun = True
        stamp = frame.pts * float(frame.time_base or self._unit)
        self._start = stamp if self._start is None else self._start
        return Piece(samples, stamp - self._start, frame.sample_rate)

    def _compare(self, end: float) -> None:
        stream = self._stream
        declared = ((stream.start_time or 0) + (stream.duration or 0)) * self._unit - (self._start or 0.0)
        if end + _SLACK < declared:
            self.note(f"the file declares {declared:.2f} s")


def one_channel(frame: AudioFrame, name: str) -> Floats:
    """(n,) float32 in [-1, 1] (beyond it where a float file is): the mean of all channels, none weighted."""
    layout = frame.format.name.removesuffix("p")
    if layout not in _FULL:
        raise UnsupportedMedia(f"{name}: its sound has samples of the format {layout!r}, which are not read.")
    array = frame.to_ndarray().astype(np.float64)
    if not frame.format.is_planar:
        array = array.reshape(frame.samples, -1).T
    mean = array.mean(axis=0) - (128.0 if layout == "u8" else 0.0)
    return np.asarray(mean / _FULL[layout], np.float32)


@contextmanager
def opened_sound(file: BinaryIO, name: str) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container and its first sound track; FFmpeg's errors become Mien's."""
    import av

    require_plausible_samples(file, name)
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file", "threads": "1"}
    try:
        with av.open(file, mode="r", options=options, metadata_errors="ignore") as container:
            yield container, _sound_track(container, name)
    except av.FFmpegError as error:
        raise CorruptMedia(
            f"{name}: the sound is damaged or cut off and cannot be read ({error.strerror}); get a complete copy."
        ) from error


def _sound_track(container: InputContainer, name: str) -> AudioStream:
    if not container.streams.audio:
        raise UnsupportedMedia(
            f"{name}: has no sound track (found {len(container.streams)} other tracks); there is nothing to hear."
        )
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise UnsupportedMedia(f"{name}: its sound track is of a codec that this FFmpeg does not decode.")
    if stream.codec_context.sample_rate not in _RATES:
        raise CorruptMedia(
            f"{name}: declares {stream.codec_context.sample_rate:,} samples a second; "
            f"expected {_RATES[0]:,} to {_RATES[-1]:,}. The file is damaged or no sound."
        )
    return stream
