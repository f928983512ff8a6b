"""Faces that are together before clustering begins: copies, and clusters of an earlier time."""

from __future__ import annotations

import numpy as np

from mien.gallery.clustering.arrays import Floats, Ints, components, numbered
from mien.gallery.clustering.links import Atoms

UNIT = 0.999  # length from which a row counts as one of unit length


def identical(rows: Floats) -> Ints:
    """(n,) a number for rows of unit length that others are equal to, -1 for all others.

    Such rows have the highest cosine there is, so they are joined first in any case.
    """
    _, copy, count = np.unique(rows.view(f"V{rows.shape[1] * 4}"), return_inverse=True, return_counts=True)
    copy = copy.reshape(-1)
    full = np.linalg.norm(rows, axis=1) >= UNIT
    return np.where(full & (count[copy] > 1), copy, -1)


def together(known: Atoms, groups: Ints) -> Atoms:
    """The atoms with those of a group (n,) as one, except in groups (-1: in none) whose faces cannot all be one."""
    rows = np.flatnonzero(groups >= 0)
    _, first, group = np.unique(groups[rows], return_index=True, return_inverse=True)
    joined = np.stack([known.of[rows], known.of[rows[first]][group]], axis=1)
    whole = components(len(known.owned), joined)
    bad = np.zeros(len(known.owned), bool)
    inside = whole[known.apart]
    bad[inside[inside[:, 0] == inside[:, 1], 0]] = True
    bad[np.bincount(whole, weights=known.owned, minlength=len(whole)) > 1] = True
    of = numbered(np.where(bad[whole], np.arange(len(whole)), whole))
    owned = np.zeros(of.max(initial=-1) + 1, bool)
    np.logical_or.at(owned, of, known.owned)
    return Atoms(of[known.of], owned, of[known.apart])
