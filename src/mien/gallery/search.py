"""Exact nearest-neighbour search over unit vectors in memory, without an index to train or rebuild.

A query is compared with every row in two passes:

1. int8 dot products with all rows, by SIMD, in blocks of up to 65,536 rows;
2. the exact cosine of the float32 rows that can still be among the best k.

The first pass is off by at most e = |x - x'| + |x'| |q - q'|, x' and q' being the quantised row and
query (Cauchy-Schwarz). Rows more than 2 e below the k-th best of the first pass cannot be among the
best k, so the answer is exact, not approximate.

Blocks never change once made: adding and removing makes new blocks and swaps the `Matrix` that holds them.
A search takes the matrix once and so needs no lock; it sees each change wholly or not at all.
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
from mien.gallery.templates import Exact, Int8, Keys, Scales, Templates, cosines, encode, unit

BLOCK = 65536  # rows at most; in a million rows the first pass is 8 % faster than in blocks of a quarter
SHORT = 16384  # rows; shorter blocks are joined after a change, and packing one again costs 0.3 ms at d = 128
GROUP = 64  # rows; the k-th best of the groups' best is a cheap lower bound of the k-th best row
RERANK = 8192  # rows re-ranked at once
LOWEST = float(np.finfo(np.float32).min)
REMOVED = -1  # the key of a row that is gone

Cosines: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of the matrix: keys (n,), exact (n, d), int8 (n, d), scale (n,); may lie in a mapped file."""

    keys: Keys
    exact: Exact
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

    def take(self, rows: Rows | slice) -> Block:
        """Some of the rows."""
        return Block(self.keys[rows], self.exact[rows], self.int8[rows], self.scale[rows])

    def without(self, keys: Keys) -> Block:
        """The same rows, those of the given keys (ascending) marked as gone."""
        low, high = self.span
        if not len(keys) or keys[-1] < max(low, 0) or keys[0] > high:
            return self
        gone = np.isin(self.keys, keys)
        return replace(self, keys=np.where(gone, REMOVED, self.keys)) if gone.any() else self


@dataclass(frozen=True, eq=False)
class Matrix:
    """All rows at one moment, with what every search needs to know about them.

    Rows are numbered through the blocks; a few that hold nothing fill the last group.
    """

    blocks: tuple[Block, ...] = ()

    @cached_property
    def starts(self) -> Rows:
        """(blocks + 1,) the number of each block's first row, and the number of rows."""
        return np.cumsum([0, *map(len, self.blocks)])

    @cached_property
    def empty(self) -> Rows:
        """Rows that are gone, and those that fill the last group."""
        gone = [block.removed + start for block, start in zip(self.blocks, self.starts, strict=False)]
        rows = int(self.starts[-1])
        return np.concatenate([*gone, np.arange(rows, rows + -rows % GROUP)])

    @cached_property
    def live(self) -> int:
        """How many rows can be found."""
        return sum(len(block) - len(block.removed) for block in self.blocks)

    @cached_property
    def error(self) -> float:
        """How far a row's int8 form can be from its unit vector."""
        return max(float(block.scale.max()) * math.sqrt(block.int8.shape[1]) / 2 for block in self.blocks)


class ExactSearch:
    """Rows of unit vectors, each under a key of its own; safe to share between threads.

    dim: components of a vector.

    >>> search = ExactSearch(dim=128)                                   # doctest: +SKIP
    >>> search.add(keys, vectors)                                       # doctest: +SKIP
    >>> keys, cosines = search.search(queries, k=10)                    # doctest: +SKIP
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._matrix = Matrix()
        self._changing = threading.Lock()
        self._scratch = threading.local()

    def __len__(self) -> int:
        return self._matrix.live

    def add(self, keys: Sequence[int] | Keys, vectors: npt.ArrayLike) -> None:
        """Add rows: keys (n,), 0 or more; vectors (n, d), any length. A key that is there is replaced."""
        self.change(added=self._templates(keys, vectors))

    def remove(self, keys: Sequence[int] | Keys) -> None:
        """Remove the rows of the given keys; a key that is not there is passed over."""
        self.change(removed=keys)

    def change(self, added: Templates | None = None, removed: Sequence[int] | Keys = ()) -> None:
        """Remove and add (or replace) rows as one step that no search sees half-done."""
        fresh = [] if added is None else split(added)
        gone = np.unique(np.concatenate([np.asarray(removed, np.int64), *(block.keys for block in fresh)]))
        with self._changing:
            kept = [block.without(gone) for block in self._matrix.blocks]
            self._matrix = Matrix(tuple(tidy([*kept, *fresh])))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The rows as they are now."""
        return self._matrix.blocks

    def load(self, blocks: Sequence[Block]) -> None:
        """Replace everything by the given blocks, which are used as they lie."""
        with self._changing:
            self._matrix = Matrix(tuple(blocks))

    def search(self, queries: npt.ArrayLike, k: int) -> tuple[Keys, Cosines]:
        """The best k rows for each query.

        queries: (q, d), any length but zero.
        Returns keys (q, m) int64 and cosines (q, m) float32, best first, equal cosines by key;
        m is k, or the number of rows where there are fewer.
        """
        matrix = self._matrix
        units = unit(queries)
        if units.shape[1] != self.dim:
            raise ArgumentError(f"Queries have {units.shape[1]} components; expected {self.dim}.")
        if k < 1:
            raise ArgumentError(f"k is {k}; expected 1 or more.")
        k = min(k, matrix.live)
        keys = np.empty((len(units), k), np.int64)
        cosine = np.empty((len(units), k), np.float32)
        if k:
            scratch = self._scores(int(matrix.starts[-1]))
            for i, query in enumerate(units):
                keys[i], cosine[i] = rerank(matrix, candidates(matrix, query, k, scratch), query, k)
        return keys, cosine

    def _scores(self, rows: int) -> Cosines:
        """(rows, filled up to whole groups) this thread's own memory for first-pass scores."""
        size = rows + -rows % GROUP
        if len(getattr(self._scratch, "scores", ())) < size:
            self._scratch.scores = np.empty(size + BLOCK, np.float32)
        scores: Cosines = self._scratch.scores[:size]
        return scores

    def _templates(self, keys: Sequence[int] | Keys, vectors: npt.ArrayLike) -> Templates:
        ids = np.asarray(keys, np.int64)
        if ids.ndim != 1 or len(np.unique(ids)) != len(ids) or (ids < 0).any():
            raise ArgumentError(f"Keys of shape {ids.shape}: expected (n,), each 0 or more and only once.")
        exact, int8, scale = encode(vectors)
        if exact.shape != (len(ids), self.dim):
            raise ArgumentError(f"Vectors have shape {exact.shape}; expected ({len(ids)}, {self.dim}).")
        order = np.argsort(ids)
        return Templates(ids[order], ids[order], exact[order], int8[order], scale[order])


def split(rows: Templates | Block) -> list[Block]:
    """Blocks of at most BLOCK rows that share the memory of the rows."""
    whole = Block(rows.keys, rows.exact, rows.int8, rows.scale)
    return [whole.take(slice(i, i + BLOCK)) for i in range(0, len(whole), BLOCK)]


def tidy(blocks: list[Block]) -> list[Block]:
    """The same live rows in few blocks: short and sparse ones are joined at the end."""
    rest = [block for block in blocks if len(block) < SHORT or len(block.removed) > len(block) // 2]
    if len(rest) < 2 and not any(len(block.removed) for block in rest):
        return blocks
    sound = [block for block in blocks if block not in rest]
    parts = [block.take(np.flatnonzero(block.keys != REMOVED)) for block in rest]
    joined = Block(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.exact for part in parts]),
        np.concatenate([part.int8 for part in parts]),
        np.concatenate([part.scale for part in parts]),
    )
    return [*sound, *split(joined)]


def candidates(matrix: Matrix, query: npt.NDArray[np.float64], k: int, scores: Cosines) -> Rows:
    """All rows that can be among the best k for a unit query (d,), in ascending order.

    scores: memory for one approximate cosine per row; what it held is lost.
    """
    scale = float(np.abs(query).max()) / 127
    int8 = np.rint(query / scale).astype(np.int8)
    for block, start in zip(matrix.blocks, matrix.starts.tolist(), strict=False):
        dots = np.asarray(numkong.dots_packed(int8[None], block.packed))
        part = scores[start : start + len(block)]
        np.multiply(dots[0], block.scale, out=part, dtype=np.float32, casting="same_kind")
    scores[matrix.empty] = -np.inf
    left = query - int8 * scale
    off = math.sqrt(left @ left)
    error = matrix.error + (1 + matrix.error) * off + 1e-6  # the last for float32's own rounding
    return best(scores, k, 2 * error / scale)


def best(scores: Cosines, k: int, slack: float) -> Rows:
    """Rows whose score is no more than `slack` below the k-th best, and maybe some more, ascending."""
    groups = scores.reshape(GROUP, -1)  # a group is a column: rows i, i + width, i + 2 width, ...
    width = groups.shape[1]
    if width < 4 * k:
        return np.flatnonzero(scores >= bar(scores.copy(), k, slack))
    peaks = np.maximum.reduce(groups, axis=0)
    least = bar(peaks.copy(), k, slack)
    columns = np.flatnonzero(peaks >= least)
    i, j = (groups.take(columns, axis=1) >= least).nonzero()
    return i * width + columns[j]


def bar(scores: Cosines, k: int, slack: float) -> float:
    """The k-th best score less `slack`, but more than that of rows that hold nothing; reorders the scores."""
    scores.partition(len(scores) - k)
    return max(float(scores[-k]) - slack, LOWEST)


def rerank(matrix: Matrix, rows: Rows, query: npt.NDArray[np.float64], k: int) -> tuple[Keys, Cosines]:
    """The best k of the given rows by exact cosine: keys (k,) and cosines (k,)."""
    parts = []
    for i in range(0, len(rows), RERANK):
        found, exact = gather(matrix, rows[i : i + RERANK])
        parts.append((found, cosines(exact, query)))
    keys = np.concatenate([found for found, _ in parts])
    scores = np.concatenate([part for _, part in parts])
    order = np.lexsort((keys, -scores))[:k]
    return keys[order], scores[order]


def gather(matrix: Matrix, rows: Rows) -> tuple[Keys, Exact]:
    """Keys and float32 vectors of the given rows (ascending)."""
    edges = np.searchsorted(rows, matrix.starts).tolist()
    spans = zip(matrix.blocks, matrix.starts.tolist(), edges[:-1], edges[1:], strict=False)
    parts = [(block, rows[low:high] - start) for block, start, low, high in spans if high > low]
    keys = np.concatenate([block.keys[at] for block, at in parts])
    exact = np.concatenate([block.exact[at] for block, at in parts])
    return keys, exact
