"""Fills short gaps in measures through time by straight lines, and says which rows were filled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.types import Floats


def fill_gaps(
    frames: npt.NDArray[np.integer], tracks: npt.NDArray[np.integer], points: Floats, most: int = 5
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The points with gaps of up to `most` frames filled, and which rows those are.

    frames, tracks: (n,) integers, of which frame and of whom each row is, in any order, each pair once.
    points: (n, ...) floats; a row with NaN anywhere in it is missing, and filled as a whole.

    A gap lies between two rows of the same track that are not missing; it is as long as the frames between those,
    whether they have rows or not. Before the first and after the last nothing is filled, nor is any longer gap.
    Raises `ArgumentError` where the arrays are not of equal length, or `most` is negative.
    """
    if not len(frames) == len(tracks) == len(points):
        raise ArgumentError(
            f"fill_gaps was given {len(frames)} frames, {len(tracks)} tracks and {len(points)} points; "
            "expected one of each for every row."
        )
    if most < 0:
        raise ArgumentError(f"most is {most}; expected a number of frames, 0 or more.")
    filled = np.array(points)
    known = np.asarray(np.isfinite(filled).all(axis=tuple(range(1, filled.ndim))))
    marks = np.zeros(len(filled), bool)
    for track in np.unique(tracks):
        own = np.flatnonzero(tracks == track)
        own = own[np.argsort(frames[own], kind="stable")]
        kept = np.flatnonzero(known[own])
        for before, after in zip(own[kept[:-1]], own[kept[1:]], strict=True):
            length = int(frames[after] - frames[before])
            inside = own[(frames[own] > frames[before]) & (frames[own] < frames[after])]
            if length - 1 <= most and len(inside):
                share = ((frames[inside] - frames[before]) / length).reshape(-1, *[1] * (filled.ndim - 1))
                filled[inside] = filled[before] + share * (filled[after] - filled[before])
                marks[inside] = True
    return filled, marks
