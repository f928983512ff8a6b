"""Who is in the gallery, kept in memory and up to date with what any process changed."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from mien.gallery.decide import PHOTOS
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Person


class Roster:
    """People by id, how many have how many photographs, and who was said not to be whom; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seq = -1
        self._people: dict[int, Person] = {}
        self._counts = np.zeros(PHOTOS, np.int64)
        self._rejected: dict[int, list[int]] = {}
        self._following = threading.Lock()

    def current(self) -> tuple[dict[int, Person], npt.NDArray[np.int64]]:
        """People who have a photograph, by id, and (PHOTOS,) how many of them have 1, 2, and 3 or more.

        Both belong together and never change once given out.
        """
        with self._following:
            seq = self._store.seq()
            if seq != self._seq:
                self._follow(seq)
            return self._people, self._counts

    def rejected(self) -> dict[int, list[int]]:
        """Faces that were said not to be a person, by person, as of when `current` was last asked."""
        return self._rejected

    def _follow(self, seq: int) -> None:
        if self._seq < 0:
            fresh = {person.id: person for person in self._store.people()}
        else:
            changes = self._store.changes_since(self._seq)
            touched = {change.person_id for change in changes if change.person_id is not None}
            fresh = {i: person for i, person in self._people.items() if i not in touched}
            fresh |= self._store.people_by_id(sorted(touched))
        self._people = {i: person for i, person in fresh.items() if person.faces and person.named}
        photos = [min(person.faces, PHOTOS) for person in self._people.values()]
        self._counts = np.bincount(photos, minlength=PHOTOS + 1)[1:]
        rejected: dict[int, list[int]] = {}
        for face, owner in self._store.bonds().rejected:
            rejected.setdefault(owner, []).append(face)
        self._rejected = rejected
        self._seq = seq
