"""The enrolled faces of a gallery as arrays, which is all that the self-audit sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.errors import ArgumentError
from mien.gallery.selfaudit.likeness import Rows, Vectors
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Face, Kind, Model
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


def enrolled(store: Store, model: Model) -> tuple[Enrolled, dict[int, Face]]:
    """The confirmed faces of everybody who has a name, and the records of these faces by id."""
    named = {person.id for person in store.people()}
    faces: dict[int, Face] = {}
    vectors = [np.zeros((0, model.dim), np.float32)]
    for batch in store.templates(model, Kind.FACE):
        records = store.faces_by_id(batch.keys.tolist())
        mine = {key: face for key, face in records.items() if face.confirmed and face.person_id in named}
        kept = [row for row, key in enumerate(batch.keys.tolist()) if key in mine]
        vectors.append(batch.exact[kept])
        faces |= {key: mine[key] for key in batch.keys[kept].tolist()}
    return Enrolled(
        np.array(list(faces), np.int64),
        np.array([face.person_id for face in faces.values()], np.int64),
        np.concatenate(vectors),
        np.array([face.quality for face in faces.values()], np.float32),
        tuple(face.sha256 for face in faces.values()),
        tuple(face.issues for face in faces.values()),
    ), faces
