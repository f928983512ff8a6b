"""How good clusters are where it is known who is who."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.gallery.clustering.arrays import Ints, numbered


def bcubed(labels: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[float, float, float]:
    """(precision, recall, F) of clusters (n,) against the true people (n,), each in [0, 1]; for no faces all are 1.

    Precision: the share of a face's cluster that is the same person, mean over faces; recall: the share of the
    person's faces that are in the face's cluster; both count the face itself. F is their harmonic mean.
    BCubed: Bagga and Baldwin 1998; Amigó, Gonzalo, Artiles and Verdejo, Information Retrieval 12, 2009.
    """
    cells, clusters, people = _overlaps(labels, truth)
    if not len(cells):
        return 1.0, 1.0, 1.0
    size, (cluster, person) = cells[:, 2], cells[:, :2].T
    n = size.sum()
    precision = float((size**2 / clusters[cluster]).sum() / n)
    recall = float((size**2 / people[person]).sum() / n)
    return precision, recall, 2 * precision * recall / (precision + recall)


def edits(labels: npt.ArrayLike, truth: npt.ArrayLike) -> int:
    """How many splits and merges of whole groups make the clusters (n,) into the true people (n,).

    A cluster with faces of k people needs k - 1 splits, and a person whose faces are in k clusters k - 1 merges.
    """
    cells, clusters, people = _overlaps(labels, truth)
    return 2 * len(cells) - len(clusters) - len(people)


def _overlaps(labels: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Ints, Ints, Ints]:
    """(k, 3) cluster, person and faces of both, where there are any; faces of each cluster and of each person."""
    cluster, person = numbered(np.asarray(labels)), numbered(np.asarray(truth))
    cells, count = np.unique(np.stack([cluster, person], axis=1), axis=0, return_counts=True)
    return np.column_stack([cells, count]), np.bincount(cluster), np.bincount(person)
