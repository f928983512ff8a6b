"""Steps on labels and pairs that several parts of clustering take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

LONGEST = 1.001  # a row of unit length, rounded


def numbered(labels: Ints) -> Ints:
    """(n,) the same groups numbered 0, 1, … in the order in which each first appears."""
    _, first, group = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[group]


def components(n: int, pairs: Ints) -> Ints:
    """(n,) the lowest node that each of n nodes is joined to by the pairs (m, 2), directly or over others."""
    lowest = np.arange(n)
    while len(pairs):
        a, b = lowest[pairs[:, 0]], lowest[pairs[:, 1]]
        if (a == b).all():
            break
        np.minimum.at(lowest, np.maximum(a, b), np.minimum(a, b))
        while (lowest != lowest[lowest]).any():
            lowest = lowest[lowest]
    return lowest


def checked_vectors(vectors: npt.ArrayLike) -> Floats:
    """The vectors as (n, d) float32, or ArgumentError where they are not finite rows of at most unit length."""
    rows = np.asarray(vectors, np.float32)
    if rows.ndim != 2:
        raise ArgumentError(f"vectors has shape {rows.shape}; expected (n, d), a row for each face.")
    squares = np.einsum("nd,nd->n", rows, rows)
    wrong = np.flatnonzero(~(squares <= LONGEST**2))  # also where one is not a number
    if len(wrong):
        raise ArgumentError(
            f"Row {wrong[0]} of vectors has the length {np.sqrt(squares[wrong[0]]):.4g}; expected at most 1 "
            "(embeddings of unit length, or shorter ones for poor faces)."
        )
    return rows


def checked_labels(labels: npt.ArrayLike, n: int, name: str) -> Ints:
    """The labels as (n,) int64, or ArgumentError where they are not one integer of at least -1 for each of n faces."""
    given = np.asarray(labels)
    if given.shape != (n,) or given.dtype.kind not in "iu" or given.min(initial=0) < -1:
        raise ArgumentError(
            f"{name} is {given.dtype} of shape {given.shape}; expected {n} integers of at least -1, one for each face."
        )
    return given.astype(np.int64)


def means_of(rows: Floats, group: Ints) -> Floats:
    """(m, d) the mean row of each group (n,) 0 to m - 1, of which none is empty."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    starts = np.cumsum(sizes) - sizes
    return np.asarray(np.add.reduceat(rows[order], starts) / sizes[:, None], np.float32)
