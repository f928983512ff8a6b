"""Gives what follows from the mesh of each face: the head's pose, openings of eyes and mouth, brows, irises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mien.faces.mesh.geometry import measure
from mien.features.extractor import State, View
from mien.types import Column, Family, Rows

FACES = "faces"  # the unit of lengths: the distance of the outer corners of the eyes, about 9 cm


def _columns() -> Iterator[Column]:
    yield Column("head_pitch", unit="degrees", meaning="where the face points, up is positive, in [-90, 90]")
    yield Column(
        "head_yaw", unit="degrees", meaning="to the right of the picture is positive, in (-180, 180]"
    )
    yield Column("head_roll", unit="degrees", meaning="turned clockwise in the picture, in (-180, 180]")
    for side in ("right", "left"):
        eye = f"the person's own {side} eye"
        above = f"of the brow above the middle of {eye}'s corners"
        yield Column(
            f"eye_opening_{side}", meaning=f"mean distance of the lids over the width of {eye}, from 0"
        )
        yield Column(f"eye_gap_{side}", unit=FACES, meaning=f"mean distance of the lids of {eye}, from 0")
        yield Column(f"brow_inner_{side}", unit=FACES, meaning=f"height of the inner end {above}")
        yield Column(f"brow_middle_{side}", unit=FACES, meaning=f"height of the middle {above}")
        yield Column(f"brow_outer_{side}", unit=FACES, meaning=f"height of the outer end {above}")
        yield Column(
            f"iris_x_{side}",
            meaning=f"iris from the middle of {eye}'s corners, in half its widths, to the person's left; no gaze",
        )
        yield Column(f"iris_y_{side}", meaning="the same, up; no gaze: lids, head and camera all move it")
    yield Column("mouth_opening", unit=FACES, meaning="mean distance of the lips' inner borders, from 0")
    yield Column("mouth_width", unit=FACES, meaning="distance of the corners of the mouth")
    for side in ("right", "left"):
        meaning = f"height of the person's own {side} corner of the mouth above the middle of the upper lip"
        yield Column(f"mouth_corner_{side}", unit=FACES, meaning=meaning)


FAMILY = Family("geometry", tuple(_columns()))


class GeometryExtractor:
    """The extractor of the family "geometry"; a row for each row of the mesh.

    focal: of the camera in pixels, where it is known; see `mien.faces.mesh.pose.head_pose`.
    """

    family = FAMILY
    needs: tuple[str, ...] = ("mesh",)

    def __init__(self, focal: float | None = None) -> None:
        self._focal = focal
        self.facts: Mapping[str, Any] = {"focal": focal, "version": FAMILY.version}

    def see(self, view: View) -> Rows:
        """Rows of the faces of the frame."""
        mesh = view.rows["mesh"]
        height, width = view.frame.image.shape[:2]
        return {"track": mesh["track"]} | measure(mesh["points"], (height, width), self._focal)

    def state(self) -> State:
        """Nothing is carried from frame to frame."""
        return {}

    def resume(self, state: State) -> None:
        """Nothing was carried."""

    def close(self) -> None:
        """Nothing is held."""
