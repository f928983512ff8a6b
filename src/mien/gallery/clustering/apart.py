"""Which clusters may never be joined, kept while clusters are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.gallery.clustering.arrays import Floats, Ints

Bools = npt.NDArray[np.bool_]


class Apart:
    """Clusters 0 to m - 1 of which some are never joined: no two that are owned (m,), and no pair (c, 2) of `pairs`."""

    def __init__(self, owned: Bools, pairs: Ints) -> None:
        self.owned = owned.copy()
        self._set(pairs)

    def forbids(self, a: Ints, b: Ints) -> Bools:
        """(k,) whether a[i] and b[i] are never joined."""
        forbidden: Bools = self.owned[a] & self.owned[b]
        if len(self._keys):
            keys = a * len(self.owned) + b
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            forbidden |= self._keys[at] == keys
        return forbidden

    def mask(self, cosines: Floats, rows: Ints, columns: Ints) -> None:
        """Set the cosines (r, c) of clusters that are never joined to minus infinity; columns ascend."""
        mine = np.flatnonzero(self.owned[rows])
        if len(mine):
            cosines[np.ix_(mine, np.flatnonzero(self.owned[columns]))] = -np.inf
        if len(self._pairs):
            row_of = np.full(len(self.owned), -1)
            row_of[rows] = np.arange(len(rows))
            row, other = row_of[self._pairs[:, 0]], self._pairs[:, 1]
            at = np.minimum(np.searchsorted(columns, other), len(columns) - 1)
            there = (row >= 0) & (columns[at] == other)
            cosines[row[there], at[there]] = -np.inf

    def join(self, a: Ints, b: Ints) -> None:
        """Cluster b[i] becomes part of a[i]."""
        self.owned[a] |= self.owned[b]
        if len(self._pairs):
            into = np.arange(len(self.owned))
            into[b] = a
            self._set(into[self._pairs])

    def _set(self, pairs: Ints) -> None:
        """Keep the pairs in both directions, once each."""
        m = len(self.owned)
        self._keys = np.unique(np.concatenate([pairs @ [m, 1], pairs @ [1, m]]))
        self._pairs = np.stack(np.divmod(self._keys, max(m, 1)), axis=1)
