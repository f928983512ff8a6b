"""A gallery in one SQLite file: the store that Mien uses unless told otherwise."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import mien
from mien.errors import ArgumentError, PersonExists, PersonNotFound
from mien.gallery import sidecar
from mien.gallery.stores import rows
from mien.gallery.stores.base import (
    Change,
    Face,
    Forgotten,
    Info,
    Kind,
    Model,
    NewFace,
    Person,
    What,
    clean_name,
)
from mien.gallery.stores.connections import Connections, connect, explained, transaction
from mien.gallery.stores.files import make_file, require_gallery, require_sqlite
from mien.gallery.stores.schema import APPLICATION_ID, SCHEMA, TABLES
from mien.gallery.templates import Templates

BATCH = 4096  # templates read at once
PATIENCE = 10.0  # seconds to wait for another writer before GalleryBusy


class SQLiteStore:
    """See `mien.gallery.stores.base.Store`; SQLite in WAL mode, each commit flushed to the disk.

    >>> with SQLiteStore.open("family.mien", create=True) as store:      # doctest: +SKIP
    ...     store.enroll("Grace Hopper", [face])
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._pool = Connections(path, timeout)

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, timeout: float = PATIENCE) -> Self:
        """Open a gallery file, or with `create` make it where there is none.

        timeout: seconds to wait for other writers.
        Raises GalleryNotFound, GalleryCorrupt (not a gallery, damaged, or from a newer Mien), GalleryError.
        """
        path = Path(path)
        if create:
            make_file(path)
        require_sqlite(path, may_be_empty=create)
        with explained(path, timeout):
            db = connect(path, timeout)
            try:
                if create:
                    initialise(db)
                require_gallery(db, path)
            finally:
                db.close()
        return cls(path, timeout)

    @property
    def cache(self) -> Path:
        """Disposable files beside the gallery have names that begin with this path."""
        return self._path

    def close(self) -> None:
        """Close all connections; the last one in any process folds the write-ahead log into the file."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def info(self) -> Info:
        """Identity and counts."""
        with self._pool.reading() as db:
            return rows.info(db)

    def people(self) -> list[Person]:
        """Everybody, by name in code point order."""
        with self._pool.reading() as db:
            return rows.people(db, "1 ORDER BY name", ())

    def person(self, name: str) -> Person:
        """The person of that name, or PersonNotFound."""
        with self._pool.reading() as db:
            return self._named(db, name)

    def people_by_id(self, ids: Sequence[int]) -> dict[int, Person]:
        """People by id; whoever is not there is left out."""
        with self._pool.reading() as db:
            found = [rows.people(db, f"id IN ({marks})", part) for marks, part in rows.chunks(ids)]
        return {person.id: person for part in found for person in part}

    def faces(self, name: str) -> list[Face]:
        """Faces of the person of that name in the order of enrolment, or PersonNotFound."""
        with self._pool.reading() as db:
            return rows.faces(db, self._named(db, name).id)

    def add_person(self, name: str) -> Person:
        """A new person without faces, or PersonExists."""
        name = clean_name(name)
        with self._pool.writing() as db:
            if rows.people(db, "name = ?", (name,)):
                raise PersonExists(f"{self._path}: {name!r} is there already; use another name, or rename.")
            return self._with_id(db, rows.add_person(db, name, time.time()))

    def add_faces(self, person_id: int, faces: Sequence[NewFace]) -> list[int]:
        """Ids of the faces added to the person, whose means now include them, or PersonNotFound."""
        encoded = [rows.encoded(face) for face in faces]
        with self._pool.writing() as db:
            self._with_id(db, person_id)
            return rows.add_faces(db, person_id, encoded, time.time())

    def enroll(self, name: str, faces: Sequence[NewFace]) -> Person:
        """Add at least one face to the person of that name, who is added too where new."""
        return self.enroll_many([(name, faces)])[0]

    def enroll_many(self, people: Iterable[tuple[str, Sequence[NewFace]]]) -> list[Person]:
        """`enroll` for many people: all of them, or none when it raises."""
        prepared = [(clean_name(name), [rows.encoded(face) for face in faces]) for name, faces in people]
        for name, faces in prepared:
            if not faces:
                raise ArgumentError(f"No face to enrol for {name!r}; expected at least one.")
        now = time.time()
        with self._pool.writing() as db:
            ids = []
            for name, faces in prepared:
                known = rows.people(db, "name = ?", (name,))
                ids.append(known[0].id if known else rows.add_person(db, name, now))
                rows.add_faces(db, ids[-1], faces, now)
            return [self._with_id(db, person_id) for person_id in ids]

    def rename(self, old: str, new: str) -> Person:
        """Give a person another name: PersonNotFound, or PersonExists where the new one is another's."""
        new = clean_name(new)
        with self._pool.writing() as db:
            person = self._named(db, old)
            taken = rows.people(db, "name = ? AND id <> ?", (new, person.id))
            if taken:
                raise PersonExists(
                    f"{self._path}: {new!r} is somebody else's name; forget or rename them first."
                )
            now = time.time()
            db.execute("UPDATE people SET name = ?, updated = ? WHERE id = ?", (new, now, person.id))
            rows.log(db, now, What.PERSON_RENAMED, person.id)
            return self._with_id(db, person.id)

    def remove_face(self, face_id: int) -> None:
        """Remove one face and take it out of its person's means, or ArgumentError where there is none."""
        with self._pool.writing() as db:
            if not rows.remove_face(db, face_id, time.time()):
                raise ArgumentError(f"{self._path}: no face {face_id}; `faces(name)` lists them.")
        self._clean()

    def forget(self, name: str) -> Forgotten:
        """Remove a person with all faces and templates, also from free pages, logs and caches."""
        with self._pool.writing() as db:
            person = self._named(db, name)
            faces, templates = rows.forget(db, person.id, time.time())
        return Forgotten(person.id, len(faces), templates, self._clean())

    def seq(self) -> int:
        """Number of the last change."""
        with self._pool.plain() as db:
            return rows.last_seq(db)

    def changes_since(self, seq: int) -> list[Change]:
        """Changes after that number, oldest first."""
        with self._pool.reading() as db:
            return rows.changes(db, seq)

    def count(self, model: Model, kind: Kind) -> int:
        """How many templates there are."""
        with self._pool.reading() as db:
            return rows.count(db, model, kind)

    def templates(self, model: Model, kind: Kind) -> Iterator[Templates]:
        """All templates in ascending order of key, by the thousand; each batch is as of when it is read."""
        last = -1
        while True:
            with self._pool.reading() as db:
                batch = rows.templates_after(db, model, kind, last, BATCH)
            if not len(batch):
                return
            yield batch
            last = int(batch.keys[-1])

    def fetch(self, model: Model, kind: Kind, keys: Sequence[int]) -> Templates:
        """The templates under those person or face ids; what is not there is left out."""
        with self._pool.reading() as db:
            return rows.templates_of(db, model, kind, keys)

    def _clean(self) -> bool:
        """Clear removed bytes from the write-ahead log and the sidecars; False where readers kept the log."""
        sidecar.scrub(self.cache, self.changes_since)
        with self._pool.plain() as db:
            blocked: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not blocked

    def _named(self, db: sqlite3.Connection, name: str) -> Person:
        found = rows.people(db, "name = ?", (clean_name(name),))
        if not found:
            raise PersonNotFound(
                f"{self._path}: nobody is called {name!r}; `mien people list` shows who is there."
            )
        return found[0]

    def _with_id(self, db: sqlite3.Connection, person_id: int) -> Person:
        found = rows.people(db, "id = ?", (person_id,))
        if not found:
            raise PersonNotFound(f"{self._path}: no person has the id {person_id}.")
        return found[0]


def initialise(db: sqlite3.Connection) -> None:
    """Make the tables in an empty file, unless it has some; two processes may try at once."""
    if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        return
    db.execute("PRAGMA journal_mode = WAL")
    with transaction(db, "BEGIN IMMEDIATE"):
        if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return
        for statement in TABLES.split(";"):
            db.execute(statement)
        db.execute(
            "INSERT INTO gallery (id, uuid, created, mien) VALUES (1, ?, ?, ?)",
            (str(uuid.uuid4()), time.time(), mien.__version__),
        )
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA}")
