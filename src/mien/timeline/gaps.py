"""Where a curve has to break: rows between which nothing was measured for longer than usual, or of another track."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

USUAL, LEAST = 4.0, 0.25  # a pause is a gap above so many usual steps, and above so many seconds

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def after_gaps(times: Numbers, tracks: Whole) -> Whole:
    """The indices of rows that come after a gap, as `np.insert` wants them. times: (n,) in order; tracks: (n,)."""
    steps = np.diff(times)
    limit = max(USUAL * _usual(steps), LEAST)
    return np.flatnonzero((steps > limit) | (np.diff(tracks) != 0)) + 1


def with_gaps(times: Numbers, gaps: Whole) -> Numbers:
    """The times with one more in each gap, a usual step after its begin: the place of a value that is missing."""
    return np.insert(times, gaps, np.minimum(times[gaps - 1] + _usual(np.diff(times)), times[gaps]))


def _usual(steps: Numbers) -> float:
    return float(np.median(steps)) if len(steps) else 0.0
