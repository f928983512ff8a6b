"""What the self-audit compares: each face with the rest of its own person and with everybody else, in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.gallery.decide import PHOTOS, Calibration

ROWS, COLUMNS = 512, 8192  # of a block of cosines: 16 MB, whatever the gallery holds
SHORT = 1e-3  # a sum of unit vectors shorter than this has no direction

Vectors = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sums:
    """Of m people: total (m, d) of the unit vectors that count, and photos (m,), how many those are."""

    total: Vectors
    photos: Rows

    @classmethod
    def of(cls, vectors: Vectors, owner: Rows, people: int, counts: Mask) -> Sums:
        """owner: (n,) index of the person; counts: (n,) which faces count."""
        total = np.zeros((people, vectors.shape[1]), np.float32)
        np.add.at(total, owner[counts], vectors[counts])
        return cls(total, np.bincount(owner[counts], minlength=people))

    def templates(self) -> Vectors:
        """(m, d) unit means; zeros where nothing counts or the faces cancel out."""
        return _unit(self.total)


@dataclass(frozen=True, eq=False)
class Rivals:
    """Of n faces the likeliest other person: index (-1 for none), cosine, and natural log of the likelihood ratio."""

    person: Rows
    cosine: Reals
    log_ratio: Reals


def own(vectors: Vectors, owner: Rows, counts: Mask, sums: Sums) -> tuple[Reals, Rows]:
    """Leave-one-out: (n,) cosine of each face to the mean of its person's other faces, and how many those are.

    NaN where there are none.
    """
    photos = sums.photos[owner] - counts
    cosine = np.full(len(vectors), np.nan)
    for start in range(0, len(vectors), COLUMNS):
        part = slice(start, start + COLUMNS)
        others = _unit(sums.total[owner[part]] - vectors[part] * counts[part, None])
        cosine[part] = np.einsum("nd,nd->n", vectors[part], others)
    cosine[photos == 0] = np.nan
    return cosine, photos


def rivals(vectors: Vectors, owner: Rows, sums: Sums, calibration: Calibration) -> Rivals:
    """The most probable other person for each face; what a cosine means depends on the number of photographs."""
    person = np.full((len(vectors), PHOTOS), -1, np.int64)
    cosine = np.full((len(vectors), PHOTOS), -1.0)
    templates, photos = sums.templates(), np.minimum(sums.photos, PHOTOS)
    for k in range(1, PHOTOS + 1):
        columns = np.flatnonzero(photos == k)
        found, best = _nearest(vectors, owner, templates[columns], columns)
        person[:, k - 1], cosine[:, k - 1] = found, best
    ratio = calibration.log_likelihood_ratio(cosine, np.arange(1, PHOTOS + 1))
    ratio[person < 0] = -np.inf
    first = np.arange(len(vectors)), ratio.argmax(axis=1)
    return Rivals(person[first], cosine[first], ratio[first])


def pairs(templates: Vectors, limit: float) -> tuple[Rows, Rows, Reals]:
    """All pairs i < j of unit templates (m, d) whose cosine reaches the limit: i, j and cosine, each (p,)."""
    found = []
    for row in range(0, len(templates), ROWS):
        for column in range(row - row % COLUMNS, len(templates), COLUMNS):
            cosines = templates[row : row + ROWS] @ templates[column : column + COLUMNS].T
            i, j = np.nonzero(cosines >= limit)
            later = row + i < column + j
            found.append((row + i[later], column + j[later], cosines[i[later], j[later]].astype(np.float64)))
    i, j, cosine = (np.concatenate([part[k] for part in found]) for k in range(3)) if found else _NO_PAIRS
    return i, j, cosine


def _nearest(vectors: Vectors, owner: Rows, templates: Vectors, columns: Rows) -> tuple[Rows, Reals]:
    """Of each face the most similar of the templates that is not its owner's: index of the person, and cosine.

    columns: whose templates they are, ascending.
    """
    person, best = np.full(len(vectors), -1, np.int64), np.full(len(vectors), -1.0)
    place = np.searchsorted(columns, owner)
    mine = place < len(columns)
    mine[mine] = columns[place[mine]] == owner[mine]
    for row in range(0, len(vectors), ROWS):
        rows = slice(row, row + ROWS)
        for column in range(0, len(columns), COLUMNS):
            cosines = vectors[rows] @ templates[column : column + COLUMNS].T
            at = place[rows] - column
            hide = np.flatnonzero(mine[rows] & (at >= 0) & (at < cosines.shape[1]))
            cosines[hide, at[hide]] = -2
            first = cosines.argmax(axis=1)
            value = np.take_along_axis(cosines, first[:, None], axis=1)[:, 0]
            better = np.flatnonzero(value > best[rows])
            person[row + better], best[row + better] = columns[column + first[better]], value[better]
    return person, best


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > SHORT, vectors / np.maximum(lengths, SHORT), 0).astype(np.float32)


_NO_PAIRS = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
