"""From faces in single frames to tracks: one face followed for as long as its motion leaves no doubt.

A face goes on with the track whose predicted place (constant velocity) it is nearest to. Where two tracks or two
faces could be meant, as when people cross, those tracks end and new ones begin: who is who is then told by their
looks (`identities`), not guessed from motion. So they do where somebody else is in a face's place, which motion
cannot tell. All tracks end at a cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.tracking.glimpse import SAME_FACE
from mien.tracking.shots import Shots
from mien.types import Faces, Floats

GAP = 1.0  # seconds for which a face may be out of sight
LAPSE = 3.0  # times the pause before from which a longer one is a gap in the medium, not its pace
REACH = 1.2  # face widths that a face may lie off its predicted place
DOUBT = 0.6  # share of the best pairing's closeness from which a second one is as likely
GROWTH = 1.8  # largest change of width between two looks
SURE = 0.75  # detector score from which faces choose their track first (two rounds, as in ByteTrack)


@dataclass
class Track:
    """One face followed through a shot.

    start, end: seconds, of the first and the last look. looks: how often the face was found.
    box: (4,) the last one; velocity: (4,) pixels a second. shots: the best looks at the face.
    glimpse: (k,) of the last look at which the face was clear, see `glimpse`; None where there was none.
    """

    id: int
    start: float
    end: float
    box: Floats
    velocity: Floats = field(default_factory=lambda: np.zeros(4, np.float32))
    looks: int = 1
    glimpse: Floats | None = None
    shots: Shots = field(default_factory=Shots)

    def predicted(self, time: float) -> Floats:
        """(4,) where the box should be at that time."""
        return self.box + self.velocity * np.float32(time - self.end)

    def is_other(self, glimpse: Floats) -> bool:
        """Whether a face in the predicted place looks like somebody else's; not if either is unclear."""
        return self.glimpse is not None and float(self.glimpse @ glimpse) < SAME_FACE

    def follow(self, time: float, box: Floats) -> None:
        """Take a new look; the velocity is smoothed over about two looks."""
        passed = max(time - self.end, 1e-3)
        self.velocity = 0.5 * self.velocity + 0.5 * (box - self.box) / np.float32(passed)
        self.box, self.end, self.looks = box, time, self.looks + 1


class Tracker:
    """Follows faces through the frames of one medium.

    tracks: those that go on, by id. `update` returns whose each face is; `finished` gives those that ended.
    """

    def __init__(self) -> None:
        self.tracks: dict[int, Track] = {}
        self._ended: list[Track] = []
        self._next = 0
        self._last = -np.inf
        self._pause = np.inf  # seconds between the last two looks

    def update(
        self, time: float, faces: Faces, *, cut: bool = False, glimpses: Floats | None = None
    ) -> list[Track]:
        """The track of each face of the frame at that time (seconds), in their order; new where none fits.

        glimpses: (n, k) of the faces, see `glimpse`; without them, motion alone decides.
        """
        # Who was there at the last look was never out of sight, however slow the medium is.
        over = cut or time - self._last > max(GAP, LAPSE * self._pause)
        self._end([t for t in self.tracks.values() if over or (time - t.end > GAP and t.end < self._last)])
        self._pause, self._last = time - self._last, time  # infinite before the second look
        chosen: dict[int, Track] = {}
        sure = faces.scores >= SURE
        for group in (np.flatnonzero(sure), np.flatnonzero(~sure)):
            self._pair(time, faces, group, chosen, glimpses)
        for i in range(len(faces)):
            if i not in chosen:
                chosen[i] = Track(self._next, time, time, faces.boxes[i])
                self.tracks[self._next] = chosen[i]
                self._next += 1
            if glimpses is not None and not np.isnan(glimpses[i]).any():
                chosen[i].glimpse = glimpses[i]
        return [chosen[i] for i in range(len(faces))]

    def finished(self) -> list[Track]:
        """Tracks that ended since the last call."""
        ended, self._ended = self._ended, []
        return ended

    def finish(self) -> list[Track]:
        """End all tracks; those that ended since the last call."""
        self._end(list(self.tracks.values()))
        return self.finished()

    def state(self) -> dict[str, Any]:
        """All that it knows of the medium so far, but for the tracks that ended."""
        return {"tracks": self.tracks, "next": self._next, "last": self._last, "pause": self._pause}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.tracks, self._next = dict(state["tracks"]), state["next"]
        self._last, self._pause = state["last"], state["pause"]

    def _pair(
        self,
        time: float,
        faces: Faces,
        group: npt.NDArray[np.intp],
        chosen: dict[int, Track],
        glimpses: Floats | None,
    ) -> None:
        """Give faces of the group to the tracks that nobody took, closest first."""
        taken = {track.id for track in chosen.values()}
        free = [track for track in self.tracks.values() if track.id not in taken]
        if not len(group) or not free:
            return
        near = closeness(np.stack([t.predicted(time) for t in free]), faces.boxes[group])
        doubtful: list[Track] = []
        while near.size and near.max() > 0:
            rows, columns = likely(near)
            if len(rows) == len(columns) == 1:
                track, face = free[int(rows[0])], int(group[columns[0]])
                if glimpses is not None and track.is_other(glimpses[face]):
                    doubtful.append(track)
                else:
                    track.follow(time, faces.boxes[face])
                    chosen[face] = track
            else:
                doubtful += [free[int(i)] for i in rows]
            near[rows], near[:, columns] = 0, 0
        self._end(doubtful)

    def _end(self, tracks: list[Track]) -> None:
        for track in tracks:
            if self.tracks.pop(track.id, None):
                self._ended.append(track)


def likely(near: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The closest pair (row, column), with all rows and columns that could be meant as well, or by one of those."""
    rows, columns = (np.zeros(n, bool) for n in near.shape)
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    rows[row] = columns[column] = True
    by_track = (near > 0) & (near > DOUBT * near.max(axis=1, keepdims=True))
    by_face = (near > 0) & (near > DOUBT * near.max(axis=0, keepdims=True))
    known = 0
    while known < (known := int(rows.sum() + columns.sum())):  # until no more are linked
        columns |= by_track[rows].any(axis=0)
        rows |= by_face[:, columns].any(axis=1)
    return np.flatnonzero(rows), np.flatnonzero(columns)


def closeness(predicted: Floats, boxes: Floats) -> Floats:
    """(tracks, faces) 1 where a face is just where it was predicted, 0 from REACH widths away or at another size."""
    middle = (predicted[:, None, :2] + predicted[:, None, 2:] - boxes[None, :, :2] - boxes[None, :, 2:]) / 2
    width = predicted[:, 2] - predicted[:, 0], boxes[:, 2] - boxes[:, 0]
    mean = np.maximum((width[0][:, None] + width[1][None]) / 2, 1)
    ratio = np.maximum(width[0][:, None], 1) / np.maximum(width[1][None], 1)
    fits = (ratio < GROWTH) & (ratio > 1 / GROWTH)
    close = 1 - np.linalg.norm(middle, axis=2) / (REACH * mean)
    return np.asarray(np.where(fits, np.clip(close, 0, None), 0), np.float32)
