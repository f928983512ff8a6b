"""Vectors to scores: which photographs were compared, how alike they are, and of whom they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mien.audit.intervals import Floats, Ints, Mask

LIMIT = 10_000_000  # comparisons of different people that are kept; 24 bytes each
CELLS = 2**22  # of the table of all with all, in memory at a time
EXTREMES = 64  # the most alike strangers, which are kept whatever is sampled

Pairs: TypeAlias = tuple[Ints, Ints, Floats]  # rows, rows, cosines


@dataclass(frozen=True, eq=False)
class Scores:
    """Comparisons: score (m,) cosine in float64, a and b (m,) rows of the two photographs, person_a and person_b (m,).

    all_of: how many there would be without sampling.
    """

    score: Floats
    a: Ints
    b: Ints
    person_a: Ints
    person_b: Ints
    all_of: int

    def __len__(self) -> int:
        return len(self.score)

    def picked(self, which: Mask | Ints) -> Scores:
        """Those that a mask or an array of places picks, as all there are."""
        a, b, person_a, person_b = (x[which] for x in (self.a, self.b, self.person_a, self.person_b))
        return Scores(self.score[which], a, b, person_a, person_b, len(a))


@dataclass(frozen=True, eq=False)
class Compared:
    """Genuine comparisons (of one person) and impostors (of two), and which strangers are most alike of all.

    alike: up to EXTREMES impostors in falling order, found among all before any sampling.
    """

    genuine: Scores
    impostor: Scores
    alike: Scores


def cosines(vectors: npt.NDArray[np.float32], a: Ints, b: Ints) -> Floats:
    """(m,) dot products of rows a and b, in float64."""
    left, right = vectors[a].astype(np.float64), vectors[b].astype(np.float64)
    return np.asarray(np.einsum("md,md->m", left, right))


def listed(vectors: npt.NDArray[np.float32], person: Ints, a: Ints, b: Ints, same: Mask) -> Compared:
    """The comparisons of a list: rows a (m,) and b (m,) of vectors (n, d), same (m,) where it is one person."""
    score = cosines(vectors, a, b)
    everything = Scores(score, a, b, person[a], person[b], len(score))
    impostor = everything.picked(~same)
    return Compared(everything.picked(same), impostor, _first(impostor, EXTREMES))


def all_pairs(
    vectors: npt.NDArray[np.float32], person: Ints, rows: Ints, *, limit: int = LIMIT, seed: int = 0
) -> Compared:
    """Every photograph of `rows` with every other: vectors (n, d) and person (n,) are of all photographs.

    Where there are more of a kind than `limit`, each is kept with the same chance, so that about so many are left.
    """
    rows = rows[np.argsort(person[rows], kind="stable")]
    units, owner = vectors[rows].astype(np.float64), person[rows]
    counts = np.unique(owner, return_counts=True)[1]
    total = {True: int((counts * (counts - 1)).sum()) // 2}
    total[False] = len(rows) * (len(rows) - 1) // 2 - total[True]
    rng = np.random.default_rng(seed)
    kept: dict[bool, list[Pairs]] = {True: [], False: []}
    alike: list[Pairs] = []
    height = max(1, CELLS // max(len(rows), 1))
    for start in range(0, len(rows), height):
        block = units[start : start + height] @ units[start:].T
        later = np.triu(np.ones(block.shape, bool), 1)  # each pair once
        same = owner[start : start + height, None] == owner[None, start:]
        alike.append(_most(block, later & ~same, start))
        for kind, mask in ((True, later & same), (False, later & ~same)):
            if total[kind] > limit:
                mask &= rng.random(block.shape) < limit / total[kind]
            kept[kind].append(_at(block, mask, start))
    return Compared(
        _joined(kept[True], rows, person, total[True]),
        _joined(kept[False], rows, person, total[False]),
        _first(_joined(alike, rows, person, 0), EXTREMES),
    )


def _at(block: Floats, mask: Mask, start: int) -> Pairs:
    a, b = np.nonzero(mask)
    return (a + start).astype(np.int32), (b + start).astype(np.int32), block[a, b]


def _most(block: Floats, mask: Mask, start: int) -> Pairs:
    """The EXTREMES highest cells under the mask."""
    masked = np.where(mask, block, -np.inf).ravel()
    count = min(EXTREMES, int(mask.sum()))
    top = np.argpartition(-masked, count - 1)[:count] if count else np.zeros(0, np.int64)
    picked = np.zeros(block.size, bool)
    picked[top] = True
    return _at(block, picked.reshape(block.shape), start)


def _joined(parts: list[Pairs], rows: Ints, person: Ints, all_of: int) -> Scores:
    a, b, score = (np.concatenate([part[i] for part in parts]) for i in range(3))
    a, b, owners = rows[a].astype(np.int32), rows[b].astype(np.int32), person.astype(np.int32)
    return Scores(score, a, b, owners[a], owners[b], all_of)


def _first(scores: Scores, count: int) -> Scores:
    """The highest scores in falling order; ties in the order of photographs."""
    return scores.picked(np.lexsort((scores.b, scores.a, -scores.score))[:count])
