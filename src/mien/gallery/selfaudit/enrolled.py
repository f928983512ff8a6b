"""The enrolled faces of a gallery as arrays, which is all that the self-audit sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mien.errors import ArgumentError
from mien.gallery.selfaudit.likeness import Rows, Vectors
from mien.gallery.stores.base import Face, Kind, Model, Store
from mien.types import Floats, Issue


@dataclass(frozen=True, eq=False)
class Enrolled:
    """Faces as arrays of equal length n; ArgumentError where the lengths differ.

    keys: (n,) int64, face ids, ascending. people: (n,) int64, whose they are. vectors: (n, d) float32 of unit length.
    quality: (n,) float32 in [0, 1]. sha256: n hashes of the pictures, "" where unknown. issues: n tuples.
    """

    keys: Rows
    people: Rows
    vectors: Vectors
    quality: Floats
    sha256: tuple[str, ...]
    issues: tuple[tuple[Issue, ...], ...]

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in vars(self).items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise ArgumentError(
                f"Enrolled faces have columns of different lengths: {told}; expected the same."
            )

    def __len__(self) -> int:
        return len(self.keys)


def enrolled(store: Store, model: Model) -> tuple[Enrolled, Mapping[int, Face]]:
    """The confirmed faces of everybody who has a name, with the records of the faces by id."""
    faces = {f.id: f for person in store.people() for f in store.faces(person.name) if f.confirmed}
    keys, vectors = [], []
    for batch in store.templates(model, Kind.FACE):
        known = np.isin(batch.keys, list(faces))
        keys.append(batch.keys[known])
        vectors.append(batch.exact[known])
    key = np.concatenate([np.zeros(0, np.int64), *keys])
    rows = [faces[k] for k in key.tolist()]
    return Enrolled(
        key,
        np.array([row.person_id for row in rows], np.int64),
        np.concatenate([np.zeros((0, model.dim), np.float32), *vectors]),
        np.array([row.quality for row in rows], np.float32),
        tuple(row.sha256 for row in rows),
        tuple(row.issues for row in rows),
    ), faces
