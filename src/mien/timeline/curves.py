"""Intervals of a curve: where a measure is high for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError

AWAY = 3.0  # pauses between samples that are longer than so many usual ones are absences

Numbers = npt.NDArray[np.floating[Any]]


class Span(NamedTuple):
    """An interval, in seconds: where it begins, where it ends, where it is strongest."""

    start: float
    end: float
    apex: float


def spans(
    times: Numbers, values: Numbers, *, on: float, off: float, least: float = 0.0, bridge: float = 0.0
) -> list[Span]:
    """Where the values are at least `off` and somewhere in between at least `on`.

    times: (n,) seconds, rising. values: (n,), NaN where there is nobody to be seen.
    on, off: two thresholds, so that a value that trembles about one of them does not begin and end all the time; `off`
        is the lower one, or equal. least: seconds that an interval lasts at least; shorter ones are dropped.
    bridge: seconds below `off`, by less than which two intervals are one; bridged first, then measured.

    An interval begins and ends where the line between two samples crosses `off`. NaN ends it at the last sample before,
    and so does an absence of samples: a pause longer than `bridge` and than three times the median pause. Neither is
    bridged. The same curve played backwards gives the same intervals.
    """
    times, values = _checked(times, values, on, off)
    found = []
    for stretch in _unbroken(times, values, bridge):
        for start, end in _bridged(_above(times[stretch], values[stretch], off), bridge):
            inside = np.flatnonzero((times[stretch] >= start) & (times[stretch] <= end)) + stretch.start
            apex = inside[np.argmax(values[inside])]
            if values[apex] >= on and end - start >= least:
                found.append(Span(start, end, float(times[apex])))
    return found


def _checked(times: Numbers, values: Numbers, on: float, off: float) -> tuple[Numbers, Numbers]:
    times, values = np.asarray(times, np.float64), np.asarray(values, np.float64)
    if times.ndim != 1 or times.shape != values.shape:
        raise ArgumentError(
            f"times {times.shape} and values {values.shape}: expected two arrays of one length."
        )
    if not (np.diff(times) > 0).all() or not np.isfinite(times).all():
        raise ArgumentError("times: expected finite seconds that rise from sample to sample.")
    if not off <= on:
        raise ArgumentError(f"off={off} and on={on}: expected off to be at most on.")
    return times, values


def _unbroken(times: Numbers, values: Numbers, bridge: float) -> Iterator[slice]:
    """Stretches of samples without NaN and without an absence."""
    pauses = np.diff(times)
    absence = max(bridge, AWAY * float(np.median(pauses))) if len(pauses) else 0.0
    here = np.flatnonzero(~np.isnan(values))
    if len(here) == 0:
        return
    cuts = np.flatnonzero((np.diff(here) > 1) | (np.diff(times[here]) > absence)) + 1
    for part in np.split(here, cuts):
        yield slice(int(part[0]), int(part[-1]) + 1)


def _above(times: Numbers, values: Numbers, level: float) -> list[tuple[float, float]]:
    """Start and end of each run of values of at least the level, crossings interpolated."""
    high = np.concatenate([[False], values >= level, [False]])
    edges = np.flatnonzero(high[1:] != high[:-1])
    found = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        start = times[0] if first == 0 else _crossing(times, values, level, first - 1)
        end = times[-1] if after == len(times) else _crossing(times, values, level, after - 1)
        found.append((float(start), float(end)))
    return found


def _crossing(times: Numbers, values: Numbers, level: float, i: int) -> float:
    """When the line from sample i to the next one is at the level."""
    share = (level - values[i]) / (values[i + 1] - values[i])
    return float(times[i] + share * (times[i + 1] - times[i]))


def _bridged(found: list[tuple[float, float]], bridge: float) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in found:
        if joined and start - joined[-1][1] < bridge:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
