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
    order = np.lexsort((frames, tracks))
    when, whose, values = frames[order], tracks[order], np.array(points)[order]
    known = np.asarray(np.isfinite(values).all(axis=tuple(range(1, values.ndim))))
    at = np.arange(len(order))
    before = np.maximum.accumulate(np.where(known, at, -1))
    after = np.minimum.accumulate(np.where(known, at, len(at))[::-1])[::-1]
    gap = np.flatnonzero(~known & (before >= 0) & (after < len(at)))
    before, after = before[gap], after[gap]
    length = when[after] - when[before]
    short = (whose[before] == whose[after]) & (length - 1 <= most)
    gap, before, after, length = gap[short], before[short], after[short], length[short]
    share = ((when[gap] - when[before]) / length).reshape(-1, *[1] * (values.ndim - 1))
    values[gap] = values[before] + share * (values[after] - values[before])
    filled, marks = np.empty_like(values), np.zeros(len(order), bool)
    filled[order], marks[order[gap]] = values, True
    return filled, marks
