"""Turned squares around faces and eyes: what the networks of the mesh are shown, and back to the picture.

A region is (4,) float64: x and y of its centre, its side, all in pixels, and the angle in radians by which it is
turned clockwise in the picture. A pixel's coordinate is that of its upper left corner, as these networks count.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mien.faces.align import rolls
from mien.types import Image, Keypoints

Region: TypeAlias = npt.NDArray[np.float64]
Points: TypeAlias = npt.NDArray[np.float32]

# MediaPipe shows the mesh 1.5 times the box of its own detector, and an eye 2.3 times the distance of its corners.
FACE, EYE = 1.5, 2.3

# Least squares over 327 people of LFW: where that region lies as told by YuNet's five points. Its side leaves
# 6 % unexplained, its centre 2 to 3 % of the side, its angle 4 degrees: as much as MediaPipe's detector jitters.
SIDE = 5.80  # root mean square distances of the five points from their mean
BELOW = 0.161  # of the same: from the mean down the face to the centre
ASIDE = -2.26  # offsets of the nose tip from the mean, along the eyes


def from_keypoints(keypoints: Keypoints) -> Region:
    """Where the mesh's first look at a face goes, from the five points (5, 2) of the detector."""
    turn = np.radians(float(rolls(keypoints[None])[0]))
    mean = keypoints.mean(axis=0, dtype=np.float64)
    (aside, _), *_ = _turned(keypoints[2:3] - mean, -turn)
    size = float(np.sqrt(np.square(keypoints - mean).sum(axis=1).mean()))
    (centre,) = mean + _turned(np.array([[ASIDE * aside, BELOW * size]]), turn)
    return np.array([*centre, SIDE * size, turn])


def around(points: npt.NDArray[np.floating], turn: float, scale: float) -> Region:
    """The region at that angle around the box of the points (n, 2), `scale` times its longer side."""
    upright = _turned(points, -turn)
    low, high = upright.min(axis=0), upright.max(axis=0)
    (centre,) = _turned((low + high)[None] / 2, turn)
    return np.array([*centre, scale * (high - low).max(), turn])


def angle(start: npt.NDArray[np.floating], end: npt.NDArray[np.floating]) -> float:
    """Of the way from one point (2,) to another, in radians, clockwise from the right."""
    return float(np.arctan2(end[1] - start[1], end[0] - start[0]))


def matrix(region: Region, size: int) -> npt.NDArray[np.float64]:
    """(2, 3) that brings points of the region's crop of that size to the picture."""
    x, y, side, turn = region
    cos, sin = side / size * np.cos(turn), side / size * np.sin(turn)
    half = size / 2
    return np.array([[cos, -sin, x - half * (cos - sin)], [sin, cos, y - half * (sin + cos)]])


def crop(image: Image, region: Region, size: int) -> Image:
    """The region upright, (size, size, 3) uint8; outside the picture its border goes on, as the networks know it."""
    import cv2

    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(
        image, matrix(region, size), (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(shown, np.uint8)


def to_picture(points: npt.NDArray[np.floating], region: Region, size: int) -> Points:
    """Points (n, 3) of the region's crop, in the picture; z is only scaled. float32."""
    to = matrix(region, size)
    flat = points[:, :2] @ to[:, :2].T + to[:, 2]
    return np.concatenate([flat, points[:, 2:] * (region[2] / size)], axis=1).astype(np.float32)


def close(one: Region, other: Region) -> bool:
    """Whether two regions show the same face well enough for the mesh: near, of like size, turned alike."""
    off = np.hypot(*(one[:2] - other[:2])) / other[2]
    turn = (one[3] - other[3] + np.pi) % (2 * np.pi) - np.pi
    return bool(off < 0.15 and 0.75 < one[2] / other[2] < 1.33 and abs(turn) < 0.35)


def _turned(points: npt.NDArray[np.floating], turn: float) -> npt.NDArray[np.float64]:
    """The points (n, 2) turned clockwise in the picture about its origin."""
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]), np.float64)
