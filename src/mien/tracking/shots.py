"""The few best looks at a face, so that a track of any length costs a handful of embeddings and little memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mien.faces import align
from mien.types import Faces, Frame, Image

MOST = 5  # shots of one track
APART = 0.8  # seconds between two shots, since neighbouring frames tell nothing new
LOOKS = 10  # looks at a face that earn it one embedding; so there are at least about ten times fewer of them
PORTRAIT = 160  # pixels; side of the picture that is kept of the best shot


@dataclass(frozen=True, eq=False)
class Shot:
    """One look: when, the face (`Faces` of length 1), its aligned crop, and a portrait with its surroundings."""

    time: float
    face: Faces
    crop: npt.NDArray[np.uint8]
    portrait: Image

    @property
    def quality(self) -> float:
        """About in [0, 1], see `quality_of`."""
        return quality_of(self.face)


@dataclass
class Shots:
    """The best looks so far: at most MOST, at least APART seconds from each other."""

    kept: list[Shot] = field(default_factory=list)

    def offer(self, frame: Frame, face: Faces) -> bool:
        """Keep the look if it is better than the one near it, or than the worst; whether it was kept."""
        value = quality_of(face)
        near = [shot for shot in self.kept if abs(shot.time - frame.time) < APART]
        rivals = near or (self.kept if len(self.kept) >= MOST else [])
        if rivals:
            worst = min(rivals, key=lambda shot: shot.quality)
            if value <= worst.quality:
                return False
            self.kept.remove(worst)
        crop = align.crops(frame.image, face)
        self.kept.append(Shot(frame.time, face, crop, portrait(frame.image, face)))
        return True

    def best(self, looks: int) -> list[Shot]:
        """The shots to embed of a face that was looked at so often, best first."""
        ordered = sorted(self.kept, key=lambda shot: -shot.quality)
        return ordered[: max(1, looks // LOOKS)]


def quality_of(face: Faces) -> float:
    """About in [0, 1]; faces of the same quality are told apart by size."""
    assert face.quality is not None
    return float(face.quality[0]) + min(float(face.widths[0]), 1000.0) * 1e-6


def portrait(image: Image, face: Faces) -> Image:
    """(s, s, 3) the face with as much again around it, s at most PORTRAIT; black beyond the picture."""
    box = face.boxes[0]
    side = float(max(box[2] - box[0], box[3] - box[1])) * 2
    size = max(16, min(PORTRAIT, round(side)))
    scale = size / max(side, 1.0)
    corner = face.centres[0] - side / 2
    return align.warp(image, np.array([[scale, 0, -scale * corner[0]], [0, scale, -scale * corner[1]]]), size)
