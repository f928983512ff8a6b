"""Exact nearest-neighbour search over unit vectors in memory, without an index to train or rebuild.

A query is compared with every row in two passes:

1. int8 dot products with all rows, by SIMD, in blocks of 4,096 rows;
2. the exact cosine of the float16 rows that can still be among the best k.

The first pass is off by at most e = |x - x'| + |x'| |q - q'|, x' and q' being the quantised row and
query (Cauchy-Schwarz). Rows more than 2 e below the k-th best of the first pass cannot be among the
best k, so the answer is exact, not approximate.

Blocks never change once made: adding and removing makes new blocks and swaps the tuple that holds them.
A search takes the tuple once and so needs no lock; it sees each change wholly or not at all.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numkong
import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.gallery.templates import Half, Int8, Keys, Scales, Templates, cosines, encode, unit

BLOCK = 4096  # rows; packing one again after a change costs 0.1 ms at d = 128
GROUP = 64  # rows; the k-th best of the groups' best is a cheap lower bound of the k-th best row
SCORES = 1 << 22  # first-pass scores held at once: 16 MB
RERANK = 8192  # rows re-ranked at once
REMOVED = -1  # the key of a row that is gone

Rows: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of the matrix: keys (n,), half (n, d), int8 (n, d), scale (n,); may lie in a mapped file."""

    keys: Keys
    half: Half
    int8: Int8
    scale: Scales

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def packed(self) -> Any:
        """The int8 rows in numkong's own order, made when first searched."""
        return numkong.dots_pack(self.int8)

    @cached_property
    def removed(self) -> Rows:
        """Rows that are gone."""
        return np.flatnonzero(self.keys == REMOVED)

    @cached_property
    def span(self) -> tuple[int, int]:
        """The smallest and the largest key."""
        return int(self.keys.min()), int(self.keys.max())

    @cached_property
    def error(self) -> float:
        """How far a row's int8 form can be from its unit vector."""
        return float(self.scale.max()) * math.sqrt(self.int8.shape[1]) / 2

    def take(self, rows: Rows | slice) -> Block:
        """Some of the rows."""
        return Block(self.keys[rows], self.half[rows], self.int8[rows], self.scale[rows])

    def without(self, keys: Keys) -> Block:
        """The same rows, those of the given keys (ascending) marked as gone."""
        low, high = self.span
        if not len(keys) or keys[-1] < max(low, 0) or keys[0] > high:
            return self
        gone = np.isin(self.keys, keys)
        return replace(self, keys=np.where(gone, REMOVED, self.keys)) if gone.any() else self


class ExactSearch:
    """Rows of unit vectors, each under a key of its own; safe to share between threads.

    dim: components of a vector.

    >>> search = ExactSearch(dim=128)                                   # doctest: +SKIP
    >>> search.add(keys, vectors)                                       # doctest: +SKIP
    >>> keys, cosines = search.search(queries, k=10)                    # doctest: +SKIP
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._blocks: tuple[Block, ...] = ()
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return sum(len(block) - len(block.removed) for block in self._blocks)

    def add(self, keys: Sequence[int] | Keys, vectors: npt.ArrayLike) -> None:
        """Add rows: keys (n,), 0 or more; vectors (n, d), any length. A key that is there is replaced."""
        self.change(added=self._templates(keys, vectors))

    def remove(self, keys: Sequence[int] | Keys) -> None:
        """Remove the rows of the given keys; a key that is not there is passed over."""
        self.change(removed=keys)

    def change(self, added: Templates | None = None, removed: Sequence[int] | Keys = ()) -> None:
        """Remove and add (or replace) rows as one step that no search sees half-done."""
        fresh = () if added is None else tuple(split(added))
        gone = np.asarray(removed, np.int64)
        if added is not None:
            gone = np.concatenate([gone, added.keys])
        gone = np.unique(gone)
        with self._changing:
            kept = [block.without(gone) for block in self._blocks]
            self._blocks = tuple(tidy([*kept, *fresh]))

    def load(self, blocks: Sequence[Block]) -> None:
        """Replace everything by the given blocks, which are used as they lie."""
        with self._changing:
            self._blocks = tuple(blocks)

    def search(self, queries: npt.ArrayLike, k: int) -> tuple[Keys, npt.NDArray[np.float32]]:
        """The best k rows for each query.

        queries: (q, d), any length but zero.
        Returns keys (q, m) int64 and cosines (q, m) float32, best first, equal cosines by key;
        m is k, or the number of rows where there are fewer.
        """
        blocks = self._blocks
        units = unit(queries)
        if units.shape[1] != self.dim:
            raise ArgumentError(f"Queries have {units.shape[1]} components; expected {self.dim}.")
        if k < 1:
            raise ArgumentError(f"k is {k}; expected 1 or more.")
        starts = np.cumsum([0, *map(len, blocks)])
        live = int(starts[-1]) - sum(len(block.removed) for block in blocks)
        k = min(k, live)
        keys = np.empty((len(units), k), np.int64)
        scores = np.empty((len(units), k), np.float32)
        step = max(1, SCORES // max(1, int(starts[-1])))
        for i in range(0, len(units) if k else 0, step):
            best = self._best(blocks, starts, units[i : i + step], k)
            for j, (found, cosine) in enumerate(best, start=i):
                keys[j], scores[j] = found, cosine
        return keys, scores

    def _best(
        self, blocks: tuple[Block, ...], starts: Rows, units: npt.NDArray[np.float64], k: int
    ) -> list[tuple[Keys, npt.NDArray[np.float32]]]:
        _, int8, scale = encode(units)
        approximate = first_pass(blocks, starts, int8)
        row_error = max(block.error for block in blocks)
        query_error = np.linalg.norm(units - int8 * scale[:, None].astype(np.float64), axis=1)
        error = row_error + (1 + row_error) * query_error + 1e-6  # the last for float32's own rounding
        return [
            rerank(blocks, starts, candidates(row, k, 2 * error[i] / scale[i]), units[i], k)
            for i, row in enumerate(approximate)
        ]

    def _templates(self, keys: Sequence[int] | Keys, vectors: npt.ArrayLike) -> Templates:
        ids = np.asarray(keys, np.int64)
        if ids.ndim != 1 or len(np.unique(ids)) != len(ids) or (ids < 0).any():
            raise ArgumentError(f"Keys of shape {ids.shape}: expected (n,), each 0 or more and only once.")
        half, int8, scale = encode(vectors)
        if half.shape != (len(ids), self.dim):
            raise ArgumentError(f"Vectors have shape {half.shape}; expected ({len(ids)}, {self.dim}).")
        order = np.argsort(ids)
        return Templates(ids[order], ids[order], half[order], int8[order], scale[order])


def split(rows: Templates | Block) -> list[Block]:
    """Blocks of at most BLOCK rows that share the memory of the rows."""
    whole = Block(rows.keys, rows.half, rows.int8, rows.scale)
    return [whole.take(slice(i, i + BLOCK)) for i in range(0, len(whole), BLOCK)]


def tidy(blocks: list[Block]) -> list[Block]:
    """The same live rows in few blocks: short and sparse ones are joined at the end."""
    rest = [block for block in blocks if len(block) < BLOCK or len(block.removed) > BLOCK // 2]
    if len(rest) < 2 and not any(len(block.removed) for block in rest):
        return blocks
    sound = [block for block in blocks if block not in rest]
    parts = [block.take(np.flatnonzero(block.keys != REMOVED)) for block in rest]
    joined = Block(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.half for part in parts]),
        np.concatenate([part.int8 for part in parts]),
        np.concatenate([part.scale for part in parts]),
    )
    return [*sound, *split(joined)]


def first_pass(blocks: Sequence[Block], starts: Rows, int8: Int8) -> npt.NDArray[np.float32]:
    """(q, n) float32: approximate cosines divided by each query's scale; -inf where a row is gone."""
    out = np.empty((len(int8), int(starts[-1])), np.float32)
    for block, start in zip(blocks, starts, strict=False):
        part = out[:, start : start + len(block)]
        dots = np.asarray(numkong.dots_packed(int8, block.packed))
        np.multiply(dots, block.scale, out=part, dtype=np.float32, casting="same_kind")
        part[:, block.removed] = -np.inf
    return out


def candidates(approximate: npt.NDArray[np.float32], k: int, slack: float) -> Rows:
    """Rows no more than `slack` below the k-th best (or below a lower bound of it), in ascending order."""
    whole = len(approximate) // GROUP * GROUP
    many = whole >= 4 * k * GROUP
    peaks = approximate[:whole].reshape(-1, GROUP).max(axis=1) if many else approximate
    kth = np.partition(peaks, len(peaks) - k)[len(peaks) - k]
    return np.flatnonzero(approximate >= kth - slack)


def rerank(
    blocks: Sequence[Block], starts: Rows, rows: Rows, query: npt.NDArray[np.float64], k: int
) -> tuple[Keys, npt.NDArray[np.float32]]:
    """The best k of the given rows by exact cosine: keys (k,) and cosines (k,)."""
    keys: Keys = np.empty(0, np.int64)
    scores = np.empty(0, np.float32)
    for i in range(0, len(rows), RERANK):
        more, half = gather(blocks, starts, rows[i : i + RERANK])
        keys = np.concatenate([keys, more])
        scores = np.concatenate([scores, cosines(half, query)])
        live = np.flatnonzero(keys != REMOVED)
        order = live[np.lexsort((keys[live], -scores[live]))[:k]]
        keys, scores = keys[order], scores[order]
    return keys, scores


def gather(blocks: Sequence[Block], starts: Rows, rows: Rows) -> tuple[Keys, Half]:
    """Keys and float16 vectors of the given rows (ascending) of all blocks."""
    edges = np.searchsorted(rows, starts).tolist()
    spans = zip(blocks, starts.tolist(), edges[:-1], edges[1:], strict=False)
    parts = [(block, rows[low:high] - start) for block, start, low, high in spans if high > low]
    keys = np.concatenate([block.keys[at] for block, at in parts])
    half = np.concatenate([block.half[at] for block, at in parts])
    return keys, half
