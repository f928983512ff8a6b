"""Who is before a camera now: who came, who went, and an answer for each face that gets firmer with every look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mien.analyze import BRIEF, RATE, Crowd, Recogniser, spaced
from mien.faces.embed import unit
from mien.tracking import Track
from mien.tracking.identities import SAME
from mien.tracking.shots import Shot
from mien.types import Answer, Embeddings, Faces, Frame, objects

Labels: TypeAlias = tuple[tuple[str, float], ...]

ENOUGH = 3  # embeddings after which a name stays, and somebody without one is given a number
BETWEEN = 0.8  # seconds between two embeddings of one track
PATIENCE = 1.5  # seconds out of sight after which somebody has left


@dataclass(frozen=True, eq=False)
class LiveView:
    """One frame of a live medium.

    faces: with the present answer for each; "cannot say" until a face was looked at for the first time.
    arrived, left: who came into view and who went since the last view: a label (a name, or "unknown 1" and so on)
    and the seconds at which they were first or last seen. Names are told at once; somebody without a name is told
    after a few looks, and so is a better name for somebody who was told before: the old label leaves then.
    dropped: frames that came too late to be looked at.
    """

    frame: Frame
    faces: Faces
    arrived: Labels
    left: Labels
    dropped: int


def watch(people: Recogniser, frames: Iterable[Frame], *, rate: float = RATE) -> Iterator[LiveView]:
    """Look at a live medium (`mien.media.open_camera`), as fast as this machine can, at most `rate` frames a second.

    Whatever comes meanwhile is dropped by the camera, which keeps the newest frame only. Where the medium ends, as
    files do, the last frame is given once more with everybody who was still there as having left.
    """
    presence, view = Presence(people), None
    for frame in spaced(frames, rate):
        view = presence.see(frame, getattr(frames, "dropped", 0))
        yield view
    if view is not None:
        arrived, left = presence.end()
        yield replace(view, arrived=arrived, left=left, dropped=getattr(frames, "dropped", 0))


@dataclass
class Glance:
    """What is known of one track: its embedded shots by their times, the sum of their embeddings, the best of them,
    when the last was embedded, the answer and the label ("" until there is one)."""

    track: Track
    total: npt.NDArray[np.float64]
    embedded: set[float] = field(default_factory=set)
    best: Shot | None = None
    time: float = -np.inf
    answer: Faces | None = None
    label: str = ""

    @property
    def name(self) -> str | None:
        """The person's name, where the answer is a match."""
        return None if self.answer is None else self.answer.columns()["names"][0]

    @property
    def says(self) -> Answer | None:
        """The present answer."""
        return None if self.answer is None else self.answer.columns()["answers"][0]

    @property
    def pooled(self) -> npt.NDArray[np.float32]:
        """(d,) of unit length."""
        vector: npt.NDArray[np.float32] = unit(self.total[None])[0]
        return vector

    def due(self, time: float) -> Shot | None:
        """The shot to embed next: the best new one; once there are enough, only for want of a name and if better."""
        if time - self.time < BETWEEN or self.track.looks < 2:
            return None
        enough = len(self.embedded) >= ENOUGH
        if enough and self.name is not None:
            return None
        new = [shot for shot in self.track.shots.kept if shot.time not in self.embedded]
        shot = max(new, key=lambda one: one.quality, default=None)
        return None if enough and shot and self.best and shot.quality <= self.best.quality else shot


@dataclass
class Presence:
    """Everybody before the camera, from frame to frame."""

    people: Recogniser
    crowd: Crowd = field(init=False)
    glances: dict[int, Glance] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)  # label: when last
    strangers: list[npt.NDArray[np.float32]] = field(default_factory=list)
    arrived: list[tuple[str, float]] = field(default_factory=list)  # since the last view
    left: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.people)

    def see(self, frame: Frame, dropped: int) -> LiveView:
        """Look at a frame."""
        faces, tracks, _ = self.crowd.follow(frame)
        self._close(self.crowd.follower.tracker.finished())
        for track in tracks:
            self._look(track, frame.time)
        for track in tracks:
            self._note(self.glances[track.id])
        for label, last in list(self.seen.items()):
            if frame.time - last > PATIENCE:
                self._leave(label)
        return LiveView(frame, self._answers(faces, tracks), *self._told(), dropped)

    def end(self) -> tuple[Labels, Labels]:
        """The medium is at its end: who arrived and left that was not told yet."""
        self._close(self.crowd.follower.tracker.finish())
        for label in list(self.seen):
            self._leave(label)
        return self._told()

    def _look(self, track: Track, time: float) -> None:
        """Embed another shot of a track while its answer is not firm, and see who it is now."""
        glance = self.glances.setdefault(
            track.id, Glance(track, np.zeros(self.people.engine.embedder.card.dim or 0))
        )
        if (shot := glance.due(time)) is None:
            return
        vector = self.people.engine.embedder.embed(shot.crop)[0]
        glance.total = glance.total + max(shot.quality, 1e-3) * vector
        glance.embedded.add(shot.time)
        glance.time = time
        glance.best = shot if glance.best is None else max(glance.best, shot, key=lambda one: one.quality)
        glance.answer = self.people.recognise(glance.best.face.having(embeddings=glance.pooled[None]))
        self._relabel(glance, firm=len(glance.embedded) >= ENOUGH)

    def _relabel(self, glance: Glance, *, firm: bool) -> None:
        """Give the track its name, or the number of a stranger; a new number only once it is firm."""
        if glance.label and glance.says is Answer.CANNOT_SAY:
            return
        beside = [
            one for one in self.glances.values() if one is not glance and one.track.end == glance.track.end
        ]
        others = {one.label for one in beside}
        label = glance.name or self._stranger(glance.pooled, others, firm)
        if glance.label and label and label != glance.label and glance.label not in others:
            self._leave(glance.label)
        glance.label = label or glance.label

    def _stranger(self, embedding: Embeddings, others: set[str], firm: bool) -> str:
        """The number of somebody without a name, the same when they come back; nobody is in view twice at once."""
        cosines = [
            -1.0 if f"unknown {i}" in others else float(known @ embedding)
            for i, known in enumerate(self.strangers, 1)
        ]
        if cosines and max(cosines) >= SAME:
            return f"unknown {int(np.argmax(cosines)) + 1}"
        if not firm:
            return ""
        self.strangers.append(embedding)
        return f"unknown {len(self.strangers)}"

    def _note(self, glance: Glance) -> None:
        """Whoever has a label was seen, maybe for the first time."""
        if not glance.label:
            return
        if glance.label not in self.seen:
            self.arrived.append((glance.label, glance.track.start))
        self.seen[glance.label] = max(glance.track.end, self.seen.get(glance.label, 0.0))

    def _leave(self, label: str) -> None:
        if label in self.seen:
            self.left.append((label, self.seen.pop(label)))

    def _close(self, ended: list[Track]) -> None:
        """Forget tracks that ended; somebody who went before their answer was firm was there all the same."""
        for track in ended:
            glance = self.glances.pop(track.id, None)
            if glance and glance.answer is not None and not glance.label and track.end - track.start >= BRIEF:
                self._relabel(glance, firm=True)
                self._note(glance)

    def _told(self) -> tuple[Labels, Labels]:
        """Who arrived and left since the last call."""
        told = tuple(self.arrived), tuple(self.left)
        self.arrived, self.left = [], []
        return told

    def _answers(self, faces: Faces, tracks: list[Track]) -> Faces:
        """The faces of a frame with the answers of their tracks."""
        answers = [glance.answer if (glance := self.glances.get(t.id)) else None for t in tracks]

        def first(name: str, unknown: object) -> list[Any]:
            return [unknown if answer is None else answer.columns()[name][0] for answer in answers]

        return faces.having(
            names=objects(first("names", None)),
            candidates=objects(first("candidates", None)),
            similarities=np.array(first("similarities", np.nan), np.float32),
            probabilities=np.array(first("probabilities", 0.0), np.float32),
            answers=objects(first("answers", Answer.CANNOT_SAY)),
            reasons=objects(first("reasons", "not looked at long enough yet")),
            provenance=next((a.provenance for a in answers if a is not None), faces.provenance),
        )
