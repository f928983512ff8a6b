"""Turned squares in a picture: what a network is shown, and where in the picture its answers lie.

A region is (4,) float32: x and y of its centre and its side, in pixels, and the angle in radians by which it is
turned clockwise in the picture. A network sees it upright, at its own size; what lies outside the picture repeats
the picture's border, as these networks were trained to see it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mien.types import Floats, Image

Points: TypeAlias = npt.NDArray[np.floating]
Region: TypeAlias = npt.NDArray[np.float32]
UP, DOWN = np.pi / 2, -np.pi / 2  # where a direction points in an upright region


def whole(image: Image) -> Region:
    """The region that holds all of a picture, with margins above and below or left and right."""
    h, w = image.shape[:2]
    return np.array([w / 2, h / 2, max(w, h), 0], np.float32)


def around(centre: Points, tip: Points, points: float = UP) -> Region:
    """The region around a centre (2,) that reaches to the tip (2,), turned so that the tip `points` up or down."""
    dx, dy = tip - centre
    turn = points - np.arctan2(-dy, dx)
    return np.array([*centre, 2 * np.hypot(dx, dy), wrapped(turn)], np.float32)


def moved(region: Region, scale: float, up: float = 0.0) -> Region:
    """The region moved `up` by that many of its sides, as it is turned, then `scale` times as large."""
    x, y, side, turn = region
    return np.array(
        [x + up * side * np.sin(turn), y - up * side * np.cos(turn), side * scale, turn], np.float32
    )


def enclosing(points: Points, turn: float, scale: float, up: float) -> Region:
    """The region turned by `turn` around the points' (n, 2) bounding box, moved `up` by shares of its height,
    with `scale` times the longer side."""
    cos, sin = np.cos(turn), np.sin(turn)
    turned = points @ np.array([[cos, -sin], [sin, cos]])
    low, high = turned.min(axis=0), turned.max(axis=0)
    x, y = (low + high) / 2 - [0, up * (high - low)[1]]
    side = scale * float((high - low).max())
    return np.array([cos * x - sin * y, sin * x + cos * y, side, wrapped(turn)], np.float32)


def wrapped(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def crop(image: Image, region: Region, size: int, *, black: bool = False) -> Image:
    """What a network is shown: (size, size, 3) uint8. black: what to see outside the picture, not its border."""
    import cv2

    border = cv2.BORDER_CONSTANT if black else cv2.BORDER_REPLICATE
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(image, matrix(region, size), (size, size), flags=flags, borderMode=border)
    return np.asarray(warped, np.uint8)


def matrix(region: Region, size: int) -> npt.NDArray[np.float64]:
    """(2, 3) that brings points of the crop of that size to the picture."""
    x, y, side, turn = np.asarray(region, np.float64)
    cos, sin = side / size * np.cos(turn), side / size * np.sin(turn)
    half = size / 2
    return np.array([[cos, -sin, x - half * (cos - sin)], [sin, cos, y - half * (sin + cos)]])


def to_picture(points: Points, region: Region, size: int) -> Floats:
    """Points (..., 2) or (..., 3) of the crop, in the picture; z is only scaled. float32."""
    to = matrix(region, size)
    flat = points[..., :2] @ to[:, :2].T + to[:, 2]
    return np.concatenate([flat, points[..., 2:] * (region[2] / size)], axis=-1).astype(np.float32)


def to_region(points: Points, region: Region) -> Floats:
    """Points (..., 2) of the picture as the region sees them, in sides from its centre: inside it, [-1/2, 1/2]."""
    x, y, side, turn = np.asarray(region, np.float64)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray((points - [x, y]) @ np.array([[cos, -sin], [sin, cos]]) / side, np.float32)
