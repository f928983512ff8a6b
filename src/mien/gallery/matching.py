"""The people in a gallery whom a face is most like, without those that it was said not to be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien.gallery.decide import Calibration, threshold_of_one
from mien.gallery.identify import NEAREST, Neighbour, struck
from mien.gallery.protection.rotation import rotation, turn
from mien.gallery.roster import Roster
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Kind, Model, Person
from mien.gallery.templates import cosines, unit

ONE = 0.001  # false match rate at which two faces are taken for the same person's

Near = tuple[int, Neighbour]  # the person's id, and how alike they are


class Matcher:
    """Searches the templates of a model in a store, which are under a secret rotation; threads may share it.

    calibration: says from which cosine two faces are the same person's.
    """

    def __init__(self, store: Store, model: Model, calibration: Calibration) -> None:
        self._store = store
        self._model = model
        self._limit = threshold_of_one(calibration, ONE)
        self._rotation = rotation(store.secret("rotation"), model.dim)
        self._search = store.searcher(model, Kind.PERSON)
        self._roster = Roster(store)

    def turned(self, embeddings: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """(n, d) embeddings of any length as unit vectors under the rotation; ArgumentError where they are none."""
        return turn(unit(embeddings), self._rotation)

    def current(self) -> tuple[dict[int, Person], npt.NDArray[np.int64]]:
        """Everybody who can be matched now, by id, and how many have how many photographs (`Roster.current`)."""
        return self._roster.current()

    def near(self, embeddings: npt.NDArray[np.float32], people: dict[int, Person]) -> list[list[Near]]:
        """For each face (n, d) the most similar of these people, best first."""
        if not people or not len(embeddings):
            return [[] for _ in embeddings]
        probes = self.turned(embeddings)
        rejected = self._roster.rejected()
        ids, found = self._search.search(probes, k=NEAREST + len(rejected))
        return [
            [
                (i, near)
                for i, cosine in zip(row.tolist(), scores.tolist(), strict=True)
                if i in people
                for near in [Neighbour(people[i].name, cosine, people[i].faces, people[i].quality)]
                if i not in rejected or not struck(near, self._refused(probe, rejected[i]), self._limit)
            ][:NEAREST]
            for row, scores, probe in zip(ids, found, probes, strict=True)
        ]

    def _refused(self, probe: npt.NDArray[np.float64], faces: Sequence[int]) -> float:
        """The highest cosine of a probe to faces that were said not to be somebody."""
        held = self._store.fetch(self._model, Kind.FACE, faces).exact
        return float(cosines(held, unit(probe[None])[0]).max(initial=-1.0))
