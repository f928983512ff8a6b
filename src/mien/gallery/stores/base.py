"""The contract that every gallery store keeps, with the plain records that go in and out.

A store keeps people, their faces and templates, what was repaired by hand, who consented, and two logs: of
changes, for indexes to follow, and of acts, for people to check. It knows nothing of thresholds. Every method
is one transaction: when it returns, the change survives a killed process and a power cut; when it raises,
nothing was changed. A store object may be shared between threads, and any number of processes may have the same
gallery open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.gallery.protection.chain import Entry, Head
from mien.gallery.templates import Keys, Scales, Templates
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


class Searcher(Protocol):
    """Finds the templates that are most similar to a query."""

    def search(self, queries: npt.ArrayLike, k: int) -> tuple[Keys, Scales]:
        """Keys (q, m) int64 and cosines (q, m) float32 of the best k, best first, equal cosines by key."""


class Store(Protocol):
    """See the module's first lines. Names are compared exactly, after `clean_name`; `group-12` names a group.

    Errors of all methods: GalleryBusy when another writer holds on for too long, GalleryCorrupt when the data
    are damaged, GalleryFull when the disk is full, GalleryLost when the connection to a server is gone,
    GalleryError when the store is read-only or was closed.
    """

    def close(self) -> None:
        """Let go of everything; calling it again does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def info(self) -> Info:
        """Identity, charter and counts."""

    def secret(self, purpose: str) -> bytes:
        """32 secret bytes of this gallery, such as what its rotation of templates is made from."""

    # People

    def people(self) -> list[Person]:
        """Everybody who has a name, in code point order."""

    def groups(self) -> list[Person]:
        """Groups of faces that have no name, the largest first."""

    def person(self, name: str) -> Person:
        """The person or group of that name, or PersonNotFound."""

    def people_by_id(self, ids: Sequence[int]) -> dict[int, Person]:
        """People and groups by id; whoever is not (or no longer) there is left out."""

    def add_person(self, name: str) -> Person:
        """A new person without faces, or PersonExists."""

    def enroll(self, name: str, faces: Sequence[NewFace]) -> Person:
        """Add at least one face to the person of that name, who is added too where new.

        ConsentMissing where the legal basis is consent and none is in force for the person.
        """

    def enroll_many(self, people: Iterable[tuple[str, Sequence[NewFace]]]) -> list[Person]:
        """`enroll` for many people: all of them, or none when it raises."""

    def rename(self, old: str, new: str) -> Person:
        """Give a person or group another name: PersonNotFound, or PersonExists where it is another's.

        The faces of a group are confirmed by naming it. This is a step that can be undone.
        """

    def forget(self, name: str) -> Forgotten:
        """Remove a person with all faces, templates, crops and consents, also from free pages, logs and caches."""

    # Faces

    def faces(self, name: str) -> list[Face]:
        """Faces of the person of that name, confirmed ones first, by id; or PersonNotFound."""

    def faces_by_id(self, ids: Sequence[int]) -> dict[int, Face]:
        """Faces by id; what is not there is left out."""

    def crop(self, face_id: int) -> bytes:
        """The picture that was kept of a face as JPEG, b"" where none was."""

    def add_faces(self, person_id: int, faces: Sequence[NewFace]) -> list[int]:
        """Ids of the faces added to the person, whose means now include them, or PersonNotFound."""

    def remove_face(self, face_id: int) -> None:
        """Remove one face and take it out of its person's means, or ArgumentError where there is none."""

    def known_photographs(self, sha256s: Sequence[str]) -> set[str]:
        """Which of these pictures were looked through before."""

    def add_photographs(self, photographs: Sequence[Photograph]) -> int:
        """Remember pictures and their faces, which are nobody's yet; those known are skipped. How many were added."""

    # Repairs

    def reserve_groups(self, n: int) -> list[int]:
        """Ids for n new groups, never used before and never again."""

    def apply(self, step: Step) -> int:
        """Carry out a repair as one transaction; its number.

        GalleryChanged where something is not as the step has it before; ConstraintConflict where it would put
        together what was said to be apart; PersonExists where a name is another's.
        """

    def steps(self, *, last: int = 50) -> list[Step]:
        """The last repairs, newest first, without what they moved."""

    def step(self, number: int) -> Step:
        """A whole repair; ArgumentError where there is none of that number, or its names were forgotten."""

    def bonds(self) -> Bonds:
        """All that was said to be apart, and all rejections."""

    # Search

    def seq(self) -> int:
        """Number of the last change; cheap enough to ask before each search."""

    def changes_since(self, seq: int) -> list[Change]:
        """Changes after that number, oldest first."""

    def count(self, model: Model, kind: Kind) -> int:
        """How many templates there are."""

    def templates(self, model: Model, kind: Kind) -> Iterator[Templates]:
        """All templates in ascending order of key, by the thousand; each batch is as of when it is read.

        A reader asks `seq` first and then fetches again what `changes_since` names. Only people who have a name
        have a template of Kind.PERSON.
        """

    def fetch(self, model: Model, kind: Kind, keys: Sequence[int]) -> Templates:
        """The templates under those person or face ids; what is not there is left out."""

    def searcher(self, model: Model, kind: Kind) -> Searcher:
        """A search that sees every committed change."""

    def calibration(self, model: Model) -> dict[str, Any] | None:
        """What was measured on this gallery's own people (`decide.Calibration`), None where nothing was."""

    def set_calibration(self, model: Model, calibration: dict[str, Any] | None) -> None:
        """Keep or drop this gallery's own calibration."""

    # Privacy

    def give_consent(self, name: str, consent: Consent) -> None:
        """Note a person's consent; whoever is new is added."""

    def withdraw_consent(self, name: str) -> None:
        """End a person's consents now; the next sweep forgets the person where the legal basis is consent."""

    def consents(self, name: str) -> list[Consent]:
        """A person's consents, oldest first, or PersonNotFound."""

    def sweep(self, now: datetime | None = None) -> list[Forgotten]:
        """Remove faces older than the retention, and people whose consents have all ended or who have no face left.

        now: for what moment, by default this one.
        """

    def record(self, action: str, detail: Mapping[str, Any]) -> None:
        """Add an entry to the audit log: whatever was searched and decided, no vectors, images or names."""

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The audit log in order, from the entry after that number."""

    def head(self) -> Head:
        """The last entry of the audit log, as it is kept apart from the log."""

    def sign(self, message: bytes) -> bytes:
        """The gallery's signature, with which audit log and receipts are made and checked."""

    def rekey(self, old: bytes, new: bytes) -> None:
        """Put a sealed gallery under another key of 32 bytes; WrongKey where `old` is not its key now."""

    def problems(self) -> list[str]:
        """One sentence for each thing that is wrong in the gallery; empty where all is well."""

    def remains(self, person_id: int | None, face_ids: Sequence[int]) -> dict[str, int]:
        """How many rows there are of these in each table that holds anything of people; all zeros after `forget`."""


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
