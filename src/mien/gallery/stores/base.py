"""The contract that every gallery store keeps.

A store keeps people, their faces and templates, what was repaired by hand, who consented, and two logs: of
changes, for indexes to follow, and of acts, for people to check. It knows nothing of thresholds. Every method
is one transaction: when it returns, the change survives a killed process and a power cut; when it raises,
nothing was changed. A store object may be shared between threads, and any number of processes may have the same
gallery open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

import numpy.typing as npt

from mien.gallery.protection.chain import Entry, Head
from mien.gallery.stores.records import (
    Bonds,
    Change,
    Consent,
    Face,
    Forgotten,
    Info,
    Kind,
    Model,
    NewFace,
    Person,
    Photograph,
    Step,
)
from mien.gallery.templates import Keys, Scales, Templates


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
