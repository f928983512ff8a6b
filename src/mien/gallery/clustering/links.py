"""What is known for certain about which faces are one person, and what follows from it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError, ConstraintConflict
from mien.gallery.clustering.arrays import Ints, checked_labels, components, numbered


def _no_pairs() -> Ints:
    return np.zeros((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Links:
    """Certain knowledge about n faces, which are called by their row.

    must: (m, 2) rows of the same person. cannot: (c, 2) rows of different people.
    anchors: (n,) the number of the person to whom a face certainly belongs, -1 where that is open, or empty
    where it is open for all; faces of one person are one cluster, faces of two are never in one.
    rejected: (r, 2) row and number of a person whose face it is not: never in a cluster with a face of that person.

    Clusters hold all of it, also what follows only over other faces.
    """

    must: Ints = field(default_factory=_no_pairs)
    cannot: Ints = field(default_factory=_no_pairs)
    anchors: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    rejected: Ints = field(default_factory=_no_pairs)


NO_LINKS = Links()


@dataclass(frozen=True, eq=False)
class Atoms:
    """Faces that certainly belong together, which clustering never takes apart.

    of: (n,) the atom of each face, 0 to m - 1. owned: (m,) whether it is certain whose it is: no two such are joined.
    apart: (c, 2) atoms that are never joined.
    """

    of: Ints
    owned: npt.NDArray[np.bool_]
    apart: Ints


def atoms(n: int, links: Links) -> Atoms:
    """What follows from the links between n faces.

    Raises ArgumentError where they name faces that are not there, ConstraintConflict where they contradict each other.
    """
    graph = _Graph.of(n, links)
    root = components(graph.nodes, graph.same)
    graph.require_consistent(root)
    of = numbered(root)  # faces come before people, so those of faces are 0 to m - 1
    owned = np.zeros(of.max(initial=-1) + 1, bool)
    owned[of[n:]] = True
    count = of[:n].max(initial=-1) + 1
    apart = of[graph.different]
    return Atoms(of[:n], owned[:count], apart[(apart < count).all(axis=1)])


@dataclass(frozen=True, eq=False)
class _Graph:
    """Links with people as nodes n, n + 1, … beside the n faces: persons (p,) are their numbers."""

    n: int
    persons: Ints
    same: Ints
    different: Ints

    @classmethod
    def of(cls, n: int, links: Links) -> _Graph:
        must, cannot = _pairs(links.must, n, "must"), _pairs(links.cannot, n, "cannot")
        anchors = checked_labels(links.anchors, n, "anchors") if len(links.anchors) else np.full(n, -1)
        rejected = _pairs(links.rejected, None, "rejected")
        if len(rejected) and rejected[:, 0].max() >= n:
            raise ArgumentError(f"rejected names row {rejected[:, 0].max()}; there are {n} faces.")
        anchored = np.flatnonzero(anchors >= 0)
        persons = np.unique(np.concatenate([anchors[anchored], rejected[:, 1]]))
        belongs = np.stack([anchored, n + np.searchsorted(persons, anchors[anchored])], axis=1)
        never = np.stack([rejected[:, 0], n + np.searchsorted(persons, rejected[:, 1])], axis=1)
        return cls(n, persons, np.concatenate([must, belongs]), np.concatenate([cannot, never]))

    @property
    def nodes(self) -> int:
        return self.n + len(self.persons)

    def require_consistent(self, root: Ints) -> None:
        """ConstraintConflict where two that are different, or two people, have the same root."""
        wrong = self.different[root[self.different[:, 0]] == root[self.different[:, 1]]]
        people = np.argsort(root[self.n :], kind="stable") + self.n
        joined = np.flatnonzero(np.diff(root[people]) == 0)
        if len(wrong):
            a, b = wrong[0].tolist()
        elif len(joined):
            a, b = people[joined[0] : joined[0] + 2].tolist()
        else:
            return
        chain = [self.name(node) for node in self.path(a, b)]
        raise ConstraintConflict(
            f"The links contradict each other: {' = '.join(f'{kind} {i}' for kind, i in chain)} by what is said to be "
            f"the same person, but {chain[0][0]} {chain[0][1]} and {chain[-1][0]} {chain[-1][1]} are not. "
            "Take back one of these.",
            chain,
        )

    def name(self, node: int) -> tuple[str, int]:
        """("face", row) or ("person", number)."""
        return ("face", node) if node < self.n else ("person", int(self.persons[node - self.n]))

    def path(self, a: int, b: int) -> list[int]:
        """A shortest chain of nodes from a to b that are the same."""
        beside: dict[int, list[int]] = {}
        for x, y in self.same.tolist():
            beside.setdefault(x, []).append(y)
            beside.setdefault(y, []).append(x)
        came = {a: a}
        queue = deque([a])
        while b not in came:
            node = queue.popleft()
            for other in beside.get(node, []):
                if other not in came:
                    came[other] = node
                    queue.append(other)
        chain = [b]
        while chain[-1] != a:
            chain.append(came[chain[-1]])
        return chain[::-1]


def _pairs(pairs: npt.ArrayLike, n: int | None, name: str) -> Ints:
    """The pairs as (m, 2) int64, ArgumentError where they are not, or not below n."""
    given = np.asarray(pairs)
    if not given.size:
        return _no_pairs()
    if given.ndim != 2 or given.shape[1] != 2 or given.dtype.kind not in "iu":
        raise ArgumentError(
            f"{name} is {given.dtype} of shape {given.shape}; expected integers of shape (m, 2)."
        )
    if given.min() < 0 or (n is not None and given.max() >= n):
        raise ArgumentError(
            f"{name} names {given.min()} to {given.max()}; there are {n} faces, counted from 0."
        )
    return given.astype(np.int64)
