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

SAME = 0.36  # cosine; the false match rate there is 10^-4.2 on the card of SFace
PAUSE = 1.5  # seconds; appearances that are closer than this are one


@dataclass
class Identity:
    """Somebody in a medium, whoever it is.

    total: (d,) sum of the embeddings, each weighted with the quality of its shot. best: the best shot.
    spans: (start, end) seconds of each track. looks, embedded: how often the face was found and embedded.
    """

    total: npt.NDArray[np.float64]
    best: Shot
    spans: list[tuple[float, float]] = field(default_factory=list)
    looks: int = 0
    embedded: int = 0

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

    def appearances(self) -> list[tuple[float, float]]:
        """(start, end) seconds of each appearance, short absences bridged."""
        return merged(self.spans, PAUSE)


class Identities:
    """Everybody met so far; memory grows with people, not with time."""

    def __init__(self) -> None:
        self.everybody: list[Identity] = []

    def add(self, other: Identity) -> Identity:
        """Join a finished track to whom it looks like most, or meet somebody new; whose it is now."""
        known = [one for one in self.everybody if not one.meets(other)]
        cosines = [float(one.embedding @ other.embedding) for one in known]
        if cosines and max(cosines) >= SAME:
            one = known[int(np.argmax(cosines))]
            one.absorb(other)
            return one
        self.everybody.append(other)
        return other

    def settle(self, names: Sequence[str | None] | None = None) -> None:
        """Join those that look alike now that all is seen (or, given names, have the same), most alike first."""
        while pair := self._closest(names):
            self.everybody[pair[0]].absorb(self.everybody.pop(pair[1]))
            if names is not None:
                names = [name for i, name in enumerate(names) if i != pair[1]]

    def _closest(self, names: Sequence[str | None] | None) -> tuple[int, int] | None:
        best, found = -2.0, None
        for i, one in enumerate(self.everybody):
            for j in range(i + 1, len(self.everybody)):
                other = self.everybody[j]
                cosine = float(one.embedding @ other.embedding)
                alike = cosine >= SAME if names is None else names[i] is not None and names[i] == names[j]
                if alike and cosine > best and not one.meets(other):
                    best, found = cosine, (i, j)
        return found


def merged(spans: Sequence[tuple[float, float]], pause: float) -> list[tuple[float, float]]:
    """The spans in order, those no further apart than the pause as one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + pause:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
