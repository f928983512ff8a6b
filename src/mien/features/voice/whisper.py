"""Words by Whisper, run with faster-whisper from a folder on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from mien.errors import ModelError, WeightsMissing
from mien.features.voice.words import Word, stretches
from mien.media.sound import Sound
from mien.models.weights import sha256

_NEEDED = ("model.bin", "config.json", "tokenizer.json")


class Whisper:
    """The `Recogniser` of a model folder of the user's, in the form of CTranslate2; nothing is ever downloaded.

    folder: with ``model.bin``, ``config.json`` and a tokenizer, as of the "faster-whisper" models.
    language: as "en"; None lets the model tell it from each stretch. threads: of the processor.

    Raises `WeightsMissing` where the folder is not there or lacks a file, `ModelError` where faster-whisper is not
    installed or cannot load it.
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, language: str | None = None, threads: int = 1
    ) -> None:
        place = Path(folder)
        if missing := [file for file in _NEEDED if not (place / file).is_file()]:
            raise WeightsMissing(
                f"{str(place)!r} is no folder of a Whisper model: {', '.join(missing)} is not there. "
                "Give one in the form of CTranslate2, with model.bin, config.json and tokenizer.json."
            )
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise ModelError(
                "Speech is turned to words with faster-whisper, which is not here: pip install 'mien[words]'"
            ) from error
        try:
            self._model = WhisperModel(
                str(place), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"faster-whisper cannot load the model in {str(place)!r}: {error}") from error
        self.name = f"whisper {place.name}"
        self.facts: Mapping[str, Any] = {
            "name": self.name,
            "sha256": sha256(place / "model.bin"),
            "faster-whisper": metadata.version("faster-whisper"),
            "language": language,
        }
        self._language = language

    def words(self, sounds: Iterable[Sound]) -> Iterator[Word]:
        """The words of a medium in order, of what faster-whisper's own Silero VAD takes for speech: in noise and in
        silence, Whisper makes words up.
        """
        for sound in stretches(sounds):
            parts, _ = self._model.transcribe(
                sound.samples,
                language=self._language,
                word_timestamps=True,
                vad_filter=True,
                condition_on_previous_text=False,  # else it repeats itself through silence
                temperature=0.0,
            )
            for part in parts:
                for word in part.words or ():
                    start, end = sound.time + float(word.start), sound.time + float(word.end)
                    yield Word(start, end, word.word.strip(), float(word.probability))
