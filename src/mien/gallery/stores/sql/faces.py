"""Rows of faces, with the templates and crops that come with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.errors import ArgumentError, ModelMismatch
from mien.gallery.stores.records import Face, Model, NewFace, What
from mien.gallery.stores.sql import people, templates
from mien.gallery.stores.sql.session import Row, Session, moment, readable
from mien.gallery.templates import unit
from mien.types import Issue

_COLUMNS = "id, person_id, confirmed, key, about, x1, y1, x2, y2, quality, issues, enrolled"


@dataclass(frozen=True, eq=False)
class EncodedFace:
    """A face to enrol, checked, its embeddings as they are stored."""

    face: NewFace
    templates: tuple[tuple[Model, bytes], ...]


def encoded(face: NewFace) -> EncodedFace:
    """Check a face and encode its embeddings, outside of any transaction."""
    if not face.embeddings:
        raise ArgumentError(f"The face from {face.source!r} has no embedding; expected at least one.")
    if not np.isfinite(face.box).all() or not 0 <= face.quality <= 1:
        raise ArgumentError(
            f"The face from {face.source!r} has box {face.box} and quality {face.quality}; "
            "expected finite pixels and a quality from 0 to 1."
        )
    stored = []
    for model, embedding in face.embeddings.items():
        if np.shape(embedding) != (model.dim,):
            raise ArgumentError(
                f"The embedding of the face from {face.source!r} has shape {np.shape(embedding)}; "
                f"{model.name} makes ({model.dim},)."
            )
        stored.append((model, unit(np.asarray(embedding)[None])[0].astype("<f4").tobytes()))
    return EncodedFace(face, tuple(stored))


def add(s: Session, new: Sequence[tuple[int | None, EncodedFace]]) -> list[int]:
    """Ids of the faces added, each to a person (confirmed) or to nobody; the people's means follow."""
    ids = list(s.number("face", len(new)))
    insert(
        s,
        [(face_id, person_id, face, s.now) for face_id, (person_id, face) in zip(ids, new, strict=True)],
    )
    owners = sorted({person_id for person_id, _ in new if person_id is not None})
    templates.refresh_means(s, owners)
    people.touch(s, owners)
    s.log(*((What.FACE_ADDED, person_id, face_id) for face_id, (person_id, _) in zip(ids, new, strict=True)))
    return ids


def insert(s: Session, new: Sequence[tuple[int, int | None, EncodedFace, float]]) -> None:
    """Write rows of faces as (id, person, face, when enrolled), with templates and crops, and nothing else."""
    rows: list[Row] = []
    vectors: list[Row] = []
    crops: list[Row] = []
    used = dict.fromkeys(model for _, _, one, _ in new for model, _ in one.templates)
    models = {model: model_id(s, model) for model in used}
    for face_id, person_id, one, enrolled in new:
        face, wrapped = one.face, s.envelope.new_data_key()
        key = s.envelope.opened(wrapped)
        about = json.dumps([face.sha256, face.source], ensure_ascii=False).encode()
        rows.append(
            (
                face_id,
                person_id,
                int(person_id is not None),
                wrapped,
                key.seal(about, b"about %d" % face_id),
                digest(s, face.sha256),
                *map(float, face.box),
                float(face.quality),
                " ".join(issue.name for issue in face.issues),
                enrolled,
            )
        )
        for model, exact in one.templates:
            number = models[model]
            vectors.append((number, face_id, key.seal(exact, templates.context(number, face_id))))
        if face.crop:
            crops.append((face_id, key.seal(face.crop, b"crop %d" % face_id)))
    s.insert("faces", _COLUMNS.replace("about,", "about, digest,"), rows)
    s.insert("templates", "model_id, face_id, exact", vectors)
    s.insert("crops", "face_id, jpeg", crops)


@readable("What is known of faces")
def of_person(s: Session, person_id: int) -> list[Face]:
    """Faces of a person, confirmed ones first, by id."""
    found = s.db.execute(
        f"SELECT {_COLUMNS} FROM faces WHERE person_id = ? ORDER BY confirmed DESC, id", (person_id,)
    )
    return [_face(s, *row) for row in found.fetchall()]


@readable("What is known of faces")
def by_id(s: Session, ids: Sequence[int]) -> dict[int, Face]:
    """Faces by id."""
    rows = s.among(f"SELECT {_COLUMNS} FROM faces WHERE id IN ({{}})", [int(i) for i in ids])
    return {row[0]: _face(s, *row) for row in rows}


def crop(s: Session, face_id: int) -> bytes:
    """The picture that was kept of a face, or nothing."""
    found = s.db.execute(
        "SELECT f.key, c.jpeg FROM crops c JOIN faces f ON f.id = c.face_id WHERE f.id = ?", (face_id,)
    ).fetchone()
    return s.envelope.opened(found[0]).unseal(found[1], b"crop %d" % face_id) if found else b""


def digest(s: Session, sha256: str) -> bytes:
    """What the picture of that SHA-256 (hexadecimal, or "") is looked up by."""
    return s.envelope.blind(sha256.encode()) if sha256 else b""


def model_id(s: Session, model: Model) -> int:
    """The row of a model, made when it is first used."""
    found = s.db.execute("SELECT id, dim FROM models WHERE sha256 = ?", (model.sha256,)).fetchone()
    if found is None:
        new: int = s.db.execute("SELECT coalesce(max(id), 0) + 1 FROM models").fetchone()[0]
        s.insert(
            "models",
            "id, name, version, sha256, dim",
            [(new, model.name, model.version, model.sha256, model.dim)],
        )
        return new
    if found[1] != model.dim:
        raise ModelMismatch(f"{model.name}: its templates here have {found[1]} components, not {model.dim}.")
    return int(found[0])


def _face(
    s: Session,
    face_id: int,
    person_id: int | None,
    confirmed: int,
    wrapped: bytes,
    about: bytes,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    quality: float,
    issues: str,
    enrolled: float,
) -> Face:
    sha256, source = json.loads(s.envelope.opened(wrapped).unseal(about, b"about %d" % face_id))
    told = tuple(Issue[name] for name in issues.split())
    return Face(
        face_id,
        person_id,
        source,
        sha256,
        (x1, y1, x2, y2),
        quality,
        told,
        moment(enrolled),
        confirmed=bool(confirmed),
    )
