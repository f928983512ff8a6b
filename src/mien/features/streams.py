"""One pass over a medium feeds all extractors that are asked for, and computes only what the cache does not have.

The faces of each frame come first (streams "frames", "faces" and "tracks"); every extractor is a stream of its own,
which depends on them and on the streams that it needs. All streams of a medium are cut into the same chunks, so a pass
begins at the first chunk that any stream lacks: what is there is read, what is missing is computed.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from mien.faces import FaceEngine
from mien.features import looks, replay
from mien.features.ahead import ahead
from mien.features.budget import Budget
from mien.features.extractor import Extractor, Spread, View
from mien.features.looks import ChunkEnd, Item, Looks
from mien.features.records import track_table
from mien.features.rows import Collected
from mien.features.stage import Stage
from mien.features.store import Entry
from mien.features.timing import timed
from mien.media import read_frames
from mien.models.weights import sha256
from mien.timeline.build import column
from mien.types import Frame

In = TypeVar("In")
Out = TypeVar("Out")

BASE = ("frames", "faces", "tracks")  # streams that all others depend on
CHUNK = 10.0  # seconds of the medium; what a kill costs at most
AHEAD = 3  # frames that each step may be ahead of the next one; they bound the memory


@dataclass
class Pass:
    """The streams of one medium.

    extractors: each after those that it needs. chunk: seconds; it changes nothing in the rows.
    budget: also among the extractors; decides what the others leave out.
    streams: by name; "frames", "faces" and "tracks" are there always. seconds: on the clock, for each stage; stages
    overlap. notes: what is wrong with the medium, a sentence each; known once all chunks are there.

    >>> for chunk in Pass(Path("interview.mp4"), engine, [Scene()]).chunks(): ...      # doctest: +SKIP
    """

    path: Path
    engine: FaceEngine
    extractors: Sequence[Extractor] = ()
    chunk: float = CHUNK
    budget: Budget | None = None
    streams: dict[str, Entry] = field(default_factory=dict)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        medium = sha256(self.path)
        base: dict[str, Any] = {
            "chunk": self.chunk,
            "engine": dict(self.engine.provenance),
            "looks": [looks.RATE, looks.MIN_FACE, looks.BRIEF],
        }
        for name in BASE:
            self.streams[name] = Entry(medium, name, base)
        for one in self.extractors:
            needs = {need: self.streams[need].facts for need in one.needs}
            own = {"of": base, "needs": needs, "version": one.family.version, "facts": dict(one.facts)}
            if self.budget and one is not self.budget:
                own["budget"] = dict(self.budget.facts)
            self.streams[one.family.name] = Entry(medium, one.family.name, own)

    def chunks(self) -> Generator[int]:
        """Computes what is missing; the number of each chunk as soon as all streams have it."""
        have = {name: entry.count for name, entry in self.streams.items()}
        first, told = min(have.values()), self.streams["frames"].finished
        yield from range(first)
        if told is None or first < told["chunks"]:
            last = yield from self._compute(first, have)
            told = told or {"chunks": last, "notes": list(self.notes)}
        self.notes = list(told["notes"])
        for entry in self.streams.values():
            entry.finish(told)

    def _compute(self, first: int, have: dict[str, int]) -> Generator[int, None, int]:
        """Chunks from the given one on; how many there are then."""
        number, chunk = first, self._chunk(first, have)
        with ThreadPoolExecutor(os.cpu_count() or 1, "extract") as pool:

            def spread(work: Callable[[In], Out], things: Iterable[In]) -> list[Out]:
                return list(pool.map(work, things))

            items = self._items(first, have, spread)
            for one in (
                self.extractors
            ):  # each in a thread of its own, so that they work on different frames at once
                stage = Stage(one, self.streams[one.family.name], self.budget, self.seconds)
                items = stage.items(ahead(items, AHEAD), first)
            for item in ahead(items, AHEAD):
                if isinstance(item, View):
                    for name, collected in chunk.items():
                        if name in item.rows:
                            collected.add(item.frame, item.rows[name])
                    continue
                self._commit(number, chunk, item)
                yield number
                number += 1
                chunk = self._chunk(number, have)
        return number

    def _chunk(self, number: int, have: dict[str, int]) -> dict[str, Collected]:
        """A chunk in the making: the streams that lack it."""
        families = [looks.FRAMES, looks.FACES, *(one.family for one in self.extractors)]
        base = min(have[name] for name in BASE)
        begun = {name: base if name in BASE else count for name, count in have.items()}
        return {one.name: Collected(one) for one in families if begun[one.name] <= number}

    def _commit(self, number: int, chunk: Mapping[str, Collected], end: ChunkEnd) -> None:
        """Put a chunk into the cache; what others depend on comes first, and the faces last of their three."""
        if "frames" in chunk:
            self.streams["tracks"].commit(number, track_table(end.ended))
        for name, collected in chunk.items():
            self.streams[name].commit(number, collected.table(), end.states.get(name, b""))

    def _items(self, first: int, have: dict[str, int], spread: Spread) -> Generator[Item]:
        """The views from a chunk on: as the cache has them, then by looking."""
        frames_of, faces_of = (self.streams[name].table for name in ("frames", "faces"))
        base, told = min(have[name] for name in BASE), self.streams["frames"].finished
        start = int(column(frames_of(first - 1), "frame")[-1]) + 1 if first else 0
        frames = ahead(self._decoded(start), AHEAD)
        for number in range(first, base):
            for view in replay.views(frames, frames_of(number), faces_of(number)):
                yield replace(view, spread=spread)
            yield ChunkEnd([], {})
        if told is None:
            live = Looks(self.engine, chunk=self.chunk, seconds=self.seconds)
            if base:
                live.resume(self.streams["faces"].state(base - 1))
            for item in live.views(frames):
                yield (
                    replace(item, spread=spread, rows=looks.rows_of(item)) if isinstance(item, View) else item
                )

    def _decoded(self, start: int) -> Generator[Frame]:
        frames = read_frames(self.path, start=start, tell=self.notes.append)
        while True:
            with timed(self.seconds, "decode"):
                frame = next(frames, None)
            if frame is None:
                return
            yield frame
