"""Who is before a camera now: who came, who went, and an answer for each face that gets firmer with every look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.analyze import RATE, Crowd, Recogniser, spaced
from mien.faces.embed import unit
from mien.tracking import Track
from mien.tracking.identities import SAME
from mien.types import Answer, Faces, Frame, objects

ENOUGH = 3  # embeddings after which an answer stays
BETWEEN = 0.8  # seconds between two embeddings of one track
PATIENCE = 1.5  # seconds out of sight after which somebody has left


@dataclass(frozen=True, eq=False)
class LiveView:
    """One frame of a live medium.

    faces: with the present answer for each; "cannot say" until a face was looked at for the first time.
    arrived, left: who came into view and who went since the last view: a label (a name, or "unknown 1" and so on)
    and the seconds at which they were first or last seen. dropped: frames that came too late to be looked at.
    """

    frame: Frame
    faces: Faces
    arrived: tuple[tuple[str, float], ...]
    left: tuple[tuple[str, float], ...]
    dropped: int


def watch(people: Recogniser, frames: Iterable[Frame], *, rate: float = RATE) -> Iterator[LiveView]:
    """Look at a live medium (`mien.media.open_camera`), as fast as this machine can, at most `rate` frames a second.

    Whatever comes meanwhile is dropped by the camera, which keeps the newest frame only.
    """
    presence = Presence(people)
    for frame in spaced(frames, rate):
        yield presence.see(frame, getattr(frames, "dropped", 0))


@dataclass
class Glance:
    """What is known of one track: the sum of its embeddings, how many, when the last, the answer and the label."""

    total: npt.NDArray[np.float64]
    count: int = 0
    time: float = -np.inf
    answer: Faces | None = None
    label: str = ""


@dataclass
class Presence:
    """Everybody before the camera, from frame to frame."""

    people: Recogniser
    crowd: Crowd = field(init=False)
    glances: dict[int, Glance] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)  # label: when last
    strangers: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.people)

    def see(self, frame: Frame, dropped: int) -> LiveView:
        """Look at a frame."""
        faces, tracks, _ = self.crowd.follow(frame)
        self.crowd.tracker.finished()
        self.glances = {i: glance for i, glance in self.glances.items() if i in self.crowd.tracker.tracks}
        for track in tracks:
            self._look(track, frame.time)
        arrived = []
        for label in dict.fromkeys(self.glances[t.id].label for t in tracks if t.id in self.glances):
            if label not in self.seen:
                arrived.append((label, frame.time))
            self.seen[label] = frame.time
        left = [(label, last) for label, last in self.seen.items() if frame.time - last > PATIENCE]
        for label, _ in left:
            del self.seen[label]
        return LiveView(frame, self._answers(faces, tracks), tuple(arrived), tuple(left), dropped)

    def _look(self, track: Track, time: float) -> None:
        """Embed the best shot of a track while its answer is not firm."""
        if track.looks < 2:
            return
        glance = self.glances.setdefault(
            track.id, Glance(np.zeros(self.people.engine.embedder.card.dim or 0))
        )
        if glance.count >= ENOUGH or time - glance.time < BETWEEN:
            return
        (shot,) = track.shots.best(looks=1)
        vector = self.people.engine.embedder.embed(shot.crop)[0]
        glance.total = glance.total + max(shot.quality, 1e-3) * vector
        glance.count, glance.time = glance.count + 1, time
        pooled = unit(glance.total[None])
        glance.answer = self.people.recognise(shot.face.having(embeddings=pooled))
        name = glance.answer.names[0] if glance.answer.names is not None else None
        label = name or self._stranger(pooled[0])
        if glance.label and glance.label != label:
            self.seen[label] = self.seen.pop(glance.label, time)  # the same person, now better known
        glance.label = label

    def _stranger(self, embedding: npt.NDArray[np.float32]) -> str:
        """A number for somebody without a name, the same when they come back."""
        cosines = [float(known @ embedding) for known in self.strangers]
        if not cosines or max(cosines) < SAME:
            self.strangers.append(embedding)
            return f"unknown {len(self.strangers)}"
        return f"unknown {int(np.argmax(cosines)) + 1}"

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
