"""A coarse picture of an aligned face, by which somebody else in the same place is noticed between two looks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.faces.embed import unit
from mien.types import Faces, Floats, Issue

SIDE = 12  # pixels
INNER = (slice(16, 108), slice(16, 96))  # rows, columns of the 112 x 112 crop: without most of the hair
# Correlation of two glimpses. From one look to the next (0.1 s) the same face falls below this in 1 of 115 looks of
# six real clips; 98 of 100 pairs of different people in LFW are below it. A track that ends for nothing is joined
# again by looks, at the price of an embedding; one that goes on with somebody else gives them the wrong name.
SAME_FACE = 0.7

UNCLEAR = {
    Issue.SMALL_BOUNDING_BOX,
    Issue.LOW_SHARPNESS,
}  # a glimpse of these tells as little as their embedding


def glimpses(faces: Faces, crops: npt.NDArray[np.uint8]) -> Floats:
    """(n, SIDE * SIDE) float32, of mean zero and unit length; NaN for faces that are unclear.

    faces: with their issues. crops: (n, 112, 112, 3) uint8, the same faces aligned.
    """
    import cv2

    rows = np.zeros((len(crops), SIDE * SIDE), np.float32)
    for row, crop in zip(rows, crops, strict=True):
        row[:] = cv2.resize(crop[INNER], (SIDE, SIDE), interpolation=cv2.INTER_AREA).mean(axis=2).ravel()
    rows = unit(rows - rows.mean(axis=1, keepdims=True))
    if faces.issues is not None:
        rows[[bool(UNCLEAR.intersection(issues)) for issues in faces.issues]] = np.nan
    return rows
