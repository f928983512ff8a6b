"""Pairs of clusters that are too alike to be sure that they are two people, and too unlike to be made one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.gallery.clustering.apart import Apart
from mien.gallery.clustering.arrays import Floats, Ints, checked_labels, checked_vectors, means_of
from mien.gallery.clustering.links import NO_LINKS, Links, atoms
from mien.gallery.clustering.neighbours import BLOCK, KEPT, neighbours

MOST = 100  # pairs; nobody looks through more at once


@dataclass(frozen=True)
class ClosePair:
    """Clusters a < b, their mean cosine, and the rows of the two faces that are most alike, with their cosine.

    faces: (row of a, row of b).
    """

    a: int
    b: int
    similarity: float
    faces: tuple[int, int]
    cosine: float


def close_pairs(
    vectors: npt.ArrayLike, labels: npt.ArrayLike, *, least: float, links: Links = NO_LINKS, most: int = MOST
) -> list[ClosePair]:
    """Pairs of clusters with a mean cosine of at least `least`, the most alike first: look-alikes, or one person twice.

    vectors: (n, d) as for `cluster`. labels: (n,) the clusters, -1 for faces in none, which are left out.
    links: clusters that these say are different people are not reported.
    most: how many pairs at most; of one cluster it is never more than the 16 most alike on its side.

    Raises ArgumentError for wrong shapes, and as `cluster` does for links.
    """
    rows = checked_vectors(vectors)
    given = checked_labels(labels, len(rows), "labels")
    number, cluster = np.unique(given, return_inverse=True)
    present = np.flatnonzero(number >= 0)
    apart = _apart(len(number), cluster, links)
    found = neighbours(means_of(rows, cluster), present, present, apart, least)
    first = np.repeat(present, KEPT).reshape(-1, KEPT)
    there = found.cosines > -np.inf
    pairs = np.sort(np.stack([first[there], found.near[there]], axis=1), axis=1)
    pairs, at = np.unique(pairs, axis=0, return_index=True)
    similarity = found.cosines[there][at]
    members = np.split(np.argsort(cluster, kind="stable"), np.cumsum(np.bincount(cluster))[:-1])
    close = []
    for i in np.argsort(-similarity, kind="stable")[:most]:
        a, b = pairs[i].tolist()
        faces, cosine = _most_alike(rows, members[a], members[b])
        close.append(ClosePair(int(number[a]), int(number[b]), float(similarity[i]), faces, cosine))
    return close


def _apart(clusters: int, cluster: Ints, links: Links) -> Apart:
    """Which of the clusters are different people for certain."""
    known = atoms(len(cluster), links)
    of_atom = np.zeros(len(known.owned), np.int64)
    of_atom[known.of] = cluster
    owned = np.zeros(clusters, bool)
    owned[of_atom[known.owned]] = True
    return Apart(owned, of_atom[known.apart])


def _most_alike(rows: Floats, a: Ints, b: Ints) -> tuple[tuple[int, int], float]:
    """The rows of a face of a and one of b with the highest cosine, and that."""
    others = rows[b].T
    height = max(1, BLOCK // len(b))
    best, faces = -np.inf, (0, 0)
    for i in range(0, len(a), height):
        cosines = rows[a[i : i + height]] @ others
        x, y = np.unravel_index(np.argmax(cosines), cosines.shape)
        if cosines[x, y] > best:
            best, faces = float(cosines[x, y]), (int(a[i + x]), int(b[y]))
    return faces, best
