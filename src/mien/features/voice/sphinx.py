"""Words by PocketSphinx, a small old recogniser of English that carries its model: for trying and for tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from typing import Any

import numpy as np

from mien.errors import ModelError
from mien.features.voice.activity import RATE
from mien.features.voice.words import Word, stretches
from mien.media.sound import Sound

_FRAMES = 100  # a second; times are multiples of 10 ms


class Sphinx:
    """The `Recogniser` of PocketSphinx's own English model. Raises `ModelError` where it is not installed."""

    def __init__(self) -> None:
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise ModelError("The recogniser 'pocketsphinx' is not here: pip install pocketsphinx") from error
        self.name = f"pocketsphinx {metadata.version('pocketsphinx')}"
        self.facts: Mapping[str, Any] = {"name": self.name}
        self._decoder = Decoder(samprate=RATE, loglevel="FATAL")

    def words(self, sounds: Iterable[Sound]) -> Iterator[Word]:
        """The words of a medium in order, in lower case."""
        for sound in stretches(sounds):
            pcm = np.clip(sound.samples * 32768.0, -32768, 32767).astype("<i2")
            self._decoder.start_utt()
            self._decoder.process_raw(pcm.tobytes(), full_utt=True)
            self._decoder.end_utt()
            for part in self._decoder.seg():
                if part.word.startswith(("<", "[")):  # silence, noise, begin and end
                    continue
                text = re.sub(r"\(\d+\)$", "", part.word)  # a number tells the pronunciation
                start, end = part.start_frame / _FRAMES, (part.end_frame + 1) / _FRAMES
                yield Word(sound.time + start, sound.time + end, text, min(part.prob, 1.0))
