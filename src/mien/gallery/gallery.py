"""People whom Mien knows: enrol them, and say who is in a picture."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

import mien
from mien.errors import ArgumentError, NoFaceFound, PersonNotFound
from mien.faces import FaceEngine, default_engine
from mien.gallery import gate
from mien.gallery.decide import Calibration, threshold, threshold_of_one
from mien.gallery.identify import NEAREST, Neighbour, Verdict, decide
from mien.gallery.index import Index
from mien.gallery.roster import Roster
from mien.gallery.stores.base import Face, Forgotten, Info, Model, Person, Store
from mien.gallery.stores.sqlite import SQLiteStore
from mien.home import default_gallery
from mien.media import read_image
from mien.types import Faces, Picture, objects

FPIR = 0.01  # one stranger in a hundred may be called by somebody's name, whatever the gallery's size


@dataclass(frozen=True)
class Enrolment:
    """What became of the pictures given to `Gallery.enroll`.

    accepted: sources that were enrolled. rejected: source and reason of the others.
    """

    person: Person
    accepted: tuple[str, ...]
    rejected: tuple[tuple[str, str], ...]


class Gallery:
    """A collection of known people; threads may share it, and processes may share its file.

    fpir: the false-positive identification rate that is allowed, from which thresholds follow.

    >>> with mien.open("family.mien") as people:                     # doctest: +SKIP
    ...     people.enroll("Grace", ["g1.jpg", "g2.jpg"])
    ...     people.identify("party.jpg").names
    """

    def __init__(self, store: Store, engine: FaceEngine | None = None, *, fpir: float = FPIR) -> None:
        self.store = store
        self.engine = engine or default_engine()
        self.fpir = fpir
        card = self.engine.embedder.card
        self.calibration = Calibration.from_card(card.decision, card.name)
        threshold_of_one(self.calibration, fpir)  # an impossible rate is an error now, not later
        self.model = Model(card.name, card.version, self.engine.embedder.identity, card.dim or 0)
        gate.require_same_model(store.info().models, self.model)
        self._index = Index(store, self.model)
        self._roster = Roster(store)

    def enroll(
        self, name: str, pictures: Picture | Iterable[Picture], *, accept_poor: bool = False
    ) -> Enrolment:
        """Add pictures of a person, who is new or known already: all that pass, in one transaction.

        pictures: one file or image, or several, each with one face or with one that is clearly the largest.
        accept_poor: enrol faces of poor quality too; the default rejects them and says why.

        Raises NoFaceFound where no picture could be used, with the reason for each, and ArgumentError for what is
        neither a path nor an RGB array; nothing is enrolled then.
        """
        faces, rejected = [], []
        known = self._known_pictures(name)
        for picture in _each(pictures):
            candidate = gate.examine(self.engine, self.model, picture, known, accept_poor)
            if isinstance(candidate, gate.Rejected):
                rejected.append((candidate.source, candidate.reason))
            else:
                faces.append(candidate)
                known.add(candidate.sha256)
        if not faces:
            told = "; ".join(f"{source}: {reason}" for source, reason in rejected) or "no pictures were given"
            raise NoFaceFound(f"{name!r} was not enrolled: {told}.", rejected)
        person = self.store.enroll(name, faces)
        return Enrolment(person, tuple(face.source for face in faces), tuple(rejected))

    def identify(self, picture: Picture) -> Faces:
        """All faces of a picture, each with an answer: a name, no match, or cannot say and why."""
        image = picture if isinstance(picture, np.ndarray) else read_image(picture)
        faces = self.engine.detect(image)
        return self.recognise(self.engine.embed(image, faces))

    def recognise(self, faces: Faces) -> Faces:
        """Answers for faces that have embeddings."""
        if faces.embeddings is None:
            raise ArgumentError("The faces have no embeddings; call engine.embed(image, faces) first.")
        people, counts = self._roster.current()
        limit = threshold(self.calibration, counts, self.fpir) if people else 1.0
        neighbours = self._neighbours(faces.embeddings, people)
        verdicts = [
            decide(self.calibration, near, limit, len(people), face)
            for near, face in zip(neighbours, faces, strict=True)
        ]
        return _answered(faces, verdicts, self._provenance(faces, limit, len(people)))

    def people(self) -> list[Person]:
        """Everybody, by name."""
        return self.store.people()

    def faces(self, name: str) -> list[Face]:
        """What is enrolled of a person: sources, boxes, quality, times. PersonNotFound where nobody has that name."""
        return self.store.faces(name)

    def rename(self, old: str, new: str) -> Person:
        """Give a person another name; PersonNotFound, or PersonExists where it is taken."""
        return self.store.rename(old, new)

    def forget(self, name: str) -> Forgotten:
        """Remove a person with every face and template; PersonNotFound where nobody has that name."""
        return self.store.forget(name)

    def info(self) -> Info:
        """Identity and counts of the gallery."""
        return self.store.info()

    def close(self) -> None:
        """Let go of the file; calling it again does nothing."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _known_pictures(self, name: str) -> set[str]:
        """SHA-256 of the pictures that are enrolled of a person already."""
        with suppress(PersonNotFound):
            return {face.sha256 for face in self.store.faces(name)}
        return set()

    def _neighbours(
        self, embeddings: npt.NDArray[np.float32], people: dict[int, Person]
    ) -> list[list[Neighbour]]:
        """For each face the most similar people, best first."""
        if not people or not len(embeddings):
            return [[] for _ in embeddings]
        ids, cosines = self._index.search(embeddings, k=NEAREST)
        return [
            [
                Neighbour(people[i].name, float(cosine), people[i].faces)
                for i, cosine in zip(row.tolist(), near, strict=True)
                if i in people
            ]
            for row, near in zip(ids, cosines, strict=True)
        ]

    def _provenance(self, faces: Faces, limit: float, size: int) -> dict[str, Any]:
        return {
            **faces.provenance,
            "mien": mien.__version__,
            "gallery": {"people": size, "fpir": self.fpir, "threshold": round(limit, 4)},
        }


def open_gallery(
    path: str | os.PathLike[str] | None = None, *, engine: FaceEngine | None = None, fpir: float = FPIR
) -> Gallery:
    """The gallery in that file, which is made where it does not exist; by default `people.mien` in Mien's home."""
    file = Path(path) if path is not None else default_gallery()
    if path is None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        gallery = Gallery(stack.enter_context(SQLiteStore.open(file, create=True)), engine, fpir=fpir)
        stack.pop_all()  # the gallery closes its store from here on
    return gallery


def _each(pictures: Picture | Iterable[Picture]) -> Iterable[Picture]:
    """The pictures one after the other, also where there is only one."""
    if isinstance(pictures, str | os.PathLike | np.ndarray):
        return [pictures]
    if isinstance(pictures, bytes) or not isinstance(pictures, Iterable):
        kind = type(pictures).__name__
        raise ArgumentError(f"pictures is {kind}; expected a path, an RGB array, or several of them.")
    return pictures


def _answered(faces: Faces, verdicts: Sequence[Verdict], provenance: dict[str, Any]) -> Faces:
    return faces.having(
        names=objects([v.name for v in verdicts]),
        candidates=objects([v.candidate for v in verdicts]),
        similarities=np.array([v.similarity for v in verdicts], np.float32),
        probabilities=np.array([v.probability for v in verdicts], np.float32),
        answers=objects([v.answer for v in verdicts]),
        reasons=objects([v.reason for v in verdicts]),
        provenance=provenance,
    )
