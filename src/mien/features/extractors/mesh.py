"""Gives the 478 points of each face, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.faces.mesh.engine import AGAIN, PRESENT, Mesh, next_region
from mien.faces.mesh.region import Region, close, from_keypoints
from mien.features.extractor import State, View
from mien.types import Column, Family, Rows

FAMILY = Family(
    "mesh",
    (
        Column(
            "points",
            shape=(478, 3),
            unit="pixels",
            meaning="x, y, and z away from the viewer: MediaPipe's 468 points, then right and left iris",
        ),
        Column("presence", meaning="that there is a face, in [0.5, 1]"),
    ),
)


class MeshExtractor:
    """The extractor of the family "mesh"; a row for each face whose presence is at least 0.5.

    A face is looked for where it was in the frame before, and three times from the detector's points when it is new,
    at a cut, or when both disagree: as MediaPipe follows faces, but held to a detector.
    """

    family = FAMILY
    needs: tuple[str, ...] = ()

    def __init__(self) -> None:
        """Open the networks; raises as `Mesh`."""
        self._mesh = Mesh()
        self.facts: Mapping[str, Any] = {
            "models": self._mesh.provenance(),
            "again": AGAIN,
            "present": PRESENT,
        }
        self._regions: dict[int, Region] = {}

    def see(self, view: View) -> Rows:
        """Rows of the faces of the frame."""
        known = {} if view.cut else self._regions
        tasks = [
            (keypoints, known.get(int(track)))
            for track, keypoints in zip(view.tracks, view.faces.keypoints, strict=True)
        ]
        looks = view.spread(lambda task: self._look(view.frame.image, *task), tasks)
        found = [(int(t), *look) for t, look in zip(view.tracks, looks, strict=True) if look[1] >= PRESENT]
        self._regions = {track: next_region(points) for track, points, _ in found}
        return {
            "track": np.array([track for track, _, _ in found], np.int32),
            "points": np.reshape(np.array([p for _, p, _ in found], np.float32), (-1, 478, 3)),
            "presence": np.array([presence for *_, presence in found], np.float32),
        }

    def _look(
        self, image: npt.NDArray[np.uint8], keypoints: npt.NDArray[np.float32], before: Region | None
    ) -> tuple[npt.NDArray[np.float32], float]:
        if before is not None and close(before, from_keypoints(keypoints)):
            return self._mesh.look(image, before)
        return self._mesh.first(image, keypoints)

    def state(self) -> State:
        """Where each face is looked for next."""
        regions = np.reshape(np.array(list(self._regions.values()), np.float64), (-1, 4))
        return {"track": np.array(list(self._regions), np.int32), "region": regions}

    def resume(self, state: State) -> None:
        """Go on from a state that `state` gave."""
        self._regions = dict(zip(state["track"].tolist(), state["region"], strict=True))

    def close(self) -> None:
        """Free the networks."""
        self._mesh.close()
