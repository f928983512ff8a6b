"""The 33 points of each body through time: bodies of people whose faces are followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mien.bodies.engine import PRESENT, BodyEngine
from mien.bodies.parts import Poses
from mien.bodies.pose import axis_under
from mien.bodies.steady import Steady
from mien.features.extractor import State, View
from mien.types import Column, Faces, Family, Image, Rows

PATIENCE = 1.0  # seconds for which a body is followed whose face is not seen, as long as a face's track waits
NEAR = 0.5  # heights of a face by which the eyes and nose of its body may lie off it
SAME = 0.2  # lengths of its axis by which two bodies may differ and be one

POSE = Family(
    "pose",
    (
        Column("points", shape=(33, 3), unit="pixels", meaning="x, y, and z from the hips; see POSE_POINTS"),
        Column("visibility", shape=(33,), meaning="of each point, in [0, 1]: in view and not covered"),
        Column("presence", meaning="that there is a body, in [0, 1]"),
        Column("world", shape=(33, 3), unit="m", meaning="from the middle of the hips, at average size"),
    ),
)


@dataclass(frozen=True, eq=False)
class Body:
    """One body that is followed. seen: seconds, when its face was last seen. steady: where to look next; n = 1."""

    seen: float
    steady: Steady


class PoseExtractor:
    """Poses of the people whose faces are followed.

    A body is first looked for under its face, then around its own place in the frame before, and again under the
    face when it is lost there, or found where the face is not. At a cut all are forgotten. Rows go on for up to
    `PATIENCE` while the face is not seen, as when hands or hair cover it. Nothing is smoothed but where to look.
    """

    family = POSE
    needs: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._engine = BodyEngine()
        self.facts: Mapping[str, Any] = {
            "models": self._engine.provenance(),
            "patience": PATIENCE,
            "near": NEAR,
            "same": SAME,
        }
        self._bodies: dict[int, Body] = {}

    def see(self, view: View) -> Rows:
        """The rows of this frame: of each body that is there, in the order of tracks."""
        time, faces = view.frame.time, dict(zip(view.tracks.tolist(), view.faces, strict=True))
        known = {} if view.cut else {t: b for t, b in self._bodies.items() if time - b.seen <= PATIENCE}
        look = partial(self._engine.follow, view.frame.image)
        again = view.spread(look, [body.steady.axis[0] for body in known.values()])
        found = {t: pose for t, pose in zip(known, again, strict=True) if is_there(pose, faces.get(t))}
        wanted = [t for t in faces if t not in found and (view.looked or t in known)]
        first = view.spread(partial(self._under, view.frame.image), [faces[t] for t in wanted])
        new = {t: pose for t, pose in zip(wanted, first, strict=True) if is_there(pose, faces[t])}
        poses = without_doubles(found | new, faces)
        self._bodies = {
            t: Body(
                seen=time if t in faces else known[t].seen,
                steady=known[t].steady.then(pose.axis, time) if t in found else Steady.start(pose.axis, time),
            )
            for t, pose in poses.items()
        }
        return rows(poses)

    def _under(self, image: Image, face: Faces) -> Poses:
        """The body under a face: looked for twice, the second time where the first look says that it is.

        The first look stands if the second one strays to somebody beside.
        """
        first = self._engine.follow(image, axis_under(face.keypoints[0], float(face.heights[0])))
        if not is_there(first, face):
            return first
        second = self._engine.follow(image, first.axis[0])
        return second if is_there(second, face) else first

    def state(self) -> State:
        """The bodies that are followed, as arrays by name."""
        bodies = self._bodies.values()
        empty = Steady.start(np.zeros((0, 2, 2)), 0.0)
        steady = Steady.concatenate([empty, *(body.steady for body in bodies)])
        return {
            "track": np.array(list(self._bodies), np.int32),
            "seen": np.array([body.seen for body in bodies], np.float64),
            **steady.columns(),
        }

    def resume(self, state: State) -> None:
        """Go on from a state that `state` gave."""
        steady = Steady(**{name: state[name] for name in ("raw", "axis", "speed", "time")})
        self._bodies = {
            int(track): Body(float(seen), steady[[i]])
            for i, (track, seen) in enumerate(zip(state["track"], state["seen"], strict=True))
        }

    def close(self) -> None:
        """Free the network."""
        self._engine.close()


def is_there(pose: Poses, face: Faces | None) -> bool:
    """Whether a pose (n = 1) is of somebody, and of the one with that face, where it is seen."""
    if pose.presence[0] < PRESENT:
        return False
    if face is None:
        return True
    own = pose.points[0, [0, 2, 5], :2].mean(axis=0)  # nose and eyes
    off = np.hypot(*(own - face.keypoints[0, :3].mean(axis=0)))
    return bool(off <= NEAR * face.heights[0])


def without_doubles(poses: dict[int, Poses], faces: Mapping[int, Faces]) -> dict[int, Poses]:
    """The poses by track, sorted, without those whose face is not seen and who are somebody else's, too."""
    sure = [pose for track, pose in poses.items() if track in faces]
    return {
        track: poses[track]
        for track in sorted(poses)
        if track in faces or not any(is_same(poses[track], other) for other in sure)
    }


def is_same(one: Poses, other: Poses) -> bool:
    """Whether two poses (n = 1 each) are of one body."""
    apart = np.linalg.norm(one.axis[0] - other.axis[0], axis=-1).mean()
    return bool(apart <= SAME * np.hypot(*(other.axis[0, 1] - other.axis[0, 0])))


def rows(poses: Mapping[int, Poses]) -> Rows:
    """The table's columns, with whose each is."""
    if not poses:
        return POSE.empty() | {"track": np.zeros(0, np.int32)}
    columns = Poses.concatenate(poses.values()).columns()
    kept = {column.name: columns[column.name] for column in POSE.columns}
    return kept | {"track": np.array(list(poses), np.int32)}
