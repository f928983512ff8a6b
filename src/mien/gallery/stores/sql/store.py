"""All that a store does, over tables in SQL; a database adds its connections and how it is cleaned."""

from __future__ import annotations

import getpass
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import mien
from mien.errors import ArgumentError, PersonExists, PersonNotFound
from mien.gallery.protection import receipt
from mien.gallery.stores.records import (
    Consent,
    Forgotten,
    Model,
    NewFace,
    Person,
    Photograph,
    Step,
    clean_name,
)
from mien.gallery.stores.sql import (
    audit,
    consents,
    faces,
    gallery,
    people,
    photographs,
    removal,
    steps,
)
from mien.gallery.stores.sql.faces import EncodedFace
from mien.gallery.stores.sql.reading import SqlReading, seconds
from mien.gallery.stores.sql.session import Db, Session


class SqlStore(SqlReading):
    """See `mien.gallery.stores.base.Store`."""

    @abstractmethod
    def _write(self) -> AbstractContextManager[Db]:
        """The one transaction that may change the gallery: kept at the end, undone when it raises."""

    @abstractmethod
    def _clean(self) -> dict[str, bool]:
        """Clear what was removed from where the database may still have it; places, and whether they are clean."""

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

    def forget(self, name: str) -> Forgotten:
        """Remove a person with all there is of them, also from free pages, logs and caches."""
        with self._writing() as s:
            person = self._named(s, name)
            removed = removal.person(s, person.id, "asked for")
        return self._forgotten([(removed, _subject(person))])[0]

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

    def rekey(self, old: bytes, new: bytes) -> None:
        """Put a sealed gallery under another key; WrongKey where `old` is not its key now."""
        with self._writing() as s:
            gallery.rekey(s, old, new)
        self._clean()

    @contextmanager
    def _writing(self, now: datetime | None = None) -> Iterator[Session]:
        with self._write() as db:
            yield Session(db, self._envelope, self.actor, seconds(now))

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
