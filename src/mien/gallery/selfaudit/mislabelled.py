"""Which enrolled faces belong to somebody else: leave-one-out, the worst first, so that one does not spoil the rest.

For a face of a person with other faces there are three explanations, with L the ratio of the densities of a cosine
between the same and different people (see `gallery/decide.py`), s the cosine to the mean of the person's other
faces, s_j that to the mean of person j, N people, and w the share of enrolled faces that are wrong:

    it is rightly here        (1 - w) L(s)
    it is person j            w / 2 / (N - 1) L(s_j)
    it is nobody here         w / 2

A face is suspect when the first is the less probable. A wrong face also spoils the mean that the right ones of that
person are compared with, so only the worst suspect of a person is taken out, then everything that it touched is
compared again. Of two faces that are unlike each other it cannot be told which one is wrong, unless just one
of them is somebody else here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.gallery.decide import Calibration
from mien.gallery.selfaudit.likeness import Mask, Reals, Rivals, Rows, Sums, Vectors, own, rivals

WRONG = 0.02  # share of enrolled faces that are taken to be wrong before anything is compared


@dataclass(frozen=True, eq=False)
class Compared:
    """Arrays of length n: cosine to the rest of the person (NaN where there is none), the likeliest other person,
    and the probabilities that the face is rightly here, and that it is that other person; the rest is "nobody here".
    """

    own: Reals
    rival: Rivals
    right: Reals
    other: Reals


def compare(
    vectors: Vectors, owner: Rows, rows: Rows, counts: Mask, people: int, calibration: Calibration
) -> Compared:
    """The faces in `rows` with everybody's faces that count (n,)."""
    sums = Sums.of(vectors, owner, people, counts)
    cosine, photos = own(vectors[rows], owner[rows], counts[rows], sums)
    rival = rivals(vectors[rows], owner[rows], sums, calibration)
    alone = photos == 0
    here = np.log1p(-WRONG) + calibration.log_likelihood_ratio(np.where(alone, 0, cosine), photos)
    here[alone] = np.log1p(-WRONG)  # nothing to compare with says nothing
    there = np.log(WRONG / 2 / max(people - 1, 1)) + rival.log_ratio
    nobody = np.full(len(rows), np.log(WRONG / 2))
    log = np.stack([here, there, nobody])
    odds = np.exp(log - log.max(axis=0))
    right, other, _ = odds / odds.sum(axis=0)
    return Compared(cosine, rival, right, other)


def find(vectors: Vectors, owner: Rows, people: int, calibration: Calibration) -> tuple[Compared, Mask, Mask]:
    """All faces compared, (n,) which are wrong, and (n,) which are one of two of which one is wrong.

    vectors: (n, d) unit float32. owner: (n,) index of the person, 0 to people - 1.
    """
    counts = np.ones(len(vectors), bool)
    compared = compare(vectors, owner, np.arange(len(vectors)), counts, people, calibration)
    suspects = np.flatnonzero(_suspect(compared))
    while len(out := _worst(suspects, compared, owner, counts)):
        counts[out] = False
        # Whoever was suspect may have been so because of a face that is out now.
        again = np.flatnonzero(np.isin(owner, owner[suspects]))
        compared = _with(compared, again, compare(vectors, owner, again, counts, people, calibration))
        suspects = again[_suspect(compared)[again] & counts[again]]
    either = counts & np.isin(owner, owner[suspects])
    out = np.flatnonzero(~counts)  # those that went first are compared with what is left of everybody
    compared = _with(compared, out, compare(vectors, owner, out, counts, people, calibration))
    counts[out[compared.right[out] >= 0.5]] = True
    return compared, ~counts, either


def _suspect(compared: Compared) -> Mask:
    return ~np.isnan(compared.own) & (compared.right < 0.5)


def _worst(suspects: Rows, compared: Compared, owner: Rows, counts: Mask) -> Rows:
    """Suspects to take out now: of each person the least probable tenth, or one; of two faces what can be told."""
    order = suspects[np.lexsort((compared.right[suspects], owner[suspects]))]
    whose = owner[order]
    left = np.bincount(owner[counts], minlength=owner.max(initial=-1) + 1)
    rank = np.arange(len(order)) - np.searchsorted(whose, whose)
    # Likeness to somebody in question shows nothing: where two swapped a face, each right one is like the other person.
    sound = ~np.isin(compared.rival.person[order], whose)
    known = sound & (compared.other[order] > 0.5)
    only = known & (np.bincount(whose[known], minlength=len(left))[whose] == 1)
    return order[np.where(left[whose] > 2, rank < np.maximum(left[whose] // 10, 1), only)]


def _with(compared: Compared, rows: Rows, fresh: Compared) -> Compared:
    """The comparisons with those of some rows replaced."""
    new = [array.copy() for array in _columns(compared)]
    for array, values in zip(new, _columns(fresh), strict=True):
        array[rows] = values
    mine, person, cosine, ratio, right, other = new
    return Compared(mine, Rivals(person, cosine, ratio), right, other)


def _columns(c: Compared) -> list[npt.NDArray[Any]]:
    return [c.own, c.rival.person, c.rival.cosine, c.rival.log_ratio, c.right, c.other]
