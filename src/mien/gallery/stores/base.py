"""The contract that every gallery store keeps, with the plain records that go in and out.

A store keeps people, their faces and templates, and a log of changes; it knows nothing of search or
thresholds. Every method is one transaction: when it returns, the change survives a killed process and
a power cut; when it raises, nothing was changed. A store object may be shared between threads, and any
number of processes may have the same gallery open.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.gallery.templates import Templates
from mien.types import Issue

LONGEST_NAME = 500  # characters


class Kind(StrEnum):
    """What a template stands for: a person (the mean of the faces) or one face."""

    PERSON = "person"
    FACE = "face"


class What(StrEnum):
    """What a change did."""

    PERSON_ADDED = "person added"
    PERSON_RENAMED = "person renamed"
    PERSON_FORGOTTEN = "person forgotten"
    FACE_ADDED = "face added"
    FACE_REMOVED = "face removed"


@dataclass(frozen=True)
class Model:
    """The identity of an embedder: templates compare only within the same sha256."""

    name: str
    version: str
    sha256: str
    dim: int


@dataclass(frozen=True, eq=False)
class NewFace:
    """A face to enrol.

    embeddings: by model, (d,) floats of any length but zero.
    source: path or URI that the face came from; sha256: of that file's bytes, hexadecimal, or "".
    box: xyxy in pixels of the upright image; quality: in [0, 1].
    """

    embeddings: Mapping[Model, npt.NDArray[np.float32]]
    source: str
    sha256: str
    box: tuple[float, float, float, float]
    quality: float
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Person:
    """Somebody in the gallery; faces is how many faces are kept, updated when any of this last changed."""

    id: int
    name: str
    faces: int
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Face:
    """An enrolled face, without its templates (fields as in `NewFace`)."""

    id: int
    person_id: int
    source: str
    sha256: str
    box: tuple[float, float, float, float]
    quality: float
    issues: tuple[Issue, ...]
    enrolled: datetime


@dataclass(frozen=True)
class Change:
    """One line of the log of changes; ids are never used again after a removal."""

    seq: int
    time: datetime
    what: What
    person_id: int
    face_id: int | None


@dataclass(frozen=True)
class Forgotten:
    """What forgetting removed; cleaned says whether the write-ahead log was emptied too."""

    person_id: int
    faces: int
    templates: int
    cleaned: bool


@dataclass(frozen=True)
class Info:
    """A gallery at a glance; seq is the number of its last change, 0 before the first."""

    uuid: str
    created: datetime
    mien: str
    schema: int
    people: int
    faces: int
    seq: int
    models: tuple[Model, ...]


class Store(Protocol):
    """See the module's first lines. Names are compared exactly, after `clean_name`.

    Errors of all methods: GalleryBusy when another writer holds on for too long, GalleryCorrupt when
    the data are damaged, GalleryError when the disk is full or read-only or the store was closed.
    """

    @property
    def cache(self) -> Path | None:
        """Path to which suffixes may be added for disposable files beside the gallery; None for no files."""

    def close(self) -> None:
        """Let go of everything; calling it again does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def info(self) -> Info:
        """Identity and counts."""

    def people(self) -> list[Person]:
        """Everybody, by name in code point order."""

    def person(self, name: str) -> Person:
        """The person of that name, or PersonNotFound."""

    def people_by_id(self, ids: Sequence[int]) -> dict[int, Person]:
        """People by id; whoever is not (or no longer) there is left out."""

    def faces(self, name: str) -> list[Face]:
        """Faces of the person of that name in the order of enrolment, or PersonNotFound."""

    def add_person(self, name: str) -> Person:
        """A new person without faces, or PersonExists."""

    def add_faces(self, person_id: int, faces: Sequence[NewFace]) -> list[int]:
        """Ids of the faces added to the person, whose means now include them, or PersonNotFound."""

    def enroll(self, name: str, faces: Sequence[NewFace]) -> Person:
        """Add at least one face to the person of that name, who is added too where new."""

    def enroll_many(self, people: Iterable[tuple[str, Sequence[NewFace]]]) -> list[Person]:
        """`enroll` for many people: all of them, or none when it raises."""

    def rename(self, old: str, new: str) -> Person:
        """Give a person another name: PersonNotFound, or PersonExists where the new one is another's."""

    def remove_face(self, face_id: int) -> None:
        """Remove one face and take it out of its person's means, or ArgumentError where there is none."""

    def forget(self, name: str) -> Forgotten:
        """Remove a person with all faces and templates, also from free pages, logs and caches."""

    def seq(self) -> int:
        """Number of the last change; cheap enough to ask before each search."""

    def changes_since(self, seq: int) -> list[Change]:
        """Changes after that number, oldest first."""

    def count(self, model: Model, kind: Kind) -> int:
        """How many templates there are."""

    def templates(self, model: Model, kind: Kind) -> Iterator[Templates]:
        """All templates in ascending order of key, by the thousand; each batch is as of when it is read.

        A reader asks `seq` first and then fetches again what `changes_since` names.
        """

    def fetch(self, model: Model, kind: Kind, keys: Sequence[int]) -> Templates:
        """The templates under those person or face ids; what is not there is left out."""


def clean_name(name: str) -> str:
    """The name in Unicode NFC without white space around it; ArgumentError where nothing useful is left."""
    if not isinstance(name, str):
        raise ArgumentError(f"A name is {type(name).__name__}; expected text.")
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean or len(clean) > LONGEST_NAME:
        raise ArgumentError(f"A name of {len(clean)} characters: expected 1 to {LONGEST_NAME}.")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in clean):
        raise ArgumentError(f"The name {clean!r} holds control characters; expected text.")
    return clean
