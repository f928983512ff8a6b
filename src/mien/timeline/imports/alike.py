"""How far two tools agree on what both measured of one person in one medium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.timeline.build import column
from mien.timeline.select import numbers, unit_and_meaning

CLASSES = {"angry": "anger", "fear": "fear", "disgust": "disgust", "happy": "happiness", "sad": "sadness"}
SHARED: dict[str, dict[str, str]] = {
    "pyfeat": CLASSES
    | {"surprise": "surprise", "neutral": "neutral"}
    | {"head_pitch": "Pitch", "head_yaw": "Yaw", "head_roll": "Roll"},
    "openface": {"head_pitch": "pose_Rx", "head_yaw": "pose_Ry", "head_roll": "pose_Rz"},
    "imotions": {"head_pitch": "Pitch Degrees", "head_yaw": "Yaw Degrees", "head_roll": "Roll Degrees"},
}
"""By family of another tool, its columns that mean what one of Mien's does; directions of angles may be opposite."""


@dataclass(frozen=True)
class Alike:
    """Of one measure: n moments that both have, Pearson's correlation (NaN where either never changes), the mean of
    what the second has more, and the mean absolute difference after that is taken away, in the first one's unit."""

    measure: str
    other: str
    n: int
    correlation: float
    more: float
    apart: float


def alike(a: pa.Table, b: pa.Table, pairs: Mapping[str, str], *, within: float = 0.02) -> list[Alike]:
    """For each pair of columns that both tables have, how far they agree.

    a, b: samples of one person, sorted by time; each row of a is compared with the nearest of b, where that is no more
    than `within` seconds away. Angles in radians are compared in degrees where the other is in degrees.
    """
    times, others = column(a, "time"), column(b, "time")
    nearest = _nearest(times, others)
    met = np.abs(others[nearest] - times) <= within if len(others) else np.zeros(len(times), bool)
    found = []
    for measure, other in pairs.items():
        if measure in a.column_names and other in b.column_names:
            left = numbers(a, measure)[met]
            right = numbers(b, other)[nearest[met]] * _factor(a.schema, measure, b.schema, other)
            both = np.isfinite(left) & np.isfinite(right)
            found.append(_alike(measure, other, left[both], right[both]))
    return found


def _nearest(times: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Of each time the place of the nearest other."""
    after = np.searchsorted(others, times).clip(0, max(0, len(others) - 1))
    before = (after - 1).clip(0)
    if not len(others):
        return after
    return np.where(np.abs(others[before] - times) <= np.abs(others[after] - times), before, after)


def _factor(a: pa.Schema, measure: str, b: pa.Schema, other: str) -> float:
    """What the other is multiplied with to be in the measure's unit."""
    units = unit_and_meaning(a, measure)[0], unit_and_meaning(b, other)[0]
    return float(np.degrees(1)) if units == ("degrees", "radians") else 1.0


def _alike(measure: str, other: str, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> Alike:
    varied = len(a) > 1 and np.ptp(a) > 0 and np.ptp(b) > 0
    correlation = float(np.corrcoef(a, b)[0, 1]) if varied else float("nan")
    more = float(np.mean(b - a)) if len(a) else float("nan")
    apart = float(np.mean(np.abs(b - a - more))) if len(a) else float("nan")
    return Alike(measure, other, len(a), correlation, more, apart)
