"""Brings a gallery file of an earlier schema up to this one, in one transaction, and notes it in the audit log."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import numpy as np

from mien.gallery.protection import chain
from mien.gallery.protection.rotation import rotation, turn
from mien.gallery.stores.base import GROUP, Charter, Model, NewFace
from mien.gallery.stores.sql import audit, faces, gallery, people, templates
from mien.gallery.stores.sql.session import Row, Session
from mien.gallery.stores.sql.tables import SCHEMA
from mien.gallery.stores.sqlite.connections import transaction
from mien.gallery.stores.sqlite.schema import make_tables
from mien.types import Issue

OLD = ("gallery", "people", "models", "faces", "templates", "changes")
FACES = 4096  # moved together


def migrate(db: sqlite3.Connection, actor: str) -> None:
    """From schema 1, whatever was there; two processes may try at once."""
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA legacy_alter_table = ON")  # references keep the names of the new tables
    try:
        with transaction(db, "BEGIN IMMEDIATE"):
            if db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
                return
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
    for person_id, name, made, updated in db.execute("SELECT id, name, created, updated FROM old_people"):
        free = f"{name} (person)" if GROUP.fullmatch(name) else name
        s.insert(
            "people",
            "id, handle, name, key, created, updated",
            [(person_id, people.handle(s, free), free.encode(), b"", made, updated)],
        )
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
    audit.append(s, "migrate", {"from": 1, "to": SCHEMA})


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
    held: dict[int, dict[Model, np.ndarray[tuple[int], np.dtype[np.float32]]]] = {}
    for face_id, half, *model in s.among(
        "SELECT t.face_id, t.half, m.name, m.version, m.sha256, m.dim FROM old_templates t "
        "JOIN old_models m ON m.id = t.model_id WHERE t.face_id IN ({}) ORDER BY t.face_id, m.id",
        [row[0] for row in rows],
    ):
        dim = model[3]
        matrix = rotation(s.envelope.secret("rotation"), dim)
        vector = turn(np.frombuffer(half, "<f2")[None].astype(np.float32), matrix)[0].astype(np.float32)
        held.setdefault(face_id, {})[Model(*model)] = vector
    moved = []
    for face_id, person_id, source, sha256, x1, y1, x2, y2, quality, issues, enrolled in rows:
        told = tuple(Issue[name] for name in issues.split())
        face = NewFace(held[face_id], source, sha256, (x1, y1, x2, y2), quality, told)
        moved.append((face_id, person_id, faces.encoded(face), enrolled))
    faces.insert(s, moved)
