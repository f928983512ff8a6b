"""What a recogniser of speech is, and how long sound is cut into stretches that one can take at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from mien.errors import ArgumentError
from mien.features.voice.activity import RATE
from mien.media.sound import Sound

LONGEST = 28.0  # s; Whisper hears 30 s at once
_QUIET = 0.1  # s over which the quietest place is looked for


@dataclass(frozen=True)
class Word:
    """A word that was said.

    start, end: seconds from the start of the medium. text: without spaces around it.
    confidence: what the recogniser makes of it, in [0, 1]; not calibrated, NaN where it says nothing.
    """

    start: float
    end: float
    text: str
    confidence: float = float("nan")


class Recogniser(Protocol):
    """Turns speech to words.

    name: of the model and its version. facts: all that the words depend on besides the sound, in plain JSON types.
    """

    name: str
    facts: Mapping[str, Any]

    def words(self, sounds: Iterable[Sound]) -> Iterator[Word]:
        """The words of a medium in order, while its blocks (of 16 kHz, each where the last one ended) come in."""


def word_segments(words: Iterable[Word], *, model: str) -> Iterator[dict[str, Any]]:
    """Words as intervals of the layer "word", as `timeline.build.segments` takes them.

    The confidence is no probability and is told of in the provenance alone.
    """
    for word in words:
        told = None if np.isnan(word.confidence) else f'{{"confidence":{word.confidence:.4f}}}'
        interval = {"start": word.start, "end": word.end, "layer": "word", "label": word.text}
        yield {**interval, "model": model, "provenance": told}


def stretches(sounds: Iterable[Sound], *, longest: float = LONGEST) -> Iterator[Sound]:
    """The same sound in stretches of at most that many seconds, cut where it is quietest in their second half."""
    size = round(longest * RATE)
    held: Sound | None = None
    for sound in sounds:
        if sound.rate != RATE:
            raise ArgumentError(f"The sound has {sound.rate} samples a second; expected {RATE}.")
        held = replace(held, samples=np.concatenate([held.samples, sound.samples])) if held else sound
        while len(held.samples) > size:
            cut = quietest(held, size)
            yield replace(held, samples=held.samples[:cut])
            held = replace(
                held, samples=held.samples[cut:], time=held.time + cut / RATE, index=held.index + cut
            )
    if held is not None and len(held.samples):
        yield held


def quietest(sound: Sound, size: int) -> int:
    """The sample in the middle of the quietest tenth of a second in the second half of the first `size` samples."""
    width = round(_QUIET * RATE)
    power = np.cumsum(np.square(sound.samples[size // 2 : size], dtype=np.float64))
    return size // 2 + width // 2 + int(np.argmin(power[width:] - power[:-width]))
