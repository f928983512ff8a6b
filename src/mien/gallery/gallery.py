"""People whom Mien knows: enrol them, and say who is in a picture."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import numpy as np

import mien
from mien.errors import ArgumentError, GalleryError, NoFaceFound, PersonNotFound
from mien.faces import FaceEngine, default_engine
from mien.gallery import gate, repair
from mien.gallery.decide import Calibration, threshold, threshold_of_one
from mien.gallery.grouping import Grouping, group
from mien.gallery.identify import Verdict, decide
from mien.gallery.matching import Matcher, Near
from mien.gallery.protection import chain
from mien.gallery.protection.keys import key_at
from mien.gallery.selfaudit import Finding, audit, enrolled
from mien.gallery.stores import open_store
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import (
    Charter,
    Face,
    Forgotten,
    Info,
    Model,
    NewFace,
    Person,
    Photograph,
)
from mien.home import default_gallery
from mien.media import read_image
from mien.types import Answer, Faces, Picture, objects

FPIR = 0.01  # one stranger in a hundred may be called by somebody's name, whatever the gallery's size
SWEEP = 3600.0  # seconds between looks for what is kept too long
LISTED = 32  # faces of one search that the audit log tells of singly


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
    case: why is being searched, for the audit log, such as the number of a file.

    Every search is written to the audit log; only a gallery of the household may be searched where it cannot be.

    >>> with mien.open("family.mien") as people:                     # doctest: +SKIP
    ...     people.enroll("Grace", ["g1.jpg", "g2.jpg"])
    ...     people.identify("party.jpg").names
    """

    def __init__(
        self, store: Store, engine: FaceEngine | None = None, *, fpir: float = FPIR, case: str = ""
    ) -> None:
        self.store = store
        self.engine = engine or default_engine()
        self.fpir = fpir
        self.case = case
        card = self.engine.embedder.card
        self.model = Model(card.name, card.version, self.engine.embedder.identity, card.dim or 0)
        info = store.info()
        gate.require_same_model(info.models, self.model)
        self.calibration = Calibration.from_card(store.calibration(self.model) or card.decision, card.name)
        threshold_of_one(self.calibration, fpir)  # an impossible rate is an error now, not later
        chain.check({"case": case})  # and so is what the log would refuse
        self._household = info.charter.legal_basis == Charter().legal_basis
        self._ends = not self._household or info.charter.retention is not None
        self._swept = -SWEEP
        self._sweep()
        self._matcher = Matcher(store, self.model, self.calibration)

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
        person = self.store.enroll(name, [self.turned(face) for face in faces])
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
        self._sweep()
        people, counts = self._matcher.current()
        limit = threshold(self.calibration, counts, self.fpir) if people else 1.0
        neighbours = self._matcher.near(faces.embeddings, people)
        verdicts = [
            decide(self.calibration, [n for _, n in near], limit, len(people), face)
            for near, face in zip(neighbours, faces, strict=True)
        ]
        logged = self._record(faces, neighbours, verdicts, limit, len(people))
        return _answered(faces, verdicts, self._provenance(faces, limit, len(people), logged))

    def turned(self, face: NewFace) -> NewFace:
        """The face with its embedding under this gallery's secret rotation, as all its templates are."""
        vector = self._matcher.turned(face.embeddings[self.model][None])[0].astype(np.float32)
        return replace(face, embeddings={**face.embeddings, self.model: vector})

    def add_photographs(self, photographs: Sequence[Photograph]) -> int:
        """Remember pictures that were looked through, with faces that are nobody's yet. How many were new."""
        return self.store.add_photographs(
            [replace(p, faces=tuple(self.turned(face) for face in p.faces)) for p in photographs]
        )

    def group(self, *, again: bool = False) -> Grouping:
        """Put faces that are nobody's into groups of one person each, or to whom they belong (`grouping.group`)."""
        return group(self.store, self.model, self.calibration, again=again)

    def audit(self) -> list[Finding]:
        """Photographs and people that somebody should look at (`selfaudit.audit`); nothing is changed."""
        faces, _ = enrolled(self.store, self.model)
        return audit(faces, self.calibration, self.fpir, self.store.bonds().apart)

    def people(self) -> list[Person]:
        """Everybody, by name."""
        return self.store.people()

    def faces(self, name: str) -> list[Face]:
        """What is enrolled of a person: sources, boxes, quality, times. PersonNotFound where nobody has that name."""
        return self.store.faces(name)

    def rename(self, old: str, new: str) -> Person:
        """Give a person or a group another name; PersonNotFound, or PersonExists where it is taken."""
        return repair.name(self.store, old, new)

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

    def _sweep(self) -> None:
        """Remove what is kept too long, at most once an hour."""
        if self._ends and time.monotonic() - self._swept > SWEEP:
            self._swept = time.monotonic()
            self.store.sweep()

    def _record(
        self,
        faces: Faces,
        near: Sequence[Sequence[Near]],
        verdicts: Sequence[Verdict],
        limit: float,
        size: int,
    ) -> bool:
        """Whether the search could be written to the audit log."""
        if not len(faces) or faces.embeddings is None:
            return True
        asked = {"case": self.case, "people": size, "fpir": self.fpir, "threshold": round(limit, 4)}
        probe = self.store.sign(faces.embeddings.tobytes()).hex()[:32]
        try:
            self.store.record("identify", asked | {"probe": probe} | _told(near, verdicts))
        except GalleryError:
            if not self._household:
                raise
            return False
        return True

    def _provenance(self, faces: Faces, limit: float, size: int, logged: bool) -> dict[str, Any]:
        return {
            **faces.provenance,
            "mien": mien.__version__,
            "gallery": {"people": size, "fpir": self.fpir, "threshold": round(limit, 4)},
            "logged": logged,
        }


def open_gallery(
    path: str | os.PathLike[str] | None = None,
    *,
    engine: FaceEngine | None = None,
    fpir: float = FPIR,
    key: str | None = None,
    case: str = "",
) -> Gallery:
    """The gallery in that file, which is made where it does not exist; by default `people.mien` in Mien's home.

    path: also the address of a gallery on a server, `postgresql://…`. key: where the key of a sealed gallery is kept,
    `file:PATH`, `env:NAME` or `keyring:SERVICE`; by default what the environment variable MIEN_KEY says.
    """
    if path is None:
        default_gallery().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        store = open_store(path or default_gallery(), create=True, key=key_at(key))
        gallery = Gallery(stack.enter_context(store), engine, fpir=fpir, case=case)
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


def _told(near: Sequence[Sequence[Near]], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What the audit log keeps of the answers: whom they were about by number, and neither names nor vectors."""
    return {
        "faces": len(verdicts),
        "candidates": [one[0][0] if one else None for one in near[:LISTED]],
        "answers": [str(verdict.answer) for verdict in verdicts[:LISTED]],
        "matches": sum(verdict.answer is Answer.MATCH for verdict in verdicts),
    }


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
