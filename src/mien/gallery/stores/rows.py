"""Rows of the gallery's tables to records and back; each function works inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mien.errors import ArgumentError, ModelMismatch
from mien.gallery.stores.base import Change, Face, Info, Kind, Model, NewFace, Person, What
from mien.gallery.stores.schema import SCHEMA
from mien.gallery.templates import Templates, encode, mean
from mien.types import Issue

PARAMETERS = 500  # in one statement; older SQLite allows 999

_KEY = {Kind.PERSON: "person_id", Kind.FACE: "face_id"}
_WHERE = {Kind.PERSON: "face_id IS NULL", Kind.FACE: "face_id IS NOT NULL"}


@dataclass(frozen=True, eq=False)
class EncodedFace:
    """A face to enrol, checked, its embeddings as (half, int8, scale) to be stored."""

    face: NewFace
    templates: tuple[tuple[Model, bytes, bytes, float], ...]


def encoded(face: NewFace) -> EncodedFace:
    """Check a face and encode its embeddings, outside of any transaction."""
    if not face.embeddings:
        raise ArgumentError(f"The face from {face.source!r} has no embedding; expected at least one.")
    if not np.isfinite(face.box).all() or not 0 <= face.quality <= 1:
        raise ArgumentError(
            f"The face from {face.source!r} has box {face.box} and quality {face.quality}; "
            "expected finite pixels and a quality from 0 to 1."
        )
    templates = []
    for model, embedding in face.embeddings.items():
        if np.shape(embedding) != (model.dim,):
            raise ArgumentError(
                f"The embedding of the face from {face.source!r} has shape {np.shape(embedding)}; "
                f"{model.name} makes ({model.dim},)."
            )
        templates.append((model, *stored(np.asarray(embedding))))
    return EncodedFace(face, tuple(templates))


def stored(vector: np.ndarray[Any, Any]) -> tuple[bytes, bytes, float]:
    """(half, int8, scale) of a vector (d,) as the columns of a template."""
    half, int8, scale = encode(vector[None])
    return half.astype("<f2").tobytes(), int8.tobytes(), float(scale[0])


def moment(seconds: float) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(seconds, UTC)


def info(db: sqlite3.Connection) -> Info:
    """Identity and counts."""
    uuid, created, version = db.execute("SELECT uuid, created, mien FROM gallery").fetchone()
    people, faces = db.execute(
        "SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM faces)"
    ).fetchone()
    models = db.execute("SELECT name, version, sha256, dim FROM models ORDER BY id").fetchall()
    return Info(
        uuid, moment(created), version, SCHEMA, people, faces, last_seq(db), tuple(Model(*m) for m in models)
    )


def people(db: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[Person]:
    """People for which the SQL condition holds."""
    found = db.execute(
        "SELECT id, name, (SELECT count(*) FROM faces WHERE person_id = people.id), created, updated "
        f"FROM people WHERE {where}",
        values,
    )
    return [Person(i, name, n, moment(created), moment(updated)) for i, name, n, created, updated in found]


def faces(db: sqlite3.Connection, person_id: int) -> list[Face]:
    """Faces of a person, oldest first."""
    found = db.execute(
        "SELECT id, person_id, source, sha256, x1, y1, x2, y2, quality, issues, enrolled "
        "FROM faces WHERE person_id = ? ORDER BY id",
        (person_id,),
    )
    return [
        Face(i, person, source, sha, (x1, y1, x2, y2), q, tuple(Issue[n] for n in issues.split()), moment(t))
        for i, person, source, sha, x1, y1, x2, y2, q, issues, t in found
    ]


def add_person(db: sqlite3.Connection, name: str, now: float) -> int:
    """The id of a new person."""
    added = db.execute("INSERT INTO people (name, created, updated) VALUES (?, ?, ?)", (name, now, now))
    log(db, now, What.PERSON_ADDED, inserted(added))
    return inserted(added)


def add_faces(db: sqlite3.Connection, person_id: int, faces: Sequence[EncodedFace], now: float) -> list[int]:
    """Ids of the faces added; the person's means follow."""
    ids = [_add_face(db, person_id, face, now) for face in faces]
    for model_id in {_model_id(db, model) for face in faces for model, *_ in face.templates}:
        _refresh_mean(db, person_id, model_id)
    db.execute("UPDATE people SET updated = ? WHERE id = ?", (now, person_id))
    return ids


def _add_face(db: sqlite3.Connection, person_id: int, new: EncodedFace, now: float) -> int:
    face = new.face
    issues = " ".join(issue.name for issue in face.issues)
    box = tuple(float(x) for x in face.box)
    face_id = inserted(
        db.execute(
            "INSERT INTO faces (person_id, source, sha256, x1, y1, x2, y2, quality, issues, enrolled) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (person_id, face.source, face.sha256, *box, float(face.quality), issues, now),
        )
    )
    db.executemany(
        "INSERT INTO templates (person_id, face_id, model_id, half, int8, scale) VALUES (?, ?, ?, ?, ?, ?)",
        [(person_id, face_id, _model_id(db, model), *columns) for model, *columns in new.templates],
    )
    log(db, now, What.FACE_ADDED, person_id, face_id)
    return face_id


def remove_face(db: sqlite3.Connection, face_id: int, now: float) -> bool:
    """Whether there was such a face to remove; the person's means follow."""
    found = db.execute("SELECT person_id FROM faces WHERE id = ?", (face_id,)).fetchone()
    if found is None:
        return False
    person_id: int = found[0]
    models = db.execute("SELECT model_id FROM templates WHERE face_id = ?", (face_id,)).fetchall()
    db.execute("DELETE FROM faces WHERE id = ?", (face_id,))
    for (model_id,) in models:
        _refresh_mean(db, person_id, model_id)
    db.execute("UPDATE people SET updated = ? WHERE id = ?", (now, person_id))
    log(db, now, What.FACE_REMOVED, person_id, face_id)
    return True


def forget(db: sqlite3.Connection, person_id: int, now: float) -> tuple[list[int], int]:
    """(face ids, number of templates) that were removed with the person."""
    ids = [face.id for face in faces(db, person_id)]
    templates: int = db.execute(
        "SELECT count(*) FROM templates WHERE person_id = ?", (person_id,)
    ).fetchone()[0]
    db.execute("DELETE FROM people WHERE id = ?", (person_id,))
    for face_id in ids:
        log(db, now, What.FACE_REMOVED, person_id, face_id)
    log(db, now, What.PERSON_FORGOTTEN, person_id)
    return ids, templates


def log(db: sqlite3.Connection, now: float, what: What, person_id: int, face_id: int | None = None) -> None:
    """Note a change for the indexes of all processes."""
    db.execute(
        "INSERT INTO changes (time, what, person_id, face_id) VALUES (?, ?, ?, ?)",
        (now, what.value, person_id, face_id),
    )


def last_seq(db: sqlite3.Connection) -> int:
    """Number of the last change, 0 before the first."""
    seq: int = db.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0]
    return seq


def changes(db: sqlite3.Connection, seq: int) -> list[Change]:
    """Changes after that number, oldest first."""
    found = db.execute(
        "SELECT seq, time, what, person_id, face_id FROM changes WHERE seq > ? ORDER BY seq", (seq,)
    )
    return [Change(s, moment(t), What(what), person, face) for s, t, what, person, face in found]


def count(db: sqlite3.Connection, model: Model, kind: Kind) -> int:
    """How many templates there are of a model and kind."""
    n: int = db.execute(
        "SELECT count(*) FROM templates "
        f"WHERE model_id = (SELECT id FROM models WHERE sha256 = ?) AND {_WHERE[kind]}",
        (model.sha256,),
    ).fetchone()[0]
    return n


def templates_after(db: sqlite3.Connection, model: Model, kind: Kind, key: int, limit: int) -> Templates:
    """The next templates in ascending order of key."""
    return _templates(db, model, kind, "{key} > ? ORDER BY {key} LIMIT ?", (key, limit))


def templates_of(db: sqlite3.Connection, model: Model, kind: Kind, keys: Sequence[int]) -> Templates:
    """The templates under the given keys, in ascending order of key."""
    ordered = sorted({int(key) for key in keys})
    parts = [
        _templates(db, model, kind, f"{{key}} IN ({marks}) ORDER BY {{key}}", part)
        for marks, part in chunks(ordered)
    ] or [_templates(db, model, kind, "0", ())]
    return Templates(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.people for part in parts]),
        np.concatenate([part.half for part in parts]),
        np.concatenate([part.int8 for part in parts]),
        np.concatenate([part.scale for part in parts]),
    )


def _templates(
    db: sqlite3.Connection, model: Model, kind: Kind, condition: str, values: Sequence[Any]
) -> Templates:
    key = _KEY[kind]
    found = db.execute(
        f"SELECT {key}, person_id, half, int8, scale FROM templates "
        f"WHERE model_id = (SELECT id FROM models WHERE sha256 = ?) AND {_WHERE[kind]} "
        f"AND {condition.format(key=key)}",
        (model.sha256, *values),
    ).fetchall()
    keys, persons, half, int8, scale = zip(*found, strict=True) if found else ((), (), (), (), ())
    return Templates(
        np.array(keys, np.int64),
        np.array(persons, np.int64),
        np.frombuffer(b"".join(half), "<f2").reshape(-1, model.dim).astype(np.float16, copy=False),
        np.frombuffer(b"".join(int8), np.int8).reshape(-1, model.dim),
        np.array(scale, np.float32),
    )


def _refresh_mean(db: sqlite3.Connection, person_id: int, model_id: int) -> None:
    """Make the person's mean template what the faces' templates now say; none where they cancel out."""
    dim = db.execute("SELECT dim FROM models WHERE id = ?", (model_id,)).fetchone()[0]
    halves = db.execute(
        "SELECT half FROM templates "
        "WHERE person_id = ? AND model_id = ? AND face_id IS NOT NULL ORDER BY face_id",
        (person_id, model_id),
    ).fetchall()
    direction = mean(np.frombuffer(b"".join(half for (half,) in halves), "<f2").reshape(-1, dim))
    if direction is None:
        db.execute(
            "DELETE FROM templates WHERE person_id = ? AND model_id = ? AND face_id IS NULL",
            (person_id, model_id),
        )
    else:
        db.execute(
            "INSERT INTO templates (person_id, model_id, half, int8, scale) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (model_id, person_id) WHERE face_id IS NULL "
            "DO UPDATE SET half = excluded.half, int8 = excluded.int8, scale = excluded.scale",
            (person_id, model_id, *stored(direction)),
        )


def _model_id(db: sqlite3.Connection, model: Model) -> int:
    """The row of a model, made when it is first used."""
    found = db.execute("SELECT id, dim FROM models WHERE sha256 = ?", (model.sha256,)).fetchone()
    if found is None:
        return inserted(
            db.execute(
                "INSERT INTO models (name, version, sha256, dim) VALUES (?, ?, ?, ?)",
                (model.name, model.version, model.sha256, model.dim),
            )
        )
    if found[1] != model.dim:
        raise ModelMismatch(f"{model.name}: its templates here have {found[1]} components, not {model.dim}.")
    return int(found[0])


def inserted(cursor: sqlite3.Cursor) -> int:
    """The id of the row that was just inserted."""
    assert cursor.lastrowid is not None  # only None before the first INSERT
    return cursor.lastrowid


def chunks(ids: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    """(question marks, values) for statements over any number of ids."""
    for i in range(0, len(ids), PARAMETERS):
        part = [int(x) for x in ids[i : i + PARAMETERS]]
        yield ", ".join("?" * len(part)), part
