"""The plain records that go into a gallery's store and come out of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.types import Issue

if TYPE_CHECKING:
    from mien.gallery.protection.receipt import Receipt

LONGEST_NAME = 500  # characters
GROUP = re.compile(r"group-([0-9]{1,18})")  # how people are called who have no name yet, by id


class Kind(StrEnum):
    """What a template stands for: a person (the mean of the faces) or one face."""

    PERSON = "person"
    FACE = "face"


class What(StrEnum):
    """What a change did; an index follows these."""

    PERSON_ADDED = "person added"
    PERSON_RENAMED = "person renamed"
    PERSON_REMOVED = "person removed"
    FACE_ADDED = "face added"
    FACE_MOVED = "face moved"
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
    crop: bytes = b""


@dataclass(frozen=True, eq=False)
class Photograph:
    """A picture that was looked through: its faces belong to nobody yet; problem says why it has none."""

    source: str
    sha256: str
    faces: tuple[NewFace, ...]
    problem: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody in the gallery, or a group of faces that has no name yet (it is called `group-12`, by its id).

    faces: how many confirmed faces there are, from which the templates are made; found: how many more were put
    here by clustering and await confirmation. quality: the best of the confirmed faces, 0 without any.
    updated: when a face or the name last changed.
    """

    id: int
    name: str
    faces: int
    created: datetime
    updated: datetime
    found: int = 0
    quality: float = 0.0
    named: bool = True


@dataclass(frozen=True)
class Face:
    """A face in the gallery, without its templates (fields as in `NewFace`).

    person_id: None while it is nobody's. confirmed: a person said so; otherwise clustering did.
    """

    id: int
    person_id: int | None
    source: str
    sha256: str
    box: tuple[float, float, float, float]
    quality: float
    issues: tuple[Issue, ...]
    enrolled: datetime
    confirmed: bool = True


@dataclass(frozen=True)
class Change:
    """One line of the log of changes; ids are never used again after a removal."""

    seq: int
    time: datetime
    what: What
    person_id: int | None
    face_id: int | None


@dataclass(frozen=True)
class Move:
    """A face from one person (or nobody: None) to another, confirmed by hand or not, before and after."""

    face: int
    before: int | None
    after: int | None
    was_confirmed: bool
    confirmed: bool


@dataclass(frozen=True)
class Naming:
    """A person's name before and after; None is having none."""

    person: int
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Apart:
    """Two faces are of different people: said, or (added is False) no longer said."""

    a: int
    b: int
    added: bool


@dataclass(frozen=True)
class Rejection:
    """A face is not that person: said, or (added is False) no longer said."""

    face: int
    person: int
    added: bool


@dataclass(frozen=True)
class Step:
    """A repair of who is who, as what was before and after, so that it can be checked and undone.

    number and time are given by the store; undoes is the number of the step that this one takes back.
    """

    action: str
    moves: tuple[Move, ...] = ()
    namings: tuple[Naming, ...] = ()
    apart: tuple[Apart, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    undoes: int | None = None
    number: int = 0
    time: datetime | None = None
    actor: str = ""


@dataclass(frozen=True)
class Bonds:
    """What must not come together, by ids: apart (a, b) pairs of faces, rejected (face, person)."""

    apart: tuple[tuple[int, int], ...]
    rejected: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Charter:
    """Why a gallery may exist and for how long it keeps a face.

    purpose and legal_basis: in words; the basis "consent" means that nobody is enrolled without one that is in force.
    retention: days after its enrolment that a face is kept, None for no end.
    """

    purpose: str = "personal use"
    legal_basis: str = "household"
    retention: float | None = None


@dataclass(frozen=True)
class Consent:
    """A person's agreement: to which version of the text, when, how that is proven, until when, and its end.

    proof: in words, such as the path of a signed form. expires, withdrawn: None for never.
    """

    version: str
    proof: str
    given: datetime | None = None
    expires: datetime | None = None
    withdrawn: datetime | None = None


@dataclass(frozen=True)
class Forgotten:
    """What forgetting removed; cleaned says whether the write-ahead log was emptied too, receipt proves it."""

    person_id: int
    faces: int
    templates: int
    cleaned: bool
    receipt: Receipt


@dataclass(frozen=True)
class Info:
    """A gallery at a glance; seq is the number of its last change, 0 before the first.

    people: with a name; groups: without; faces: all of them, of which loose are nobody's.
    """

    uuid: str
    created: datetime
    mien: str
    schema: int
    people: int
    faces: int
    seq: int
    models: tuple[Model, ...]
    groups: int = 0
    loose: int = 0
    photographs: int = 0
    charter: Charter = Charter()
    sealed: bool = False


def clean_name(name: str) -> str:
    """The name in Unicode NFC without white space around it; ArgumentError where nothing useful is left."""
    if not isinstance(name, str):
        raise ArgumentError(f"A name is {type(name).__name__}; expected text.")
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean or len(clean) > LONGEST_NAME:
        raise ArgumentError(f"A name of {len(clean)} characters: expected 1 to {LONGEST_NAME}.")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in clean):
        raise ArgumentError(f"The name {clean!r} holds control characters; expected text.")
    if GROUP.fullmatch(clean):
        raise ArgumentError(f"{clean!r} names a group of faces that has no name yet; choose another name.")
    return clean
