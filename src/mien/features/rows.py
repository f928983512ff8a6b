"""Rows of many frames, gathered until they are a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.timeline.build import sample_table
from mien.types import Family, Frame, Rows


class Collected:
    """The rows of one family, frame after frame."""

    def __init__(self, family: Family) -> None:
        self._family = family
        names = [one.name for one in family.columns] + ["track"] * family.tracked
        self._parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in names}
        self._times: list[float] = []
        self._frames: list[int] = []
        self._counts: list[int] = []

    def add(self, frame: Frame, rows: Rows) -> None:
        """The rows of one more frame."""
        for name, part in self._parts.items():
            part.append(rows[name])
        self._times.append(frame.time)
        self._frames.append(frame.index)
        self._counts.append(len(next(iter(rows.values()))))

    def table(self) -> pa.Table:
        """All of them, by the family's schema; medium 0."""
        empty: dict[str, npt.NDArray[Any]] = {**self._family.empty(), "track": np.zeros(0, np.int32)}
        rows = {name: np.concatenate([empty[name], *parts]) for name, parts in self._parts.items()}
        times = np.repeat(np.array(self._times, np.float64), self._counts)
        frames = np.repeat(np.array(self._frames, np.int64), self._counts)
        return sample_table(self._family, 0, times, frames, None, rows)
