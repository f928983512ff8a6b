"""Numbers of clusters that stay the same when faces are clustered again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.gallery.clustering.arrays import Ints, checked_labels, numbered
from mien.gallery.clustering.links import NO_LINKS, Links


def matched(old: npt.ArrayLike, new: npt.ArrayLike, links: Links = NO_LINKS) -> Ints:
    """(n,) the clusters of `new` under the numbers of the clusters of `old` that they share most faces with.

    old: (n,) -1 for faces that were in no cluster. A number is given once, larger overlaps first (of equal ones the
    lower number); clusters that get none are numbered from the highest old one up, by first appearance.
    links: a cluster with faces of an anchor gets the anchor's number, no other one does, and a cluster with a face
    that was rejected for a number does not get that number.
    """
    given = np.asarray(old)
    before = checked_labels(given, len(given), "old")
    after = numbered(checked_labels(new, len(before), "new"))
    number = np.full(after.max(initial=-1) + 1, -1)
    anchors = np.asarray(links.anchors, np.int64)
    anchored = np.flatnonzero(anchors >= 0)
    number[after[anchored]] = anchors[anchored]
    refused = {(after[row], person) for row, person in np.asarray(links.rejected).tolist()}
    taken = set(anchors[anchored].tolist())
    rows = np.flatnonzero(before >= 0)
    pairs, count = np.unique(np.stack([before[rows], after[rows]], axis=1), axis=0, return_counts=True)
    for a, b in pairs[np.argsort(-count, kind="stable")].tolist():
        if a not in taken and number[b] < 0 and (b, a) not in refused:
            number[b] = a
            taken.add(a)
    free = np.flatnonzero(number < 0)
    number[free] = max(before.max(initial=-1), anchors.max(initial=-1)) + 1 + np.arange(len(free))
    return number[after]
