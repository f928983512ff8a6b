"""Brings a gallery file of an earlier schema up to this one, in one transaction, and notes it in the audit log."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.errors import GalleryError
from mien.gallery import sidecar
from mien.gallery.protection import chain
from mien.gallery.protection.rotation import rotation, turn
from mien.gallery.stores.records import GROUP, Charter, Model, NewFace
from mien.gallery.stores.sql import audit, faces, gallery, people, templates
from mien.gallery.stores.sql.session import Row, Session
from mien.gallery.stores.sql.tables import SCHEMA
from mien.gallery.stores.sqlite.connections import transaction
from mien.gallery.stores.sqlite.schema import make_tables
from mien.types import Issue

OLD = ("gallery", "people", "models", "faces", "templates", "changes")
FACES = 4096  # moved together


def migrate(db: sqlite3.Connection, path: Path, actor: str) -> None:
    """From schema 1, whatever was there; two processes may try at once. GalleryError where it cannot be written."""
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA legacy_alter_table = ON")  # references keep the names of the new tables
    try:
        with transaction(db, "BEGIN IMMEDIATE"):
            if db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
                return
            sidecar.discard(path)  # they hold the templates as they were
            for (index,) in db.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
            ).fetchall():
                db.execute(f"DROP INDEX {index}")
            for table in OLD:
                db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
            make_tables(db)
            _copy(db, actor)
            for table in reversed(OLD):
                db.execute(f"DROP TABLE old_{table}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
            raise
        raise GalleryError(
            f"{path}: made by an earlier Mien (schema 1), to be brought up to date once, and it may only be read; "
            "allow writing to it and to its folder, or open a copy elsewhere."
        ) from error
    finally:
        db.execute("PRAGMA legacy_alter_table = OFF")
        db.execute("PRAGMA foreign_keys = ON")


def _copy(db: sqlite3.Connection, actor: str) -> None:
    now = time.time()
    gallery.create(db, Charter(), None, actor, now)
    uuid, created = db.execute("SELECT uuid, created FROM old_gallery").fetchone()
    s = Session(db, gallery.opened(db, None, "the gallery"), actor, now)
    db.execute("DELETE FROM audit")  # its origin is the uuid
    start = chain.origin(uuid, s.envelope.sign)
    db.execute(
        "UPDATE gallery SET uuid = ?, created = ?, last_entry = 0, last_link = ?", (uuid, created, start.link)
    )
    renamed = _copy_people(s)
    for batch in _faces(db):
        _move_faces(s, batch)
    db.execute(
        "INSERT INTO changes SELECT seq, time, replace(what, 'person forgotten', 'person removed'), "
        "person_id, face_id FROM old_changes"
    )
    for kind, table in (("person", "people"), ("face", "faces"), ("seq", "changes")):
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (f"old_{table}",)).fetchone()
        db.execute(f"UPDATE gallery SET last_{kind} = ?", (last[0] if last else 0,))
    templates.refresh_means(s, [i for (i,) in db.execute("SELECT id FROM people ORDER BY id").fetchall()])
    audit.append(s, "migrate", {"from": 1, "to": SCHEMA, "renamed": renamed})


def _copy_people(s: Session) -> list[int]:
    """Ids of people who needed another name, as theirs is what a group without a name is called now."""
    old = s.db.execute("SELECT id, name, created, updated FROM old_people ORDER BY id").fetchall()
    taken = {name for _, name, _, _ in old}
    rows, renamed = [], []
    for person_id, name, made, updated in old:
        free = name
        if GROUP.fullmatch(name):
            free = next(other for other in _others(name) if other not in taken)
            taken.add(free)
            renamed.append(person_id)
        rows.append((person_id, people.handle(s, free), free.encode(), b"", made, updated))
    s.insert("people", "id, handle, name, key, created, updated", rows)
    return renamed


def _others(name: str) -> Iterator[str]:
    yield f"{name} (person)"
    yield from (f"{name} (person {i})" for i in count(2))


def _faces(db: sqlite3.Connection) -> Iterator[list[Row]]:
    last = 0
    while True:
        rows = db.execute(
            "SELECT id, person_id, source, sha256, x1, y1, x2, y2, quality, issues, enrolled "
            "FROM old_faces WHERE id > ? ORDER BY id LIMIT ?",
            (last, FACES),
        ).fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _move_faces(s: Session, rows: list[Row]) -> None:
    """Add faces with their float16 templates, turned as new ones are, under the ids that they had."""
    held: dict[int, dict[Model, npt.NDArray[np.float32]]] = {row[0]: {} for row in rows}
    for number, *model in s.db.execute(
        "SELECT id, name, version, sha256, dim FROM old_models ORDER BY id"
    ).fetchall():
        found = s.among(
            f"SELECT face_id, half FROM old_templates WHERE model_id = {number} AND face_id IN ({{}})",
            list(held),
        )
        half = np.frombuffer(b"".join(half for _, half in found), "<f2").reshape(len(found), model[3])
        matrix = rotation(s.envelope.secret("rotation"), model[3])
        turned = turn(half, matrix).astype(np.float32)
        for (face_id, _), vector in zip(found, turned, strict=True):
            held[face_id][Model(*model)] = vector
    moved = []
    for face_id, person_id, source, sha256, x1, y1, x2, y2, quality, issues, enrolled in rows:
        told = tuple(Issue[name] for name in issues.split())
        face = NewFace(held[face_id], source, sha256, (x1, y1, x2, y2), quality, told)
        moved.append((face_id, person_id, faces.encoded(face), enrolled))
    faces.insert(s, moved)
