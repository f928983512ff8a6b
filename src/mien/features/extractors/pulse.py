"""Gives the mean colour of each face's skin, frame by frame, from which the pulse is read afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.features.extractor import State, View
from mien.features.pulse.skin import Polygons, from_keypoints, from_mesh, mean_colour
from mien.types import Column, Family, Rows

LEAST = 64  # pixels of skin: their mean has a noise of an eighth of one pixel's; smaller faces give no row

FAMILY = Family(
    "skin",
    (
        Column("r", meaning="mean red of forehead and cheeks, 0 to 255"),
        Column("g", meaning="mean green, 0 to 255"),
        Column("b", meaning="mean blue, 0 to 255"),
        Column("area", "int32", unit="pixels", meaning="how many pixels that is the mean of, from 64"),
    ),
)


class Skin:
    """The extractor of the family "skin"; a row for each face that shows enough skin."""

    family = FAMILY

    def __init__(self, *, mesh: bool = False) -> None:
        """mesh: take the regions from the face mesh of the same frame, and not from the detector's five points."""
        self.needs: tuple[str, ...] = ("mesh",) if mesh else ()
        self.facts: Mapping[str, Any] = {"regions": "mesh" if mesh else "keypoints", "least": LEAST}

    def see(self, view: View) -> Rows:
        """Rows of the faces of the frame."""
        image = view.frame.image
        found = [(track, *mean_colour(image, regions)) for track, regions in self._regions(view)]
        kept = [(track, colour, area) for track, colour, area in found if area >= LEAST]
        colours = np.reshape(np.array([colour for _, colour, _ in kept], np.float32), (-1, 3))
        return {
            "track": np.array([track for track, _, _ in kept], np.int32),
            "r": colours[:, 0],
            "g": colours[:, 1],
            "b": colours[:, 2],
            "area": np.array([area for _, _, area in kept], np.int32),
        }

    def _regions(self, view: View) -> list[tuple[int, Polygons]]:
        if self.needs:
            mesh = view.rows["mesh"]
            return [(int(t), from_mesh(p)) for t, p in zip(mesh["track"], mesh["points"], strict=True)]
        points: npt.NDArray[np.float32] = view.faces.keypoints
        return [(int(t), from_keypoints(p)) for t, p in zip(view.tracks, points, strict=True)]

    def state(self) -> State:
        """Nothing is carried from frame to frame."""
        return {}

    def resume(self, state: State) -> None:
        """Nothing was carried."""

    def close(self) -> None:
        """Nothing is held."""
