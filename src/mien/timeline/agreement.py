"""Krippendorff's alpha of labels over time: agreement beyond what chance gives, every moment counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SLICE = 0.01  # seconds; the length that counts as one unit

Coded = Sequence[tuple[float, float, str]]  # start, end, label
Array = npt.NDArray[Any]


def alpha(values: Array, weights: Array | None = None) -> float:
    """Nominal alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C).

    values: (coders, units) whole numbers from 0, -1 where a coder said nothing of a unit. weights: (units,) how many
    units each column stands for; 1 where not given. 1 is perfect, 0 what chance gives; NaN where only one value was
    used at all, of which nothing can be told.
    """
    counts = np.stack([(values == value).sum(0) for value in range(int(values.max(initial=0)) + 1)], 1)
    said = counts.sum(1)
    counts, said = counts[said > 1], said[said > 1]
    share = (np.ones(values.shape[1]) if weights is None else weights)[(values >= 0).sum(0) > 1] / (said - 1)
    coincidences = (counts * share[:, None]).T @ counts - np.diag((counts * share[:, None]).sum(0))
    totals = coincidences.sum(1)
    n = totals.sum()
    expected = n**2 - (totals**2).sum()
    if expected <= 1e-12 * n**2:
        return float("nan")
    return float(1 - (n - 1) * (n - np.trace(coincidences)) / expected)


def over_time(lanes: Iterable[tuple[Coded, Coded, Sequence[tuple[float, float]]]]) -> float:
    """Alpha of two coders.

    lanes: for each person, what the one and the other coder said, and the intervals in which there was something to be
    said. Exact: time is cut at all boundaries, and a piece counts as many units as it has slices of 10 ms. "Nothing" is
    a value like any label, and several labels at once are a value of their own.
    """
    names: dict[tuple[str, ...], int] = {(): 0}
    values, lengths = [], []
    for a, b, extents in lanes:
        edges = np.unique([t for one in (*a, *b, *extents) for t in one[:2]])
        if len(edges) < 2:
            continue
        middles = (edges[1:] + edges[:-1]) / 2
        inside = np.zeros(len(middles), bool)
        for start, end in extents:
            inside |= (middles > start) & (middles < end)
        both = [[names.setdefault(said, len(names)) for said in _said(coded, edges)] for coded in (a, b)]
        values.append(np.array(both)[:, inside])
        lengths.append(np.diff(edges)[inside])
    if not values:
        return float("nan")
    return alpha(np.concatenate(values, 1), np.concatenate(lengths) / SLICE)


def _said(coded: Coded, edges: Array) -> list[tuple[str, ...]]:
    """The labels in each piece between two edges, in order."""
    said: list[set[str]] = [set() for _ in edges[1:]]
    for start, end, label in coded:
        first, last = np.searchsorted(edges, [start, end])
        for piece in said[first:last]:
            piece.add(label)
    return [tuple(sorted(labels)) for labels in said]
