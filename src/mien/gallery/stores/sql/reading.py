"""What a store can be asked, over tables in SQL; a database adds its connections."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from mien.errors import PersonNotFound
from mien.gallery.protection.chain import Entry, Head
from mien.gallery.protection.envelope import Envelope
from mien.gallery.stores.base import Searcher
from mien.gallery.stores.records import (
    Bonds,
    Change,
    Consent,
    Face,
    Info,
    Kind,
    Model,
    Person,
    Step,
)
from mien.gallery.stores.sql import (
    audit,
    check,
    consents,
    faces,
    gallery,
    people,
    photographs,
    removal,
    session,
    steps,
    templates,
)
from mien.gallery.stores.sql.session import Db, Session
from mien.gallery.templates import Templates

BATCH = 4096  # templates, or entries of the audit log, read at once


class SqlReading(ABC):
    """The part of `mien.gallery.stores.base.Store` that changes nothing.

    name: what errors call the gallery. actor: who acts, for the logs.
    """

    def __init__(self, name: str, envelope: Envelope, actor: str) -> None:
        self.name = name
        self.actor = actor
        self._envelope = envelope

    @abstractmethod
    def _read(self) -> AbstractContextManager[Db]:
        """A transaction that sees one state and changes nothing."""

    @abstractmethod
    def _damage(self) -> list[str]:
        """What the database itself finds wrong."""

    @abstractmethod
    def searcher(self, model: Model, kind: Kind) -> Searcher:
        """A search that sees every committed change."""

    @abstractmethod
    def close(self) -> None:
        """Let go of all connections; calling it again does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def info(self) -> Info:
        """Identity, charter and counts."""
        with self._read() as db:
            return gallery.info(db)

    def secret(self, purpose: str) -> bytes:
        """32 secret bytes of this gallery."""
        return self._envelope.secret(purpose)

    def people(self) -> list[Person]:
        """Everybody who has a name, in code point order."""
        with self._reading() as s:
            return people.named(s)

    def groups(self) -> list[Person]:
        """Groups without a name, the largest first."""
        with self._reading() as s:
            return people.groups(s)

    def person(self, name: str) -> Person:
        """The person or group of that name, or PersonNotFound."""
        with self._reading() as s:
            return self._named(s, name)

    def people_by_id(self, ids: Sequence[int]) -> dict[int, Person]:
        """People and groups by id; whoever is not there is left out."""
        with self._reading() as s:
            return people.by_id(s, ids)

    def faces(self, name: str) -> list[Face]:
        """Faces of the person of that name, confirmed ones first, by id; or PersonNotFound."""
        with self._reading() as s:
            return faces.of_person(s, self._named(s, name).id)

    def faces_by_id(self, ids: Sequence[int]) -> dict[int, Face]:
        """Faces by id; what is not there is left out."""
        with self._reading() as s:
            return faces.by_id(s, ids)

    def crop(self, face_id: int) -> bytes:
        """The picture that was kept of a face as JPEG, b"" where none was."""
        with self._reading() as s:
            return faces.crop(s, face_id)

    def known_photographs(self, sha256s: Sequence[str]) -> set[str]:
        """Which of these pictures were looked through before."""
        with self._reading() as s:
            return photographs.known(s, sha256s)

    def steps(self, *, last: int = 50) -> list[Step]:
        """The last repairs, newest first, without what they moved."""
        with self._reading() as s:
            return steps.last(s, last)

    def step(self, number: int) -> Step:
        """A whole repair; ArgumentError where there is none of that number, or its names were forgotten."""
        with self._reading() as s:
            return steps.one(s, number)

    def bonds(self) -> Bonds:
        """All that was said to be apart, and all rejections."""
        with self._reading() as s:
            return steps.bonds(s)

    def seq(self) -> int:
        """Number of the last change."""
        with self._read() as db:
            return session.last_seq(db)

    def changes_since(self, seq: int) -> list[Change]:
        """Changes after that number, oldest first."""
        with self._read() as db:
            return session.changes(db, seq)

    def count(self, model: Model, kind: Kind) -> int:
        """How many templates there are."""
        with self._reading() as s:
            return templates.count(s, model, kind)

    def templates(self, model: Model, kind: Kind) -> Iterator[Templates]:
        """All templates in ascending order of key, by the thousand; each batch is as of when it is read."""
        last = -1
        while True:
            with self._reading() as s:
                batch = templates.after(s, model, kind, last, BATCH)
            if not len(batch):
                return
            yield batch
            last = int(batch.keys[-1])

    def fetch(self, model: Model, kind: Kind, keys: Sequence[int]) -> Templates:
        """The templates under those person or face ids; what is not there is left out."""
        with self._reading() as s:
            return templates.of(s, model, kind, keys)

    def calibration(self, model: Model) -> dict[str, Any] | None:
        """What was measured on this gallery's own people, None where nothing was."""
        with self._read() as db:
            return gallery.calibration(db, model)

    def consents(self, name: str) -> list[Consent]:
        """A person's consents, oldest first, or PersonNotFound."""
        with self._reading() as s:
            return consents.of_person(s, self._named(s, name).id)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The audit log in order, from the entry after that number."""
        while True:
            with self._read() as db:
                batch = audit.after(db, after, BATCH)
            if not batch:
                return
            yield from batch
            after = batch[-1].seq

    def head(self) -> Head:
        """The last entry of the audit log, as it is kept apart from the log."""
        with self._read() as db:
            return audit.head(db)

    def sign(self, message: bytes) -> bytes:
        """The gallery's signature."""
        return self._envelope.sign(message)

    def problems(self) -> list[str]:
        """One sentence for each thing that is wrong in the gallery; empty where all is well."""
        damage = self._damage()
        if damage:
            return damage
        with self._reading() as s:
            return check.problems(s)

    def remains(self, person_id: int | None, face_ids: Sequence[int]) -> dict[str, int]:
        """How many rows there are of these in each table that holds anything of people."""
        with self._reading() as s:
            return removal.remains(s, person_id, face_ids)

    @contextmanager
    def _reading(self, now: datetime | None = None) -> Iterator[Session]:
        with self._read() as db:
            yield Session(db, self._envelope, self.actor, seconds(now))

    def _named(self, s: Session, name: str) -> Person:
        found = people.by_name(s, name)
        if not found:
            raise PersonNotFound(
                f"{self.name}: nobody is called {name!r}; `mien people list` shows who is there."
            )
        return found


def seconds(now: datetime | None) -> float:
    """A moment as it is stored; None is this one."""
    return time.time() if now is None else now.timestamp()
