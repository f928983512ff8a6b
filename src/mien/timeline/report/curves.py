"""Samples as the curves of a page: of each lane and measure, quantised, compressed and in base64.

A curve keeps every row while all of them together are at most `MOST` values; of longer timelines it keeps the lowest
and the highest value of so many rows. Values are told apart to 1/4094 of the range of their measure, times to 0.1 ms.
"""

from __future__ import annotations

import base64
import itertools
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.timeline.build import NOBODY, column
from mien.timeline.contents import Measured
from mien.timeline.gaps import after_gaps, with_gaps
from mien.timeline.select import KEYS, columns_of, numbers
from mien.timeline.timeline import Timeline

MOST = 8_000_000  # values on a page, which then has about 11 MB
LEVELS = 4094  # the highest level of a value; one above it is "not measured"
TICK = 1e-4  # seconds

Numbers: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]


@dataclass
class Blocks:
    """Arrays as base64 of zlib-compressed bytes, each kept once, under its number in texts."""

    texts: list[str] = field(default_factory=list)
    known: dict[bytes, int] = field(default_factory=dict)

    def add(self, array: npt.NDArray[Any]) -> int:
        """Keep the array of unsigned integers: all lowest bytes, then all second ones, and so on.

        The upper bytes of neighbours are alike, so they compress well once they stand together.
        """
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        data = zlib.compress(little.view(np.uint8).reshape(-1, array.dtype.itemsize).T.tobytes(), 6)
        if data not in self.known:
            self.known[data] = len(self.texts)
            self.texts.append(base64.b64encode(data).decode("ascii"))
        return self.known[data]


@dataclass(frozen=True)
class Range:
    """Of a measure, over all media and people: lowest and highest value, and standard deviation."""

    low: float
    high: float
    deviation: float


def thinning(families: list[Measured]) -> int:
    """How many rows the two values of a curve stand for; 1: every row is kept."""
    total = sum(one.rows * len(one.measures) for one in families)
    return 1 if total <= MOST else math.ceil(2 * total / MOST)


def series(
    timeline: Timeline, family: Measured, every: int, blocks: Blocks
) -> tuple[list[dict[str, Any]], dict[str, Range]]:
    """The curves of a family by medium and lane, whose arrays go to the blocks; and the ranges of its measures.

    Each is {"family", "medium", "lane" (-1: of the medium as a whole), "times" (block), "columns": {name: {"block",
    "low", "high"}}}. Measures that never have a value are left out.
    """
    keys = [name for name in KEYS if name != "frame" and (name != "track" or family.tracked)]
    table = columns_of(timeline.samples, family.family, [*keys, *family.measures])
    lane = dict(zip(*(column(timeline.tracks, name).tolist() for name in ("track", "lane")), strict=True))
    times, tracks = column(table, "time"), _tracks(table, family)
    parts = list(_parts(column(table, "media"), times, tracks, lane))
    breaks = [after_gaps(times[rows], tracks[rows]) for _, _, rows in parts]
    made: list[dict[str, Any]] = [
        {
            **{"family": family.family, "medium": medium, "lane": who, "columns": {}},
            "times": blocks.add(_steps(_thinned_times(with_gaps(times[rows], gaps), gaps, every))),
        }
        for (medium, who, rows), gaps in zip(parts, breaks, strict=True)
    ]
    ranges: dict[str, Range] = {}
    for name in family.measures:
        values = numbers(table, name)
        if np.isnan(values).all():
            continue
        reach = ranges[name] = Range(
            float(np.nanmin(values)), float(np.nanmax(values)), float(np.nanstd(values))
        )
        for one, (_, _, rows), gaps in zip(made, parts, breaks, strict=True):
            kept = _thinned(np.insert(values[rows], gaps, np.nan), gaps, every)
            block = blocks.add(_quantised(kept, reach))
            one["columns"][name] = {"block": block, "low": reach.low, "high": reach.high}
    return [one for one in made if one["columns"]], ranges


def _tracks(table: pa.Table, family: Measured) -> Whole:
    """(n,) the track of each row, -1 where the family is of the medium as a whole."""
    if family.tracked:
        return np.asarray(column(table, "track"), np.int64)
    return np.full(table.num_rows, NOBODY, np.int64)


def _parts(
    media: Whole, times: Numbers, tracks: Whole, lane: Mapping[int, int]
) -> Iterator[tuple[int, int, Whole]]:
    """The rows of each medium and lane, in order of time."""
    seen, where = np.unique(tracks, return_inverse=True)
    lanes = np.array([lane.get(int(track), NOBODY) for track in seen], np.int64)[where]
    order = np.lexsort((times, lanes, media))
    new = np.flatnonzero((np.diff(media[order]) != 0) | (np.diff(lanes[order]) != 0)) + 1
    for rows in np.split(order, new):
        if len(rows):
            yield int(media[rows[0]]), int(lanes[rows[0]]), rows


def _starts(rows: int, breaks: Whole, every: int) -> Whole:
    """Where chunks of at most so many rows begin, none of which reaches over a gap."""
    gaps = breaks + np.arange(len(breaks))  # their own rows, once they are in
    bounds = np.unique(np.concatenate([[0], gaps, gaps + 1, [rows]]))
    return np.concatenate([np.arange(a, b, every) for a, b in itertools.pairwise(bounds)])


def _thinned(values: Numbers, breaks: Whole, every: int) -> Numbers:
    """The lowest and the highest of each chunk, or all values where chunks are of one row."""
    if every == 1:
        return values
    starts = _starts(len(values), breaks, every)
    return np.stack([np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)], 1).ravel()


def _thinned_times(times: Numbers, breaks: Whole, every: int) -> Numbers:
    """The times that stand beside `_thinned` values: where the chunk begins, and its middle."""
    if every == 1:
        return times
    starts = _starts(len(times), breaks, every)
    middles = (starts + np.append(starts[1:], len(times))) // 2
    return np.stack([times[starts], times[middles]], 1).ravel()


def _steps(times: Numbers) -> npt.NDArray[np.uint32]:
    """Times as whole ticks from each to the next, the first from zero."""
    ticks = np.round(np.maximum(times, 0) / TICK).astype(np.int64)
    return np.diff(ticks, prepend=0).astype(np.uint32)


def _quantised(values: Numbers, reach: Range) -> npt.NDArray[np.uint16]:
    """Levels 0 to `LEVELS` from low to high, and one more where nothing was measured."""
    share = (values - reach.low) / ((reach.high - reach.low) or 1.0)
    missing = np.isnan(values)
    return np.where(missing, LEVELS + 1, np.round(np.where(missing, 0, share) * LEVELS)).astype(np.uint16)
