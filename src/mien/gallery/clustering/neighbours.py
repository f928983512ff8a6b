"""The most similar clusters of each cluster, in blocks of rows so that no matrix of all with all is ever held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.gallery.clustering.apart import Apart
from mien.gallery.clustering.arrays import Floats, Ints

KEPT = 16  # neighbours in a list; 8 to 32 take about the same time, on LFW and on albums of few people
BLOCK = 2**22  # cosines held at a time: 16 MiB


@dataclass(frozen=True, eq=False)
class Neighbours:
    """For each of r clusters its most similar ones, most similar first.

    near: (r, KEPT) clusters. cosines: (r, KEPT), minus infinity where there is none.
    bound: (r,) no cluster that is not in the list is more similar; minus infinity where none is similar enough.
    """

    near: Ints
    cosines: Floats
    bound: Floats


def neighbours(means: Floats, rows: Ints, columns: Ints, apart: Apart, threshold: float) -> Neighbours:
    """The clusters among `columns` (ascending) with which those of `rows` may be joined, from the threshold up.

    means: (m, d); the dot product of two means is the mean cosine between the faces of the two clusters.
    """
    found = _nothing(len(rows))
    others = means[columns]
    height = max(1, BLOCK // max(1, len(columns)))
    for i in range(0, len(rows) if len(columns) else 0, height):
        block = rows[i : i + height]
        cosines = means[block] @ others.T
        at = np.minimum(np.searchsorted(columns, block), len(columns) - 1)
        itself = np.flatnonzero(columns[at] == block)
        cosines[itself, at[itself]] = -np.inf
        apart.mask(cosines, block, columns)
        _fill(found, i, cosines, columns, threshold)
    return found


def best(near: Ints, cosines: Floats, bound: Floats) -> Neighbours:
    """The best KEPT of longer lists (r, w), with the bound raised to what is left out."""
    order = np.argsort(-cosines, axis=1, kind="stable")
    near, cosines = np.take_along_axis(near, order, 1), np.take_along_axis(cosines, order, 1)
    if cosines.shape[1] > KEPT:
        bound = np.maximum(bound, cosines[:, KEPT])
    return Neighbours(near[:, :KEPT], cosines[:, :KEPT], bound)


def _nothing(n: int) -> Neighbours:
    none = np.full((n, KEPT), -np.inf, np.float32)
    return Neighbours(np.zeros((n, KEPT), np.int64), none, np.full(n, -np.inf, np.float32))


def _fill(found: Neighbours, first: int, cosines: Floats, columns: Ints, threshold: float) -> None:
    """Write the lists of the rows from `first` on, whose cosines (r, c) with the columns are given."""
    floor = np.full(len(cosines), threshold, np.float32)
    crowded = np.flatnonzero((cosines >= threshold).sum(axis=1) > KEPT)
    if len(crowded):
        kth = cosines.shape[1] - KEPT
        floor[crowded] = np.partition(cosines[crowded], kth, axis=1)[:, kth]
        found.bound[first + crowded] = floor[crowded]
    hits = np.flatnonzero(cosines >= floor[:, None])
    values = cosines.reshape(-1)[hits]
    row, column = np.divmod(hits, cosines.shape[1])
    order = np.lexsort((column, -values, row))
    row, column, values = row[order], column[order], values[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    kept = rank < KEPT  # more only where some are equally similar
    row, rank = first + row[kept], rank[kept]
    found.near[row, rank] = columns[column[kept]]
    found.cosines[row, rank] = values[kept]
