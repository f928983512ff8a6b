"""Measures a voice every 10 ms, in one pass over sound of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

import numpy as np

from mien.errors import ArgumentError
from mien.features.extractor import State
from mien.features.voice.activity import CONTEXT, RATE, WINDOW, Activity
from mien.features.voice.pitch import DEEP, HIGHEST, LOWEST, VOICED, pitches, span
from mien.features.voice.syllables import DIP, Nuclei
from mien.media.sound import Sound
from mien.models import Session, open_session
from mien.types import Column, Family, Floats, Rows

HOP = 160  # samples: a row each 10 ms
CHUNK = (
    30 * WINDOW
)  # samples that are worked on at once: 96 hops, whatever the size of the blocks that come in
MARGIN = 512  # samples before and after a hop's middle that its measures look at
FLOOR = -120.0  # dBFS of perfect silence
HALF = 150  # hops before and after a row of which its rate tells
LEAST = 100  # hops of speech among them that a rate needs

VOICE = Family(
    "voice",
    (
        Column("speech", meaning="probability that somebody speaks, in [0, 1], held over windows of 32 ms"),
        Column(
            "pitch",
            unit="Hz",
            meaning="of the voice or whatever is periodic, 60 to 500; NaN where nothing is",
        ),
        Column(
            "energy", unit="dBFS", meaning="root mean square over 64 ms (Hann), -120 to 0; a full sine has -3"
        ),
        Column(
            "rate",
            unit="1/s",
            meaning="estimate of syllables per second of speech, over 3 s; NaN where less than 1 s of it is speech",
        ),
    ),
    tracked=False,
)

_HANN = np.hanning(2 * MARGIN + 1)[:-1].astype(np.float32) ** 2
_WEIGHTS = _HANN / _HANN.sum()


class Voice:
    """Hears sound block by block and gives rows of the family `VOICE`, which do not depend on the size of the blocks.

    Rows have the family's columns and "time" (n,) float64, seconds from the start of the medium to the middle of the
    hop. They come up to 2.5 s after the sound, as a rate looks ahead. Whose voice it is, is not told. Each medium wants
    one of its own; several may share a session.

    Opens "silero-vad": raises as `open_session` does, `WeightsMissing` where it was never added.

    >>> with Voice() as voice:                                                          # doctest: +SKIP
    ...     for rows in voice.measured(read_sound("interview.mp4")):
    ...         rows["pitch"]
    """

    family = VOICE
    needs: tuple[str, ...] = ()

    def __init__(self, session: Session | None = None) -> None:
        self._session = session or open_session("silero-vad")
        self.model = f"{self._session.card.name} {self._session.card.version}"
        self._activity = Activity(self._session)
        self._nuclei = Nuclei()
        self._start = np.nan
        self._heard = 0  # samples
        self._given = 0  # hops
        self._samples: Floats = np.zeros(
            MARGIN, np.float32
        )  # from MARGIN before the first that is not measured
        self._rows = np.zeros(
            (0, 5), np.float32
        )  # speech, pitch, energy, nucleus, spoken; from HALF before the next
        self.facts: Mapping[str, Any] = {
            "models": [self._session.provenance()],
            "pitch": {"method": "YIN", "lowest": LOWEST, "highest": HIGHEST, "deep": DEEP, "voiced": VOICED},
            "rate": {"dip": DIP, "window": 2 * HALF * HOP / RATE},
        }

    def measured(self, sounds: Iterable[Sound]) -> Iterator[Rows]:
        """All rows of a medium, a stretch at a time."""
        for sound in sounds:
            yield self.hear(sound)
        yield self.finish()

    def hear(self, sound: Sound) -> Rows:
        """The rows that this block completes. Samples that were heard before, as after `resume`, are passed over.

        Raises `ArgumentError` where the block has another rate than 16 kHz or does not go on where the last one ended.
        """
        if sound.rate != RATE or sound.index > self._heard:
            raise ArgumentError(
                f"A block of sound begins at sample {sound.index} with {sound.rate} samples a second; "
                f"expected {self._heard} and {RATE}: read it with read_sound(path, rate={RATE}), from the start."
            )
        if not self._heard:
            self._start = sound.time
        new = sound.samples[self._heard - sound.index :]
        self._heard += len(new)
        self._samples = np.concatenate([self._samples, new])
        while len(self._samples) >= CHUNK + 2 * MARGIN:
            self._measure()
        return self._give(len(self._rows) - self._past - HALF)

    def finish(self) -> Rows:
        """The rows of what was heard last; nothing can be heard afterwards."""
        left = -(-(self._heard - HOP // 2) // HOP) - self._given  # hops whose middle was heard
        while len(self._rows) - self._past < left:
            self._samples = np.pad(self._samples, (0, max(0, CHUNK + 2 * MARGIN - len(self._samples))))
            self._measure()
        self._rows = self._rows[: self._past + max(left, 0)]
        return self._give(left)

    def state(self) -> State:
        """All that is carried on, a few tens of kilobytes at any time."""
        return {
            "numbers": np.array([self._start, self._heard, self._given]),
            "samples": self._samples,
            "rows": self._rows,
            "activity": self._activity.memory,
            "nuclei": self._nuclei.memory,
        }

    def resume(self, state: State) -> None:
        """Go on from a state that `state` gave; blocks may come again from the start of the medium."""
        self._start, heard, given = state["numbers"].tolist()
        self._heard, self._given = int(heard), int(given)
        self._samples, self._rows = state["samples"], state["rows"]
        self._activity.memory, self._nuclei.memory = state["activity"], state["nuclei"]

    def close(self) -> None:
        """Free the network."""
        self._session.close()

    @property
    def _past(self) -> int:
        """How many of the rows at hand were given already and are kept for their neighbours' rate."""
        return min(self._given, HALF)

    def _measure(self) -> None:
        """Measure the first chunk of the samples, and drop it."""
        sounding = self._samples[: CHUNK + 2 * MARGIN]
        self._samples = self._samples[CHUNK:]
        middles = MARGIN + HOP // 2 + np.arange(0, CHUNK, HOP)
        windows = self._activity.probabilities(sounding[MARGIN - CONTEXT : MARGIN + CHUNK])
        speech = windows[(middles - MARGIN) // WINDOW]
        pitch = pitches(around(sounding, middles, span(RATE)), RATE)
        power = around(sounding, middles, 2 * MARGIN) ** 2 @ _WEIGHTS
        energy = np.maximum(10 * np.log10(np.maximum(power, 1e-20)), FLOOR)
        spoken = speech >= 0.5
        nuclei = self._nuclei.found(energy, spoken & ~np.isnan(pitch))
        rows = np.stack([speech, pitch, energy, nuclei, spoken], axis=1, dtype=np.float32)
        self._rows = np.concatenate([self._rows, rows])

    def _give(self, count: int) -> Rows:
        """The next rows, as many as that."""
        count, past = max(count, 0), self._past
        sums = np.pad(np.cumsum(self._rows[:, 3:], axis=0, dtype=np.float64), ((1, 0), (0, 0)))
        here = np.arange(past, past + count)
        before, after = np.maximum(here - HALF, 0), np.minimum(here + HALF + 1, len(self._rows))
        nuclei, spoken = (sums[after] - sums[before]).T
        rate = np.where(spoken >= LEAST, nuclei / np.maximum(spoken, 1) * RATE / HOP, np.nan)
        speech, pitch, energy = self._rows[past : past + count, :3].T
        time = self._start + ((self._given + np.arange(count)) * HOP + HOP / 2) / RATE
        self._given += count
        self._rows = self._rows[past + count - self._past :]
        return {
            "time": time,
            "speech": speech,
            "pitch": pitch,
            "energy": energy,
            "rate": rate.astype(np.float32),
        }

    def __enter__(self) -> Voice:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def around(samples: Floats, middles: Any, length: int) -> Floats:
    """(n, length) samples of which each middle is in the middle."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, length)
    return np.asarray(windows[middles - length // 2], np.float32)
