"""All that a store does, over tables in SQL; a database adds its connections and how it is cleaned."""

from __future__ import annotations

import getpass
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import mien
from mien.errors import ArgumentError, PersonExists, PersonNotFound
from mien.gallery.protection import receipt
from mien.gallery.protection.chain import Entry, Head
from mien.gallery.protection.envelope import Envelope
from mien.gallery.stores.base import (
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
    Searcher,
    Step,
    clean_name,
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
from mien.gallery.stores.sql.faces import EncodedFace
from mien.gallery.stores.sql.session import Db, Session
from mien.gallery.templates import Templates

BATCH = 4096  # templates, or entries of the audit log, read at once


class SqlStore(ABC):
    """See `mien.gallery.stores.base.Store`.

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
    def _write(self) -> AbstractContextManager[Db]:
        """The one transaction that may change the gallery: kept at the end, undone when it raises."""

    @abstractmethod
    def _clean(self) -> dict[str, bool]:
        """Clear what was removed from where the database may still have it; places, and whether they are clean."""

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

    def add_person(self, name: str) -> Person:
        """A new person without faces, or PersonExists."""
        name = clean_name(name)
        with self._writing() as s:
            if people.by_name(s, name):
                raise PersonExists(f"{self.name}: {name!r} is there already; use another name, or rename.")
            person_id = people.add(s, [name])[0]
            audit.append(s, "add person", {"person": person_id})
            return people.by_id(s, [person_id])[person_id]

    def enroll(self, name: str, faces: Sequence[NewFace]) -> Person:
        """Add at least one face to the person of that name, who is added too where new."""
        return self.enroll_many([(name, faces)])[0]

    def enroll_many(self, people: Iterable[tuple[str, Sequence[NewFace]]]) -> list[Person]:
        """`enroll` for many people: all of them, or none when it raises."""
        prepared = [(clean_name(name), [faces.encoded(face) for face in each]) for name, each in people]
        for name, each in prepared:
            if not each:
                raise ArgumentError(f"No face to enrol for {name!r}; expected at least one.")
        with self._writing() as s:
            return self._enrolled(s, prepared)

    def _enrolled(self, s: Session, prepared: Sequence[tuple[str, list[EncodedFace]]]) -> list[Person]:
        names = list(dict.fromkeys(name for name, _ in prepared))
        handles = {people.handle(s, name): name for name in names}
        known = s.among("SELECT handle, id FROM people WHERE handle IN ({})", list(handles))
        ids = {handles[bytes(handle)]: person_id for handle, person_id in known}
        consents.require(s, [ids.get(name) for name in names], "somebody who is to be enrolled")
        new = [name for name in names if name not in ids]
        ids |= dict(zip(new, people.add(s, new), strict=True))
        added = [(ids[name], face) for name, each in prepared for face in each]
        faces.add(s, added)
        detail = {"people": len(names), "new": len(new), "faces": len(added)}
        audit.append(s, "enroll", detail | ({"person": ids[names[0]]} if len(names) == 1 else {}))
        enrolled = people.by_id(s, list(ids.values()))
        return [enrolled[ids[name]] for name, _ in prepared]

    def rename(self, old: str, new: str) -> Person:
        """Give a person or group another name; a group's faces are confirmed by that."""
        from mien.gallery import repair

        return repair.name(self, old, new)

    def forget(self, name: str) -> Forgotten:
        """Remove a person with all there is of them, also from free pages, logs and caches."""
        with self._writing() as s:
            person = self._named(s, name)
            removed = removal.person(s, person.id, "asked for")
        return self._forgotten([(removed, _subject(person))])[0]

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

    def add_faces(self, person_id: int, new: Sequence[NewFace]) -> list[int]:
        """Ids of the faces added to the person, whose means now include them, or PersonNotFound."""
        encoded = [faces.encoded(face) for face in new]
        with self._writing() as s:
            if person_id not in people.by_id(s, [person_id]):
                raise PersonNotFound(f"{self.name}: no person has the id {person_id}.")
            consents.require(s, [person_id], "this person")
            ids = faces.add(s, [(person_id, face) for face in encoded])
            audit.append(s, "enroll", {"person": person_id, "people": 1, "new": 0, "faces": len(ids)})
            return ids

    def remove_face(self, face_id: int) -> None:
        """Remove one face and take it out of its person's means, or ArgumentError where there is none."""
        with self._writing() as s:
            if face_id not in faces.by_id(s, [face_id]):
                raise ArgumentError(f"{self.name}: no face {face_id}; `faces(name)` lists them.")
            removal.faces(s, [face_id], "asked for")
        self._clean()

    def known_photographs(self, sha256s: Sequence[str]) -> set[str]:
        """Which of these pictures were looked through before."""
        with self._reading() as s:
            return photographs.known(s, sha256s)

    def add_photographs(self, new: Sequence[Photograph]) -> int:
        """Remember pictures and their faces, which are nobody's yet; those known are skipped. How many were added."""
        encoded = [(one, [faces.encoded(face) for face in one.faces]) for one in new]
        with self._writing() as s:
            if any(each for _, each in encoded):
                consents.require(s, [None], "the people in photographs that are looked through")
            added = photographs.add(s, encoded)
            audit.append(s, "index", {"photographs": added})
            return added

    def reserve_groups(self, n: int) -> list[int]:
        """Ids for n new groups, never used before and never again."""
        with self._writing() as s:
            return list(s.number("person", n))

    def apply(self, step: Step) -> int:
        """Carry out a repair as one transaction; its number."""
        with self._writing() as s:
            return steps.apply(s, step)

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

    def set_calibration(self, model: Model, calibration: dict[str, Any] | None) -> None:
        """Keep or drop this gallery's own calibration."""
        with self._writing() as s:
            gallery.set_calibration(s, faces.model_id(s, model), calibration)

    def give_consent(self, name: str, consent: Consent) -> None:
        """Note a person's consent; whoever is new is added."""
        name = clean_name(name)
        with self._writing() as s:
            known = people.by_name(s, name)
            consents.give(s, known.id if known else people.add(s, [name])[0], consent)

    def withdraw_consent(self, name: str) -> None:
        """End a person's consents now."""
        with self._writing() as s:
            consents.withdraw(s, self._named(s, name).id)

    def consents(self, name: str) -> list[Consent]:
        """A person's consents, oldest first, or PersonNotFound."""
        with self._reading() as s:
            return consents.of_person(s, self._named(s, name).id)

    def sweep(self, now: datetime | None = None) -> list[Forgotten]:
        """Remove faces older than the retention, and people whose consents have ended or who have no face left."""
        with self._reading(now) as s:
            if not any(removal.due(s)):
                return []
        with self._writing(now) as s:
            ended, over = removal.due(s)
            emptied = [i for i in removal.emptied(s, over) if i not in ended]
            named = {i: _subject(person) for i, person in people.by_id(s, [*ended, *emptied]).items()}
            removed = [(removal.person(s, i, "consent has ended"), named[i]) for i in ended]
            removed += [(removal.person(s, i, "retention has ended"), named[i]) for i in emptied]
            rest = removal.due(s)[1]
            if rest:
                removal.faces(s, rest, "retention has ended")
        return self._forgotten(removed)

    def record(self, action: str, detail: Mapping[str, Any]) -> None:
        """Add an entry to the audit log."""
        with self._writing() as s:
            audit.append(s, action, detail)

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

    def rekey(self, old: bytes, new: bytes) -> None:
        """Put a sealed gallery under another key; WrongKey where `old` is not its key now."""
        with self._writing() as s:
            gallery.rekey(s, old, new)
        self._clean()

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
            yield Session(db, self._envelope, self.actor, _seconds(now))

    @contextmanager
    def _writing(self, now: datetime | None = None) -> Iterator[Session]:
        with self._write() as db:
            yield Session(db, self._envelope, self.actor, _seconds(now))

    def _named(self, s: Session, name: str) -> Person:
        found = people.by_name(s, name)
        if not found:
            raise PersonNotFound(
                f"{self.name}: nobody is called {name!r}; `mien people list` shows who is there."
            )
        return found

    def _forgotten(self, removed: Sequence[tuple[removal.Removed, str | None]]) -> list[Forgotten]:
        """What was removed, with the receipts, after the places were cleaned where it may still be."""
        cleaned = self._clean()
        identity = self.info().uuid
        return [
            Forgotten(
                one.person_id,
                len(one.faces),
                one.counts["templates"] + one.counts["means"],
                all(cleaned.values()),
                receipt.make(
                    gallery=identity,
                    person=one.person_id,
                    name=name,
                    faces=one.faces,
                    removed=one.counts,
                    cleaned=cleaned,
                    entry=one.entry,
                    mien=mien.__version__,
                    sign=self.sign,
                ),
            )
            for one, name in removed
        ]


def who() -> str:
    """Whoever is logged in."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in this container
        return "unknown"


def _subject(person: Person) -> str | None:
    """Whom a receipt is about: a group has no name that anybody could know."""
    return person.name if person.named else None


def _seconds(now: datetime | None) -> float:
    return time.time() if now is None else now.timestamp()
