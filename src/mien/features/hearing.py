"""The voice of a medium as a stream of the cache."""

from __future__ import annotations

from collections.abc import Generator, Iterable, MutableMapping
from pathlib import Path

import numpy as np

from mien.features.state import pack, unpack
from mien.features.store import Entry
from mien.features.timing import timed
from mien.features.voice import VOICE, Voice
from mien.media.sound import Sound, read_sound
from mien.models.weights import sha256
from mien.timeline.build import sample_table
from mien.types import Rows

CHUNK = 60.0  # seconds of sound; what a kill costs at most


class Hearing:
    """The stream "voice" of one medium.

    seconds: on the clock, to which what it takes is added.
    notes: what is wrong with the sound, a sentence each; known once all chunks are there.
    """

    def __init__(self, path: Path, voice: Voice, seconds: MutableMapping[str, float]) -> None:
        self._path, self._voice, self._seconds = path, voice, seconds
        self.stream = Entry(sha256(path), VOICE.name, {"chunk": CHUNK, "facts": dict(voice.facts)})
        self.notes: list[str] = []

    def chunks(self) -> Generator[int]:
        """Computes what is missing; the number of each chunk as soon as it is there. Raises as `read_sound`."""
        told, number = self.stream.finished, self.stream.count
        yield from range(number)
        if told is None:
            if number:
                self._voice.resume(unpack(self.stream.state(number - 1)))
            for parts in self._parts(read_sound(self._path, tell=self.notes.append)):
                rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
                times = rows.pop("time")
                table = sample_table(VOICE, 0, times, None, None, rows)
                self.stream.commit(number, table, pack(self._voice.state()))
                yield number
                number += 1
            told = {"chunks": number, "notes": self.notes}
        self.notes = list(told["notes"])
        self.stream.finish(told)

    def _parts(self, sounds: Iterable[Sound]) -> Generator[list[Rows]]:
        """Rows of about a chunk of sound each; at the end what is left."""
        parts, begun = [], 0.0
        for sound in sounds:
            with timed(self._seconds, "voice"):
                parts.append(self._voice.hear(sound))
            if sound.time - begun >= CHUNK and any(
                len(part["time"]) for part in parts
            ):  # none while it catches up
                yield parts
                parts, begun = [], sound.time
        parts.append(self._voice.finish())
        yield parts
