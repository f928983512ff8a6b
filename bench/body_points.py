"""Points of bodies and hands that somebody found in a clip, whoever it was, to compare them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench import pose_files
from bench.shared import shared

SURE = 0.5  # confidence from which a point counts
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12
# Where the first 13 points of COCO's body, which MMPose gives, are among the 33.
COCO = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24)
# Points of OpenPose's BODY_25 that lie at joints which both have (it has no hips here), and ours.
OPENPOSE = {0: 0, 2: 12, 3: 14, 4: 16, 5: 11, 6: 13, 7: 15}

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Points:
    """What somebody found in n frames: pose (n, 33, 2) and hands (n, 2, 21, 2) in pixels with their confidences."""

    pose: Floats
    pose_sure: Floats
    hands: Floats
    hands_sure: Floats

    @property
    def shoulders(self) -> Floats:
        """(n,) width of the shoulders in pixels, the unit of every error."""
        return np.linalg.norm(self.pose[:, LEFT_SHOULDER] - self.pose[:, RIGHT_SHOULDER], axis=-1)


def compared(ours: Points, theirs: Points, field: str) -> tuple[Floats, float, float]:
    """Errors in shoulder widths where both are sure, the share of points where both are, and where the others are."""
    sure = [getattr(points, f"{field}_sure") >= SURE for points in (ours, theirs)]
    apart = np.linalg.norm(getattr(ours, field) - getattr(theirs, field), axis=-1)
    errors = apart / ours.shoulders.reshape(-1, *[1] * (apart.ndim - 1))
    both = sure[0] & sure[1]
    return errors[both], float(both.mean()), float(sure[1].mean())


def here(points: Floats) -> float:
    """The share of frames (and sides) in which something was found."""
    return float(np.isfinite(points[..., 0, 0]).mean())


def nothing(n: int) -> Points:
    """Of n frames in which nothing was found."""
    hands, sure = np.full((n, 2, 21, 2), np.nan), np.zeros((n, 2, 21))
    return Points(np.full((n, 33, 2), np.nan), np.zeros((n, 33)), hands, sure)


def from_holistic_file(path: str) -> Points:
    """A recording of MediaPipe Holistic; confidence of hands is 1 where there is one."""
    return recorded(path, {k: k for k in range(33)}, "LEFT_HAND_LANDMARKS", "RIGHT_HAND_LANDMARKS")


def from_mmpose(path: str) -> Points:
    """A recording of MMPose's 133 points."""
    return recorded(path, dict(enumerate(COCO)), "LEFT_HAND", "RIGHT_HAND")


def from_openpose(path: str) -> Points:
    """A recording of OpenPose's 137 points."""
    return recorded(path, OPENPOSE, "hand_left_keypoints_2d", "hand_right_keypoints_2d")


def recorded(path: str, own: dict[int, int], *sides: str) -> Points:
    """What a .pose file holds. own: by its first points those of the body that ours has, too; sides: of hands."""
    file = pose_files.read(shared(f"sign/{path}"))
    points, sure = file.points[:, 0, :, :2], file.confidence[:, 0]
    found = nothing(len(points))
    theirs, ours = list(own), list(own.values())
    found.pose[:, ours], found.pose_sure[:, ours] = points[:, theirs], sure[:, theirs]
    for side, name in enumerate(sides):
        hand = file.component(name)
        found.hands[:, side], found.hands_sure[:, side] = points[:, hand], sure[:, hand]
    return found
