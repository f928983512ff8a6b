"""Average linkage of faces, exact, within constraints, and without a matrix of all with all.

The similarity of two clusters is the mean cosine between a face of one and a face of the other (UPGMA; Sokal and
Michener 1958). For rows of unit length this is the dot product of the two clusters' mean vectors, so means are all
that is kept. Two clusters that are never to be joined have the similarity minus infinity. Both are *reducible*
(Bruynooghe 1977; Murtagh 1983): a joined cluster is no more similar to a third than its more similar part was, so

- all pairs that are each other's nearest are joined at once, and the result is that of always joining the most
  similar pair of all;
- what was in neither part's list of neighbours is below the higher of the two lists' bounds, so lists of the nearest
  few are joined too, and are made anew only where they run out.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.gallery.clustering.apart import Apart
from mien.gallery.clustering.arrays import Floats, Ints, checked_labels, checked_vectors, means_of, numbered
from mien.gallery.clustering.links import NO_LINKS, Atoms, Links, atoms
from mien.gallery.clustering.neighbours import KEPT, Neighbours, best, neighbours
from mien.gallery.clustering.start import identical, together

PAIRS = 2**16  # pairs of means that are gathered at a time


def cluster(
    vectors: npt.ArrayLike,
    *,
    threshold: float,
    links: Links = NO_LINKS,
    start: npt.ArrayLike | None = None,
) -> Ints:
    """(n,) int64, the cluster of each face, numbered 0, 1, … by first appearance.

    vectors: (n, d) embeddings of unit length. A shorter row is less similar to all others, so that a poor face needs
    more likeness to be joined.
    threshold: the lowest mean cosine at which clusters are joined; more people need a higher one (`threshold_among`).
    links: what is known for certain; it is never broken.
    start: (n,) an earlier result, with -1 for new faces, which join its clusters, make new ones, or are the bridge
    over which two become one. Its clusters are taken apart only where the links say so; the cost is proportional
    to new faces times all.

    Raises ArgumentError for wrong shapes, rows longer than 1, a threshold outside (-1, 1], and rows that are not
    there; ConstraintConflict where links contradict each other.
    """
    rows = checked_vectors(vectors)
    if not -1 < threshold <= 1:
        raise ArgumentError(
            f"threshold is {threshold}; expected a cosine above -1 and at most 1, such as 0.4."
        )
    old = checked_labels(start, len(rows), "start") if start is not None else np.full(len(rows), -1)
    known = together(together(atoms(len(rows), links), identical(rows)), old)
    return joined(rows, known, known.of[old >= 0], threshold)


def joined(rows: Floats, known: Atoms, settled: Ints, threshold: float) -> Ints:
    """(n,) clusters as of `cluster`, made of the known atoms, of which no two of the settled are joined directly."""
    clusters = _Clusters.of(rows, known, threshold)
    old = np.zeros(len(clusters.sizes), bool)
    old[settled] = True
    clusters.find(np.flatnonzero(~old), np.flatnonzero(old))
    return numbered(clusters.grown()[known.of])


class _Clusters:
    """Clusters as they grow: m at first, of which those that became part of another one stay behind as empty.

    means (m, d), sizes (m,); near, cosines (m, KEPT) and bound (m,) as in `Neighbours`.
    """

    def __init__(self, means: Floats, sizes: Floats, apart: Apart, threshold: float) -> None:
        self.means, self.sizes, self.apart, self.threshold = means, sizes, apart, threshold
        m = len(sizes)
        self.near = np.zeros((m, KEPT), np.int64)
        self.cosines = np.full((m, KEPT), -np.inf, np.float32)
        self.bound = np.full(m, -np.inf, np.float32)

    @classmethod
    def of(cls, rows: Floats, known: Atoms, threshold: float) -> Self:
        """The atoms as clusters, without neighbours yet."""
        sizes = np.bincount(known.of).astype(np.float32)
        return cls(means_of(rows, known.of), sizes, Apart(known.owned, known.apart), threshold)

    def find(self, new: Ints, settled: Ints) -> None:
        """Neighbours of the new clusters among all, and of the settled ones among the new."""
        self._put(new, self._search(new, np.flatnonzero(self.sizes)))
        self._put(settled, self._search(settled, new))

    def grown(self) -> Ints:
        """(m,) the cluster that each one is part of, when no two are similar enough any more."""
        part_of = np.arange(len(self.sizes))
        while True:
            a, b = self._nearest_pairs()
            worn = np.flatnonzero(self.cosines[:, 0] < self.bound)
            if len(a):
                self._join(a, b)
                into = np.arange(len(part_of))
                into[b] = a
                part_of = into[part_of]
            elif len(worn):
                self._put(worn, self._search(worn, np.flatnonzero(self.sizes)))
            else:
                return part_of

    def _search(self, rows: Ints, columns: Ints) -> Neighbours:
        return neighbours(self.means, rows, columns, self.apart, self.threshold)

    def _put(self, rows: Ints, found: Neighbours) -> None:
        self.near[rows], self.cosines[rows], self.bound[rows] = found.near, found.cosines, found.bound

    def _nearest_pairs(self) -> tuple[Ints, Ints]:
        """Disjoint pairs (k,), (k,) of clusters of which each is the nearest of the other; empty where none is known.

        Cosines that are equal, or equal but for rounding, can make rings of nearest ones; the first pair of a ring
        counts as each other's nearest.
        """
        top = self.cosines[:, 0]
        sure = top >= self.bound
        a = np.flatnonzero(sure & (top > -np.inf))
        a = a[np.argsort(-top[a], kind="stable")]
        b = self.near[a, 0]
        rank = np.arange(len(a))
        first = np.full(len(top), len(a))
        np.minimum.at(first, a, rank)
        np.minimum.at(first, b, rank)
        mutual = (first[a] == rank) & (first[b] == rank) & sure[b]
        return np.minimum(a, b)[mutual], np.maximum(a, b)[mutual]

    def _join(self, a: Ints, b: Ints) -> None:
        """Cluster b[i] becomes part of a[i], and whoever had one of them as neighbour has the new one."""
        share = (self.sizes[b] / (self.sizes[a] + self.sizes[b]))[:, None]
        self.means[a] += share * (self.means[b] - self.means[a])
        self.sizes[a] += self.sizes[b]
        self.sizes[b] = 0
        self.apart.join(a, b)
        into = np.arange(len(self.sizes))
        into[b] = a
        changed = into != np.arange(len(into))
        changed[a] = True
        near = np.concatenate([self.near[a], self.near[b]], axis=1)
        cosines = np.concatenate([self.cosines[a], self.cosines[b]], axis=1)
        bound = np.maximum(self.bound[a], self.bound[b])
        self.cosines[b], self.bound[b] = -np.inf, -np.inf
        self._put(a, self._renewed(a, into[near], cosines, bound, cosines > -np.inf))
        live = np.flatnonzero((self.cosines[:, 0] > -np.inf) & ~changed)
        stale = changed[self.near[live]] & (self.cosines[live] > -np.inf)
        touched = stale.any(axis=1)
        rows, stale = live[touched], stale[touched]
        self._put(
            rows, self._renewed(rows, into[self.near[rows]], self.cosines[rows], self.bound[rows], stale)
        )

    def _renewed(
        self, rows: Ints, near: Ints, cosines: Floats, bound: Floats, stale: npt.NDArray[np.bool_]
    ) -> Neighbours:
        """The lists (r, w) with stale cosines computed again, and everybody in it once."""
        row, at = np.nonzero(stale)
        mine, other = rows[row], near[row, at]
        fresh = np.empty(len(row), np.float32)
        for i in range(0, len(row), PAIRS):
            part = slice(i, i + PAIRS)
            fresh[part] = np.einsum("kd,kd->k", self.means[mine[part]], self.means[other[part]])
        refused = (fresh < self.threshold) | (mine == other) | self.apart.forbids(mine, other)
        cosines[row, at] = np.where(refused, -np.inf, fresh)
        order = np.lexsort((near, cosines == -np.inf), axis=1)
        near, cosines = np.take_along_axis(near, order, 1), np.take_along_axis(cosines, order, 1)
        cosines[:, 1:][near[:, 1:] == near[:, :-1]] = -np.inf
        return best(near, cosines, bound)
