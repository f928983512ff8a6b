"""Which intervals of two lists mean the same: one to one, by how much they overlap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Intervals = npt.NDArray[np.float64]  # (n, 2): start and end, in seconds
Array = npt.NDArray[Any]


def pairs(a: Intervals, b: Intervals, iou: float) -> npt.NDArray[np.intp]:
    """(k, 2) indices into a and b of those that are matched, each at most once.

    Of all ways to match intervals whose intersection over union is at least `iou` (above 0), one with the most pairs,
    and among these the greatest sum of it. Two intervals of no length match where they are equal.
    """
    found: list[tuple[int, int]] = []
    for rows, columns, overlap in _components(a, b, iou):
        chosen = _assign(np.where(overlap > 0, 1 + len(rows) + len(columns) + overlap, 0.0))
        found += [(rows[i], columns[j]) for i, j in chosen if overlap[i, j] > 0]
    return np.array(sorted(found), np.intp).reshape(-1, 2)


def overlaps(a: Intervals, b: Intervals) -> Array:
    """Intersection over union of each interval of a with the one of b in its place; both broadcast."""
    inside = np.minimum(a[..., 1], b[..., 1]) - np.maximum(a[..., 0], b[..., 0])
    whole = np.maximum(a[..., 1], b[..., 1]) - np.minimum(a[..., 0], b[..., 0])
    share = np.maximum(inside, 0) / np.where(whole > 0, whole, 1)
    return np.where(whole > 0, share, 1.0)


def _components(a: Intervals, b: Intervals, iou: float) -> Iterator[tuple[list[int], list[int], Array]]:
    """Intervals that hang together through possible pairs: indices into a and b, and their overlaps, 0 below `iou`."""
    edges = _edges(a, b, iou)
    of_b: dict[int, list[int]] = {}
    for i, row in enumerate(edges):
        for j in row:
            of_b.setdefault(j, []).append(i)
    waiting = {i for i, row in enumerate(edges) if row}
    while waiting:
        rows, columns, reached = [waiting.pop()], [], set()
        for i in rows:  # grows while it is gone through
            for j in edges[i]:
                if j not in reached:
                    reached.add(j)
                    columns.append(j)
                    rows += [k for k in of_b[j] if k in waiting]
                    waiting -= set(of_b[j])
        overlap = np.array([[edges[i].get(j, 0.0) for j in columns] for i in rows])
        yield rows, columns, overlap


def _edges(a: Intervals, b: Intervals, iou: float) -> list[dict[int, float]]:
    """For each interval of a those of b that overlap enough, and by how much."""
    order = np.argsort(b[:, 0], kind="stable")
    starts = b[order, 0]
    longest = float((b[:, 1] - b[:, 0]).max(initial=0.0))
    edges = []
    for one in a:
        first = np.searchsorted(starts, one[0] - longest, "left")  # what starts earlier is over by then
        near = order[first : np.searchsorted(starts, one[1], "right")]
        shares = overlaps(one, b[near])
        edges.append({int(j): float(share) for j, share in zip(near, shares, strict=True) if share >= iou})
    return edges


def _assign(gain: Array) -> list[tuple[int, int]]:
    """The assignment of rows to columns with the greatest sum (Kuhn 1955, by shortest augmenting paths)."""
    if min(gain.shape) == 1:
        best = np.unravel_index(int(gain.argmax()), gain.shape)
        return [(int(best[0]), int(best[1]))]
    if gain.shape[0] > gain.shape[1]:
        return [(i, j) for j, i in _assign(gain.T)]
    rows, columns = gain.shape
    price_row, price = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.full(columns + 1, rows)  # of each column; the last column is where a path begins
    for row in range(rows):
        owner[columns] = row
        shortest, before = np.full(columns + 1, np.inf), np.full(columns + 1, columns)
        done = np.zeros(columns + 1, bool)
        at = columns
        while owner[at] != rows:
            done[at] = True
            i = owner[at]
            reduced = -gain[i] - price_row[i] - price[:columns]
            closer = ~done[:columns] & (reduced < shortest[:columns])
            shortest[:columns][closer], before[:columns][closer] = reduced[closer], at
            at = int(np.argmin(np.where(done[:columns], np.inf, shortest[:columns])))
            step = shortest[at]
            price_row[owner[done]] += step
            price[done] -= step
            shortest[~done] -= step
        while at != columns:
            owner[at], at = owner[before[at]], before[at]
    return [(int(owner[j]), j) for j in range(columns) if owner[j] != rows]
