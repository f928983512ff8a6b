"""Faces that are nobody's and look like a person who is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Kind, Move, Person, Step
from mien.gallery.templates import cosines, mean

ALIKE = (
    0.3  # cosine to the mean of the person's faces; one stranger in a thousand is so alike (the model's card)
)


def alike(store: Store, person: Person) -> list[int]:
    """Ids of faces that are nobody's and as like the person's faces as one stranger in a thousand is."""
    own = [face.id for face in store.faces(person.name)]
    found: set[int] = set()
    for model in store.info().models:
        direction = mean(store.fetch(model, Kind.FACE, own).exact)
        if direction is None:
            continue
        for batch in store.templates(model, Kind.FACE):
            loose = np.flatnonzero(batch.people == 0)
            like = loose[cosines(batch.exact[loose], direction) >= ALIKE]
            found |= set(batch.keys[like].tolist())
    return sorted(found)


def claim(store: Store, person: Person, faces: Sequence[int]) -> int:
    """Count faces of nobody as the person's, not confirmed, so that they are forgotten with the rest. The step."""
    moves = tuple(Move(face, None, person.id, False, False) for face in faces)
    return store.apply(Step("claim", moves))
