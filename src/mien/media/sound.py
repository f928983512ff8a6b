"""Yields the sound of a file in blocks of one channel, with true times, in bounded memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mien.errors import ArgumentError, CorruptMedia, UnsupportedMedia
from mien.media.files import name_of, open_regular, read_head
from mien.media.sniff import sniff
from mien.media.soundtrack import Piece, Soundtrack, opened_sound
from mien.media.warn import Told, warn_incomplete
from mien.types import Floats

if TYPE_CHECKING:
    from av.audio.resampler import AudioResampler

JITTER = (
    0.04  # s that a time stamp may be off before it counts; EBU R37: sound at most 40 ms before its picture
)
_LONGEST_GAP = 3600.0  # s; a stamp further ahead is taken for damage


@dataclass(frozen=True, eq=False)
class Sound:
    """A stretch of sound.

    samples: (n,) float32 in [-1, 1], the mean of all channels; a file of floats may go beyond.
    time: seconds from the start of the medium to the first sample. rate: samples a second.
    index: number of the first sample, from 0, so that a block goes on where the one before it ended.
    source: the file that it came from.
    """

    samples: Floats
    time: float
    rate: int
    index: int = 0
    source: str = ""


def read_sound(
    path: str | os.PathLike[str], *, rate: int = 16_000, block: float = 1.0, tell: Told | None = None
) -> Iterator[Sound]:
    """Yield the sound of a file, or of a video's first sound track, one block after the other.

    rate: samples a second of what is yielded; FFmpeg's resampler converts. block: seconds of each block but the last.
    What is yielded depends on neither the size of blocks nor that of packets. Memory does not grow with the length.

    `Sound.time` counts from the zero that the pictures of the same file have: a sound that starts 0.5 s after them has
    0.5 in its first block. A gap in the time stamps of more than `JITTER` seconds becomes silence, so that what comes
    after it is at its true time; stamps that go back are not followed, as for pictures. Gaps, and damage, are told of
    at the end by a `MediaWarning`, or by a call of ``tell`` with its text. A file without samples yields nothing.

    Raises, when the first block is asked for:
        MediaNotFound, MediaError: as `read_frames`.
        UnsupportedMedia: the content is no sound or video, or a video without a sound track.
        CorruptMedia: it cannot be decoded.
    Raises, at once:
        ArgumentError: ``rate`` or ``block`` is out of range.
    """
    if not 1_000 <= rate <= 192_000:
        raise ArgumentError(f"rate={rate}: expected 1000 to 192000 samples a second.")
    if not (block > 0 and round(block * rate) > 0 and block <= 600):
        raise ArgumentError(f"block={block}: expected a length in seconds, of one sample to 600 s.")
    return _blocks(path, rate, round(block * rate), tell)


def _blocks(path: str | os.PathLike[str], rate: int, size: int, tell: Told | None) -> Iterator[Sound]:
    name = name_of(path)
    with open_regular(path) as file:
        head = read_head(file, path)
        _require_sound(head, name)
        with opened_sound(file, name) as (container, stream):
            track = Soundtrack(container, stream, name)
            if (declared := riff_size(head)) > os.fstat(file.fileno()).st_size:
                track.note(f"its header declares {declared:,} bytes, which it does not have")
            line, resampler = Line(track), Resampler(rate)
            parts: list[Floats] = []
            waiting, given = 0, 0
            for samples in resampler.resampled(line):
                parts.append(samples)
                waiting += len(samples)
                while waiting >= size:
                    joined = np.concatenate(parts)
                    yield Sound(joined[:size], line.start + given / rate, rate, given, name)
                    parts, waiting, given = [joined[size:]], waiting - size, given + size
            if waiting:
                yield Sound(np.concatenate(parts), line.start + given / rate, rate, given, name)
    if line.gaps:
        track.note(f"gaps of {line.filled:.2f} s in all are filled with silence")
    if track.problem:
        warn_incomplete(name, f"{line.end - line.start:.2f} s of sound were read ({track.problem}).", tell)


def _require_sound(head: bytes, name: str) -> None:
    if not head:
        raise CorruptMedia(f"{name}: the file is empty (0 bytes); a sound or a video was expected.")
    content = sniff(head)
    if content.kind not in ("audio", "video"):
        raise UnsupportedMedia(
            f"{name}: the content is {content.name}; expected a sound (WAV, FLAC, MP3, M4A, Ogg, ...) or a video."
        )


def riff_size(head: bytes) -> int:
    """Bytes that a WAV file declares to have (FFmpeg goes by what is there); 0 where it declares nothing."""
    size = int.from_bytes(head[4:8], "little")
    return size + 8 if head.startswith(b"RIFF") and size < 0xFFFFFFFF else 0


class Line:
    """Iterates over pieces, one right after the other: gaps that the time stamps show are filled with silence.

    start, end: seconds of the first sample and after the last. gaps: how many were filled. filled: their seconds.
    """

    def __init__(self, track: Soundtrack) -> None:
        self._track = track
        self._begun = False
        self.start = self.end = self.filled = 0.0
        self.gaps = 0

    def __iter__(self) -> Iterator[tuple[Floats, int]]:
        """Samples (n,) float32, at most a second of silence at once, and how many of them make a second."""
        for piece in self._track:
            if not self._begun:
                self._begun = True
                self.start = self.end = piece.time or 0.0
            for length in self._missing(piece):
                yield np.zeros(length, np.float32), piece.rate
            yield piece.samples, piece.rate
            self.end += len(piece.samples) / piece.rate

    def _missing(self, piece: Piece) -> Iterator[int]:
        gap = 0.0 if piece.time is None else piece.time - self.end
        if gap <= JITTER:
            return
        if gap > _LONGEST_GAP or self.end + gap > self._track.end + JITTER:
            self._track.note("a time stamp lies beyond the end and was not believed")
            return
        self.gaps += 1
        self.filled += gap
        left = round(gap * piece.rate)
        while left:
            length = min(left, piece.rate)
            yield length
            left -= length
            self.end += length / piece.rate


class Resampler:
    """Brings samples of any rate, which may change midway, to one rate."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._from: int | None = None
        self._inner: AudioResampler | None = None

    def resampled(self, line: Line) -> Iterator[Floats]:
        """(n,) float32 each, in order and without a delay; what is left inside comes at the end."""
        for samples, rate in line:
            if rate != self._from:
                yield from self._pass(None)
                self._begin(rate)
            yield from self._pass(samples)
        yield from self._pass(None)

    def _begin(self, rate: int) -> None:
        from av.audio.resampler import AudioResampler

        self._from = rate
        self._inner = None if rate == self._rate else AudioResampler("fltp", "mono", self._rate)

    def _pass(self, samples: Floats | None) -> Iterator[Floats]:
        from av.audio.frame import AudioFrame

        if self._inner is None:
            if samples is not None:
                yield samples
            return
        frame = None
        if samples is not None:
            frame = AudioFrame.from_ndarray(samples[None], "fltp", "mono")
            frame.sample_rate = self._from or self._rate
        for out in self._inner.resample(frame):
            yield np.asarray(out.to_ndarray()[0], np.float32)
