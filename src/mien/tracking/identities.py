"""Tracks that are the same person, across cuts and absences: joined by looks, never against what was seen.

Two tracks that were in view at the same time are two people, however alike they look. Otherwise they are joined
when their pooled embeddings are as similar as SAME, where one pair of different people in ten thousand is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mien.faces.embed import unit
from mien.tracking.shots import Shot
from mien.types import Embeddings, objects

SAME = 0.36  # cosine; the false match rate there is 10^-4.2 on the card of SFace
PAUSE = 1.5  # seconds; appearances that are closer than this are one


@dataclass
class Identity:
    """Somebody in a medium, whoever it is.

    total: (d,) sum of the embeddings, each weighted with the quality of its shot. best: the best shot.
    spans: (start, end) seconds of each track; tracks: their numbers.
    looks, embedded: how often the face was found and embedded.
    """

    total: npt.NDArray[np.float64]
    best: Shot
    spans: list[tuple[float, float]] = field(default_factory=list)
    looks: int = 0
    embedded: int = 0
    tracks: list[int] = field(default_factory=list)

    @property
    def embedding(self) -> npt.NDArray[np.float32]:
        """(d,) of unit length."""
        vector: npt.NDArray[np.float32] = unit(self.total[None])[0]
        return vector

    def meets(self, other: Identity) -> bool:
        """Whether both were in view at the same time, be it in a single frame."""
        return any(a[0] <= b[1] and b[0] <= a[1] for a in self.spans for b in other.spans)

    def absorb(self, other: Identity) -> None:
        """Take over all that is known of another who is the same person."""
        self.total = self.total + other.total
        self.best = max(self.best, other.best, key=lambda shot: shot.quality)
        self.spans = merged([*self.spans, *other.spans], 0.0)
        self.looks += other.looks
        self.embedded += other.embedded
        self.tracks += other.tracks

    def appearances(self) -> list[tuple[float, float]]:
        """(start, end) seconds of each appearance, short absences bridged."""
        return merged(self.spans, PAUSE)


class Identities:
    """Everybody met so far; memory grows with people, not with time."""

    def __init__(self) -> None:
        self.everybody: list[Identity] = []

    def add(self, other: Identity) -> Identity:
        """Join a finished track to whom it looks like most, or meet somebody new; whose it is now."""
        cosines = self._embeddings() @ other.embedding if self.everybody else np.zeros(0, np.float32)
        for i in np.argsort(-cosines, kind="stable"):
            one = self.everybody[int(i)]
            if cosines[i] >= SAME and not one.meets(other):
                one.absorb(other)
                return one
        self.everybody.append(other)
        return other

    def settle(self, names: Sequence[str | None] | None = None) -> None:
        """Join those that look alike now that all is seen (or, given names, have the same), most alike first."""
        if not self.everybody:
            return
        embeddings = self._embeddings()
        cosines = embeddings @ embeddings.T
        left = np.ones(len(cosines), bool)
        same = None if names is None else _equal(names)
        open_pairs = np.triu(cosines >= SAME if same is None else same, 1)
        while open_pairs.any():
            i, j = np.unravel_index(int(np.where(open_pairs, cosines, -2).argmax()), cosines.shape)
            one, other = self.everybody[i], self.everybody[j]
            open_pairs[i, j] = False
            if one.meets(other):
                continue
            one.absorb(other)
            left[j] = open_pairs[j] = open_pairs[:, j] = False
            embeddings[i] = one.embedding
            cosines[i] = cosines[:, i] = embeddings @ one.embedding
            again = left & (cosines[i] >= SAME if same is None else same[i])
            open_pairs[i, i + 1 :], open_pairs[:i, i] = again[i + 1 :], again[:i]
        self.everybody = [one for one, stays in zip(self.everybody, left, strict=True) if stays]

    def _embeddings(self) -> Embeddings:
        """(n, d) of everybody, of unit length."""
        return unit(np.stack([one.total for one in self.everybody]))


def _equal(names: Sequence[str | None]) -> npt.NDArray[np.bool_]:
    """(n, n) whether two have the same name; None is no name."""
    array = objects(list(names))
    return np.asarray((array[:, None] == array[None]) & (array != None)[:, None], np.bool_)  # noqa: E711


def merged(spans: Sequence[tuple[float, float]], pause: float) -> list[tuple[float, float]]:
    """The spans in order, those no further apart than the pause as one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + pause:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
