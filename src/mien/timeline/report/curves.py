"""Samples as the curves of a page: of each lane and measure, quantised, compressed and in base64.

A curve keeps every row while all of them together are at most `MOST` values; of longer timelines it keeps the lowest
and the highest value of so many rows. Values are told apart to 1/4094 of the range of their column, times to 0.1 ms.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.timeline.timeline import Timeline

MOST = 6_000_000  # values on a page, which then has about 12 MB
LEVELS = 4094  # the highest level of a value; one above it is "not measured"
TICK = 1e-4  # seconds
GAP, LEAST_GAP = 4.0, 0.25  # a pause is a gap above so many usual steps, and above so many seconds
KEYS = ("media", "time", "frame", "track")

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def measures(table: pa.Table) -> list[str]:
    """The columns that a curve can be drawn of: a number in each row, and somewhere a value."""
    return [
        one.name
        for one in table.schema
        if one.name not in KEYS and _is_number(one.type) and _measured(table, one.name)
    ]


def numbers(table: pa.Table, name: str) -> Numbers:
    """(n,) the column, NaN where nothing was measured."""
    column = table.column(name)
    values = np.asarray(column.cast(pa.float64()) if pa.types.is_boolean(column.type) else column, np.float64)
    return np.where(np.isfinite(values), values, np.nan)


class Blocks:
    """Arrays as base64 of zlib-compressed bytes, each kept once, under a number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._known: dict[bytes, int] = {}

    def add(self, array: npt.NDArray[Any]) -> int:
        """Keep the array of unsigned integers; its bytes are stored lowest first: all lowest, then all second, ...

        The upper bytes of neighbours are alike, so they compress well once they stand together.
        """
        width = array.dtype.itemsize
        planes = array.astype(array.dtype.newbyteorder("<")).view(np.uint8).reshape(-1, width).T
        data = zlib.compress(planes.tobytes(), 6)
        if data not in self._known:
            self._known[data] = len(self.texts)
            self.texts.append(base64.b64encode(data).decode("ascii"))
        return self._known[data]


def series(timeline: Timeline, blocks: Blocks) -> list[dict[str, Any]]:
    """The curves of each family, medium and lane, whose arrays go to the blocks.

    Each is {"family", "medium", "lane" (-1: of the medium as a whole), "rows", "every" (rows that two values stand
    for, or 1), "times" (block), "columns": {name: {"block", "low", "high"}}}.
    """
    lanes = dict(zip(*(timeline.tracks.column(name).to_pylist() for name in ("track", "lane")), strict=True))
    chosen = {family: measures(table) for family, table in timeline.samples.items()}
    total = sum(len(names) * timeline.samples[family].num_rows for family, names in chosen.items())
    every = 1 if total <= MOST else math.ceil(2 * total / MOST)
    made: list[dict[str, Any]] = []
    for family, names in chosen.items():
        if names:
            made += _of_family(family, timeline.samples[family], names, lanes, every, blocks)
    return made


def _of_family(
    family: str, table: pa.Table, names: list[str], lanes: Mapping[int, int], every: int, blocks: Blocks
) -> Iterator[dict[str, Any]]:
    times, tracks = numbers(table, "time"), _tracks(table)
    parts = list(_parts(np.asarray(table.column("media"), np.int64), times, tracks, lanes))
    made: list[dict[str, Any]] = []
    for medium, lane, rows in parts:
        at, breaks = _with_gaps(times[rows], tracks[rows])
        ticks = np.round(_thinned_times(at, breaks, every) / TICK).astype(np.int64)
        steps = np.diff(ticks, prepend=0).astype(np.uint32)
        about = {"family": family, "medium": medium, "lane": lane, "rows": len(steps), "every": every}
        made.append({**about, "times": blocks.add(steps), "columns": {}, "breaks": breaks})
    for name in names:
        values = numbers(table, name)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        for (_, _, rows), one in zip(parts, made, strict=True):
            kept = _thinned(np.insert(values[rows], one["breaks"], np.nan), one["breaks"], every)
            block = blocks.add(_quantised(kept, low, high))
            one["columns"][name] = {"block": block, "low": low, "high": high}
    return ({key: value for key, value in one.items() if key != "breaks"} for one in made)


def _parts(
    media: Whole, times: Numbers, tracks: Whole, lanes: Mapping[int, int]
) -> Iterator[tuple[int, int, Whole]]:
    """The rows of each medium and lane, in order of time."""
    seen, where = np.unique(tracks, return_inverse=True)
    lane = np.array([-1 if track < 0 else lanes[int(track)] for track in seen], np.int64)[where]
    order = np.lexsort((times, lane, media))
    new = np.flatnonzero(np.diff(media[order]) | np.diff(lane[order])) + 1
    for rows in np.split(order, new):
        if len(rows):
            yield int(media[rows[0]]), int(lane[rows[0]]), rows


def _tracks(table: pa.Table) -> Whole:
    """(n,) the track of each row, -1 where the family is of the medium as a whole."""
    if "track" in table.column_names:
        return np.asarray(table.column("track"), np.int64)
    return np.full(table.num_rows, -1, np.int64)


def _with_gaps(times: Numbers, tracks: Whole) -> tuple[Numbers, Whole]:
    """The times with one more just after each row that a gap follows, and where those go in (as for `np.insert`)."""
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    gaps = np.flatnonzero((steps > max(GAP * usual, LEAST_GAP)) | (np.diff(tracks) != 0)) + 1
    return np.insert(times, gaps, np.minimum(times[gaps - 1] + usual, times[gaps])), gaps


def _starts(rows: int, breaks: Whole, every: int) -> Whole:
    """Where chunks of at most so many rows begin, none of which reaches over a gap."""
    gaps = breaks + np.arange(len(breaks))  # their own rows, once they are in
    bounds = np.unique(np.concatenate([[0], gaps, gaps + 1, [rows]]))
    return np.concatenate([np.arange(a, b, every) for a, b in zip(bounds[:-1], bounds[1:], strict=True)])


def _thinned(values: Numbers, breaks: Whole, every: int) -> Numbers:
    """The lowest and the highest of each chunk, or all values where chunks are of one row."""
    if every == 1:
        return values
    starts = _starts(len(values), breaks, every)
    return np.stack([np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)], 1).ravel()


def _thinned_times(times: Numbers, breaks: Whole, every: int) -> Numbers:
    """The times that stand beside `_thinned` values: the chunk's begin, and its middle."""
    if every == 1:
        return times
    starts = _starts(len(times), breaks, every)
    middles = (starts + np.append(starts[1:], len(times))) // 2
    return np.stack([times[starts], times[middles]], 1).ravel()


def _quantised(values: Numbers, low: float, high: float) -> npt.NDArray[np.uint16]:
    """Levels 0 to `LEVELS` between low and high, and one more where nothing was measured."""
    share = (values - low) / (high - low) if high > low else values * 0
    return np.where(np.isnan(values), LEVELS + 1, np.round(share * LEVELS)).astype(np.uint16)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind))


def _measured(table: pa.Table, name: str) -> bool:
    return bool(np.isfinite(numbers(table, name)).any())
