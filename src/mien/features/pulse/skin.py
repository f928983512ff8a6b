"""Where a face shows skin, and the mean colour of that: forehead and both cheeks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.faces import align
from mien.types import Image, Keypoints

Polygons = list[npt.NDArray[np.float64]]

# Points of the face mesh around the forehead above the brows, and around each cheek beside the nose.
FOREHEAD = (54, 103, 67, 109, 10, 338, 297, 332, 284, 298, 333, 299, 337, 151, 108, 69, 104, 68)
RIGHT_CHEEK = (117, 118, 119, 100, 126, 209, 49, 129, 203, 205, 50)
LEFT_CHEEK = (346, 347, 348, 329, 355, 429, 279, 358, 423, 425, 280)

# The same in the 112 x 112 crop of `align`: x0, y0, x1, y1. Eyes are at y = 52, brows above 44, the nose tip at 72,
# the mouth at 92. The forehead is narrow, since hair and hats begin above.
RECTANGLES = ((38, 28, 74, 40), (24, 62, 44, 80), (68, 62, 88, 80))


def from_mesh(points: npt.NDArray[np.float32]) -> Polygons:
    """The three regions from points (468 or more, 2 or more) of the face mesh, in pixels."""
    return [points[list(region), :2].astype(np.float64) for region in (FOREHEAD, RIGHT_CHEEK, LEFT_CHEEK)]


def from_keypoints(keypoints: Keypoints) -> Polygons:
    """The three regions from the five points (5, 2) of the detector, in pixels."""
    (to_crop,) = align.similarity(keypoints[None])
    turn = np.linalg.inv(to_crop[:, :2])
    corners = [np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) for x0, y0, x1, y1 in RECTANGLES]
    return [(corner - to_crop[:, 2]) @ turn.T for corner in corners]


def mean_colour(image: Image, regions: Polygons) -> tuple[npt.NDArray[np.float64], int]:
    """(3,) mean red, green and blue, from 0 to 255, of the pixels in the regions, and how many these are."""
    import cv2

    h, w = image.shape[:2]
    points = np.concatenate(regions)
    x0, y0 = np.clip(np.floor(points.min(axis=0)).astype(int), 0, [w, h])
    x1, y1 = np.clip(np.ceil(points.max(axis=0)).astype(int) + 1, 0, [w, h])
    if x1 <= x0 or y1 <= y0:
        return np.zeros(3), 0
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for (
        region
    ) in regions:  # with corners at sixteenths of a pixel, so that a slow motion moves the edge slowly
        cv2.fillPoly(mask, [np.round((region - [x0, y0]) * 16).astype(np.int32)], 1, shift=4)
    part = np.ascontiguousarray(image[y0:y1, x0:x1])
    return np.array(cv2.mean(part, mask)[:3]), int(np.count_nonzero(mask))
