"""Everything that can be measured of the people in some media, as one timeline."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

import mien
from mien.analyze import intervals, lanes
from mien.analyze.lanes import Met
from mien.analyze.measures import HEARD, checked, opened, require_weights
from mien.analyze.medium import Seen, shots
from mien.analyze.progress import Progress
from mien.analyze.settled import Settled, renumbered
from mien.analyze.video import Recogniser, decided_by
from mien.errors import ArgumentError, UnsupportedMedia
from mien.faces import FaceEngine, default_engine
from mien.features import looks, streams
from mien.features.budget import Budget
from mien.features.extractor import Extractor
from mien.features.hearing import Hearing
from mien.features.memory import give_back_large_blocks
from mien.features.pulse import PULSE
from mien.features.records import records
from mien.features.store import prune
from mien.features.streams import Pass
from mien.features.voice import VOICE, Voice, speech_segments
from mien.features.voice.words import Recogniser as Listener
from mien.features.voice.words import word_segments
from mien.media import MediaInfo, probe
from mien.media.sound import read_sound
from mien.models.weights import sha256
from mien.timeline import build, files
from mien.timeline.build import column
from mien.timeline.schema import samples
from mien.timeline.timeline import Timeline
from mien.timeline.writer import Writer


def analyze_files(
    paths: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    measures: Iterable[str] = (),
    people: Recogniser | None = None,
    budget: float | None = None,
    listener: Listener | None = None,
    chunk: float = streams.CHUNK,
    progress: Callable[[Progress], None] | None = None,
) -> Timeline:
    """Measure the people in videos, recordings and images: a timeline, which is also in the Parquet file `out`.

    paths: the media, in the order of their numbers in the timeline. Who is in several of them has one lane.
    measures: names of `mien.analyze.MEASURES`; the faces of every frame are there always.
    people: a gallery, so that lanes have names. budget: frames a second to keep, see `mien.features.budget`.
    listener: turns speech to words, for the measure "words" (see `mien.features.voice`).
    chunk: seconds of a medium after which what is computed is safe on disk; it changes nothing in the result.
    progress: called after each chunk.

    What is computed goes into Mien's feature cache: a run that was killed goes on where it was when it is asked for
    again, and what was measured before is not measured again. Memory does not grow with the length of a medium, but for
    some 100 bytes a face and second.

    Raises what `read_frames`, `read_sound`, `open_session` and `Writer` raise; `ArgumentError` for unknown measures, or
    for "words" without a listener.

    >>> mien.analyze_files(["interview.mp4"], "interview.parquet", measures=["emotion"])       # doctest: +SKIP
    """
    asked, several = checked(measures), [Path(path) for path in paths]
    if not several:
        raise ArgumentError("paths is empty; expected at least one medium.")
    if "words" in asked and listener is None:
        raise ArgumentError(
            'The measure "words" needs a listener, such as mien.features.voice.whisper.Whisper(folder).'
        )
    require_weights(asked)
    # An unreadable file is told of before hours of work, not after.
    known = [told(path, asked) for path in several]
    give_back_large_blocks()
    with Writer(out) as writer:
        writer.discard()  # what is expensive is in the cache
        with ExitStack() as networks:
            run = Run(writer, asked, people, budget, listener, chunk, progress or (lambda _: None), networks)
            for number, (path, info) in enumerate(zip(several, known, strict=True)):
                run.medium(number, path, info)
        run.finish()  # once the networks are closed, for this takes some memory of its own
    prune()
    return files.read(out)


def told(path: Path, measures: Iterable[str]) -> MediaInfo:
    """What a medium is; `UnsupportedMedia` where nothing of it is asked for."""
    info = probe(path)
    if info.kind == "audio" and not HEARD.intersection(measures):
        raise UnsupportedMedia(f"{path}: has sound and no pictures; ask for voice or words.")
    return info


@dataclass
class Run:
    """One timeline in the making."""

    writer: Writer
    measures: tuple[str, ...]
    people: Recogniser | None
    budget: float | None
    listener: Listener | None
    chunk: float
    progress: Callable[[Progress], None]
    networks: ExitStack  # closes what is opened
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    met: list[Met] = field(default_factory=list)
    offset: int = 0  # to be added to the numbers of the next medium's tracks

    def __post_init__(self) -> None:
        self.thrift = Budget(self.budget) if self.budget is not None else None
        self.engine: FaceEngine = self.people.engine if self.people else default_engine()
        self.extractors: list[Extractor] = opened(self.measures, self.networks, self.thrift)
        self.facts = {one.family.name: dict(one.facts) for one in self.extractors}
        families = [looks.FRAMES, looks.FACES, *(one.family for one in self.extractors)]
        families += [PULSE] * ("pulse" in self.measures)
        if "voice" in self.measures:
            voice = self._voice()
            self.facts["voice"] = dict(voice.facts)
            families.append(VOICE)
        for family in families:  # so that each is there, with its columns, be there rows or not
            self.writer.append(family.name, samples(family).empty_table())

    def medium(self, number: int, path: Path, info: MediaInfo) -> None:
        """Add one more medium."""
        notes = list[str]()
        row: dict[str, Any] = {"duration": info.duration or 0.0}
        if info.kind != "audio":
            row = self._pictures(number, path, info, notes)
        if HEARD.intersection(self.measures):
            if info.sample_rate is None:
                notes.append(f"{path.name}: there is no sound to measure.")
            else:
                end = self._sound(number, path, info, notes)
                row["duration"] = max(row["duration"], end)
        row |= {"media": number, "path": str(path), "sha256": sha256(path), "kind": info.kind, "notes": notes}
        self.writer.append("media", build.media([row | {"sample_rate": info.sample_rate}]))
        self.writer.commit({"media": number})

    def finish(self) -> None:
        """Say whose the tracks are, and make one file of all."""
        self.writer.append("tracks", lanes.tracks(self.met, self.people))
        self.writer.finish(self._provenance())

    def _pictures(self, number: int, path: Path, info: MediaInfo, notes: list[str]) -> dict[str, Any]:
        """Measure what is to be seen; the columns of the medium that tell of its pictures."""
        run = Pass(path, self.engine, self.extractors, self.chunk, self.thrift, seconds=self.seconds)
        settled, seen = Settled(number, self.offset), Seen()
        medium = Met(number, self.offset, 0.0, [])
        names = ["faces", *(name for name in self.facts if name in run.streams)]
        chunk = -1
        for chunk in run.chunks():
            frames = run.streams["frames"].table(chunk)
            seen.add(column(frames, "time"), column(frames, "cut"))
            ended = records(run.streams["tracks"].table(chunk))
            medium.records.extend(ended)
            tables = {name: run.streams[name].table(chunk) for name in names}
            self._give(settled.take(frames, tables, ended))
            self.writer.commit({"media": number, "chunk": chunk})
            self.progress(Progress(path, "pictures", seen.last, info.duration))
        self._give(settled.rest())
        notes += run.notes
        row = seen.row(info)
        self._derive(run, chunk + 1, medium, seen, row["duration"])
        self.met.append(Met(number, self.offset, row["duration"], medium.records))
        self.offset += max((one.track + 1 for one in medium.records), default=0)
        return row

    def _give(self, tables: Iterable[tuple[str, pa.Table]]) -> None:
        for name, table in tables:
            self.writer.append(name, table)

    def _derive(self, run: Pass, count: int, medium: Met, seen: Seen, end: float) -> None:
        """What follows from whole streams."""
        tracks = [one.track for one in medium.records if one.identity is not None]
        found: list[Mapping[str, Any]] = []

        def stream(name: str) -> Iterable[pa.Table]:
            return [run.streams[name].table(chunk) for chunk in range(count)]

        if "emotion" in self.facts:
            found += intervals.expressions(stream("emotion"), tracks, self.facts["emotion"])
        if "scene" in self.facts:
            found += shots(seen.shots, end)
        if "budget" in self.facts:
            found += intervals.dropped(stream("budget"), self.facts["budget"]["steps"], end)
        if "skin" in self.facts:
            rates = intervals.pulses(stream("skin"), tracks)
            self.writer.append("pulse", renumbered(rates, medium.media, medium.offset))
        self._segments(found, medium.media, medium.offset)

    def _segments(self, found: Iterable[Mapping[str, Any]], media: int, offset: int = 0) -> None:
        rows = [dict(one) | {"media": media} for one in found]
        for row in rows:
            if row.get("track") is not None:
                row["track"] += offset
        self.writer.append("segments", build.segments(rows))

    def _sound(self, number: int, path: Path, info: MediaInfo, notes: list[str]) -> float:
        """Measure what is to be heard; seconds from the start of the medium to the end of its sound."""
        end = 0.0
        if "voice" in self.measures:
            voice = self._voice()
            hearing = Hearing(path, voice, self.seconds)
            tables = []
            for chunk in hearing.chunks():
                tables.append(hearing.stream.table(chunk))
                self.writer.append("voice", renumbered(tables[-1], number, 0))
                self.writer.commit({"media": number, "sound": chunk})
                times = column(tables[-1], "time")
                end = float(times[-1]) if len(times) else end
                self.progress(Progress(path, "sound", end, info.duration))
            notes += hearing.notes
            heard = intervals.joined(tables, ["time", "speech"])
            self._segments(speech_segments(heard, model=voice.model), number)
        if self.listener:
            words = self.listener.words(read_sound(path, tell=lambda _: None))
            self._segments(word_segments(words, model=self.listener.name), number)
        return end

    def _voice(self) -> Voice:
        """A new one for each medium, since it remembers what it heard."""
        return self.networks.enter_context(Voice())

    def _provenance(self) -> dict[str, Any]:
        engine = dict(self.engine.provenance)
        return {
            "mien": mien.__version__,
            "measures": list(self.measures),
            "engine": engine,
            "looks": {"rate": looks.RATE, "min_face": looks.MIN_FACE, "brief": looks.BRIEF},
            "extractors": self.facts,
            "gallery": dict(decided_by(self.people)) if self.people else None,
            "pulse": intervals.PULSES if "pulse" in self.measures else None,
            "words": self.listener.name if self.listener else None,
            "seconds": {stage: round(taken, 3) for stage, taken in self.seconds.items()},
        }
