"""Who is in a video, and when."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from mien.faces import FaceEngine
from mien.media import read_frames
from mien.tracking import Cuts, Follower, Identities, Identity, Track
from mien.types import Faces, Frame, Image

RATE = 10.0  # frames a second that are looked at; faces move by less than their width in between
BRIEF = 0.25  # seconds; what was seen for less is not counted as a person: three looks at the default rate


class Recogniser(Protocol):
    """What a video needs of a gallery."""

    engine: FaceEngine

    def recognise(self, faces: Faces) -> Faces:
        """Answers for faces that have embeddings."""


@dataclass(frozen=True, eq=False)
class Appearance:
    """Somebody in a video.

    face: the best look (`Faces` of length 1) with the answer for all looks pooled.
    time: seconds, of the best look. portrait: (s, s, 3) uint8, the face with its surroundings then.
    spans: (start, end) seconds between which the person was in view. looks, embedded: how often found, embedded.
    """

    face: Faces
    time: float
    portrait: Image
    spans: tuple[tuple[float, float], ...]
    looks: int
    embedded: int

    @property
    def name(self) -> str | None:
        """The person's name, or None where the answer is not a match."""
        assert self.face.names is not None
        name: str | None = self.face.names[0]
        return name


@dataclass(frozen=True, eq=False)
class VideoResult:
    """Everybody in a video, in the order of first appearance.

    duration: seconds from the first frame looked at to the last. frames: how many were looked at.
    detections, embedded: faces found in them, and embedded. passing: tracks too brief to count.
    cuts: seconds of each cut. seconds: on the clock, for each stage.
    """

    appearances: tuple[Appearance, ...]
    duration: float
    frames: int
    detections: int
    embedded: int
    passing: int
    cuts: tuple[float, ...]
    seconds: Mapping[str, float]
    provenance: Mapping[str, Any]


def identify_video(
    people: Recogniser, source: str | os.PathLike[str] | Iterable[Frame], *, rate: float = RATE
) -> VideoResult:
    """Everybody who appears in a video.

    rate: frames a second to look at; true times are used, so a variable frame rate does not matter.
    Memory grows with the number of people, not with the length. Raises what `read_frames` raises.
    """
    frames = read_frames(source) if isinstance(source, str | os.PathLike) else source
    crowd = Crowd(people)
    for frame in crowd.decoded(spaced(frames, rate)):
        crowd.see(frame)
    return crowd.result()


def spaced(frames: Iterable[Frame], rate: float) -> Iterator[Frame]:
    """Frames at no more than so many a second."""
    due = -np.inf
    for frame in frames:
        if frame.time >= due - 1e-6:
            due = max(due + 1 / rate, frame.time + 0.5 / rate)
            yield frame


@dataclass
class Crowd:
    """Everybody seen so far in one medium."""

    people: Recogniser
    cuts: Cuts = field(default_factory=Cuts)
    identities: Identities = field(default_factory=Identities)
    counts: Counter[str] = field(default_factory=Counter)
    cut_times: list[float] = field(default_factory=list)
    first: float | None = None
    last: float = 0.0
    follower: Follower = field(init=False)

    def __post_init__(self) -> None:
        self.follower = Follower(self.people.engine)

    def decoded(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """The same frames; the time that it takes to get them is noted."""
        while True:
            with self.follower.timed("decode"):
                frame = next(frames, None)
            if frame is None:
                return
            yield frame

    def see(self, frame: Frame) -> None:
        """Look at one more frame, and tell whose the tracks are that ended."""
        _, _, cut = self.follow(frame)
        self.cut_times += [frame.time] if cut else []
        for track in self.follower.tracker.finished():
            self.end(track)

    def follow(self, frame: Frame) -> tuple[Faces, list[Track], bool]:
        """The faces of one more frame, whose track each is, and whether the frame follows a cut."""
        cut = self.cuts.is_cut(frame.image)
        faces, tracks = self.follower.look(frame, cut=cut)
        self.counts.update(frames=1, detections=len(faces))
        self.first = frame.time if self.first is None else self.first
        self.last = frame.time
        return faces, tracks, cut

    def end(self, track: Track) -> None:
        """Embed the best looks of a track that ended and tell whose it is, unless it was too brief."""
        if track.looks * self.interval < BRIEF:
            self.counts["passing"] += 1
            return
        identity = self.follower.identity(track)
        self.counts["embedded"] += identity.embedded
        self.identities.add(identity)

    @property
    def interval(self) -> float:
        """Seconds between two looks, on average; infinite for a still."""
        gaps = self.counts["frames"] - 1
        return (self.last - (self.first or 0.0)) / gaps if gaps else np.inf

    def result(self) -> VideoResult:
        """Everybody, once the medium is at its end."""
        for track in self.follower.tracker.finish():
            self.end(track)
        with self.follower.timed("identify"):
            self.identities.settle()
            self.identities.settle([self.appearance(one).name for one in self.identities.everybody])
            known = sorted(self.identities.everybody, key=lambda one: one.spans[0])
        return VideoResult(
            appearances=tuple(map(self.appearance, known)),
            duration=self.last - (self.first or 0.0),
            frames=self.counts["frames"],
            detections=self.counts["detections"],
            embedded=self.counts["embedded"],
            passing=self.counts["passing"],
            cuts=tuple(self.cut_times),
            seconds={stage: round(taken, 3) for stage, taken in self.follower.seconds.items()},
            provenance=decided_by(self.people),
        )

    def appearance(self, one: Identity) -> Appearance:
        """Somebody with the answer for all looks pooled."""
        best = one.best
        face = self.people.recognise(best.face.having(embeddings=one.embedding[None]))
        return Appearance(face, best.time, best.portrait, tuple(one.appearances()), one.looks, one.embedded)


def decided_by(people: Recogniser) -> Mapping[str, Any]:
    """The provenance of a gallery's answers: what it says of no faces at all."""
    none = np.zeros((0, people.engine.embedder.card.dim or 0), np.float32)
    nobody = Faces.empty().having(embeddings=none, provenance=people.engine.provenance)
    return people.recognise(nobody).provenance
