"""Every frame of a medium with its faces: looked for a few times a second, interpolated in between.

A detector costs ten times what a decoder does, and a face moves little in a tenth of a second. So the detector looks
at RATE frames a second, and at the frames on both sides of a cut; on the frames between two looks the boxes and
keypoints of the tracks that are in both lie on straight lines. A face that is in one look only has no place there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mien.faces import FaceEngine, align
from mien.features.extractor import View
from mien.features.state import pack, unpack
from mien.tracking import Cuts, Follower, Identity, Track
from mien.types import Column, Faces, Family, Floats, Frame, Rows

RATE = 10.0  # looks a second
MIN_FACE = (
    40.0  # pixels; width of the smallest face that is looked for: in smaller ones little is to be measured
)
BRIEF = 0.25  # seconds; what is seen for less is no appearance: mostly a pattern that looked like a face

FACES = Family(
    "faces",
    (
        Column("box", shape=(4,), unit="pixels", meaning="left, top, right, bottom in the upright picture"),
        Column(
            "keypoints", shape=(5, 2), unit="pixels", meaning="right eye, left eye, nose tip, mouth corners"
        ),
        Column("score", meaning="of the detector, in [0, 1]; not a probability"),
        Column("roll", unit="degrees", meaning="clockwise turn in the picture, in (-180, 180]"),
        Column("quality", meaning="of the look, in [0, 1]"),
        Column("interpolated", "bool", meaning="whether the face lies between two looks of the detector"),
    ),
)
FRAMES = Family(
    "frames",
    (
        Column("looked", "bool", meaning="whether the detector looked at the frame"),
        Column("cut", "bool", meaning="whether the frame is the first of a new shot"),
    ),
    tracked=False,
)


@dataclass(frozen=True, eq=False)
class Ended:
    """A track that ended. identity: None where it was too brief to be an appearance."""

    track: int
    start: float
    end: float
    looks: int
    identity: Identity | None


@dataclass(frozen=True, eq=False)
class ChunkEnd:
    """What comes after the last view of a chunk: the tracks that ended in it, and by stream what is carried on."""

    ended: list[Ended]
    states: Mapping[str, bytes]


Item: TypeAlias = View | ChunkEnd
Tracks: TypeAlias = npt.NDArray[np.int32]


def rows_of(view: View) -> dict[str, Rows]:
    """The rows of a frame in the streams "frames" and "faces"."""
    faces, count = view.faces.columns(), len(view.faces)
    told = {"looked": np.array([view.looked]), "cut": np.array([view.cut])}
    found = {
        "track": view.tracks,
        "box": faces["boxes"],
        "keypoints": faces["keypoints"],
        "score": faces["scores"],
        "roll": faces["rolls"],
        "quality": faces["quality"],
        "interpolated": np.full(count, not view.looked),
    }
    return {"frames": told, "faces": found}


class Looks:
    """Follows the faces of one medium, frame by frame.

    chunk: seconds of the medium after which a chunk ends, at the next look. It changes nothing in the views.
    seconds: on the clock, to which what the stages take is added.
    """

    def __init__(self, engine: FaceEngine, *, chunk: float, seconds: defaultdict[str, float]) -> None:
        self.follower = Follower(engine, MIN_FACE, seconds=seconds)
        self._chunk = chunk
        self._cuts = Cuts()
        self._pending: list[Frame] = []
        self._due, self._until = -np.inf, chunk
        self._last = 0.0, Faces.empty(), np.zeros(0, np.int32)  # the last look: when, which faces, whose

    def views(self, frames: Iterable[Frame]) -> Generator[Item]:
        """The views of the frames, in their order, and an end of each chunk."""
        for frame in frames:
            cut = self._cuts.is_cut(frame.image)
            if cut and self._pending:
                yield from self._look(self._pending.pop(), cut=False)
            if cut or frame.time >= self._due - 1e-6:
                yield from self._look(frame, cut=cut)
                if frame.time >= self._until:
                    self._until = self._chunk * (frame.time // self._chunk + 1)
                    yield self._end(self.follower.tracker.finished())
            else:
                self._pending.append(frame)
        if self._pending:
            yield from self._look(self._pending.pop(), cut=False)
        yield self._end(self.follower.tracker.finish(), last=True)

    def resume(self, state: bytes) -> None:
        """Go on after a chunk."""
        known: dict[str, Any] = unpack(state)
        self.follower.tracker.resume(known["tracker"])
        self._cuts.resume(known["cuts"])
        self._due, self._until, self._last = known["due"], known["until"], known["last"]

    def _look(self, frame: Frame, *, cut: bool) -> Generator[View]:
        """The views of the frames since the last look, and of this one."""
        faces, tracks = self.follower.look(frame, cut=cut)
        ids = np.array([track.id for track in tracks], np.int32)
        faces, ids = faces[np.argsort(ids)], np.sort(ids)
        for between in self._pending:
            yield View(between, *self._between(between.time, frame.time, faces, ids), looked=False)
        self._pending = []
        self._due = max(self._due + 1 / RATE, frame.time + 0.5 / RATE)
        self._last = frame.time, faces, ids
        yield View(frame, faces, ids, cut=cut)

    def _between(self, time: float, now: float, faces: Faces, ids: Tracks) -> tuple[Faces, Tracks]:
        """The faces at a time between the last look and the one now, and whose they are."""
        before, earlier, known = self._last
        both, i, j = np.intersect1d(known, ids, return_indices=True)
        share = np.float32((time - before) / (now - before))
        start, end = earlier[i].columns(), faces[j].columns()

        def line(name: str) -> Floats:
            return np.asarray(start[name] + share * (end[name] - start[name]), np.float32)

        keypoints = line("keypoints")
        found = Faces(line("boxes"), keypoints, line("scores"), align.rolls(keypoints), line("quality"))
        return found, both

    def _end(self, tracks: list[Track], *, last: bool = False) -> ChunkEnd:
        ended, still = [], last and self._last[0] < BRIEF  # a still, or a clip that is no longer than that
        for track in tracks:
            brief = track.end - track.start < BRIEF and not still
            identity = None if brief else self.follower.identity(track)
            ended.append(Ended(track.id, track.start, track.end, track.looks, identity))
        state = {
            "tracker": self.follower.tracker.state(),
            "cuts": self._cuts.state(),
            "due": self._due,
            "until": self._until,
            "last": self._last,
        }
        return ChunkEnd(ended, {"faces": pack(state)})
