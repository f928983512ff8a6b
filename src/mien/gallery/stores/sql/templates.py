"""Rows of templates, of faces and of people (their means)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from mien.errors import GalleryCorrupt
from mien.gallery.identify import ENROL_QUALITY
from mien.gallery.stores.records import Kind, Model
from mien.gallery.stores.sql.session import Row, Session, readable
from mien.gallery.templates import Templates, mean, packed

# (key, whose it is, wrapped data key, exact) by kind; people who have no name have no mean.
_SELECT = {
    Kind.PERSON: "SELECT t.person_id, t.person_id, p.key, t.exact FROM means t "
    "JOIN people p ON p.id = t.person_id WHERE t.model_id = ? AND ",
    Kind.FACE: "SELECT t.face_id, f.person_id, f.key, t.exact FROM templates t "
    "JOIN faces f ON f.id = t.face_id WHERE t.model_id = ? AND ",
}
_KEY = {Kind.PERSON: "t.person_id", Kind.FACE: "t.face_id"}
_TABLE = {Kind.PERSON: "means", Kind.FACE: "templates"}


def context(model_id: int, face_id: int) -> bytes:
    """What a face's template is sealed for."""
    return b"template %d %d" % (model_id, face_id)


def mean_context(model_id: int, person_id: int) -> bytes:
    """What a person's mean is sealed for."""
    return b"mean %d %d" % (model_id, person_id)


def count(s: Session, model: Model, kind: Kind) -> int:
    """How many templates there are of a model and kind."""
    n: int = s.db.execute(
        f"SELECT count(*) FROM {_TABLE[kind]} WHERE model_id = ?", (_number(s, model),)
    ).fetchone()[0]
    return n


def after(s: Session, model: Model, kind: Kind, key: int, limit: int) -> Templates:
    """The next templates in ascending order of key."""
    number = _number(s, model)
    rows = s.db.execute(
        f"{_SELECT[kind]}{_KEY[kind]} > ? ORDER BY {_KEY[kind]} LIMIT ?", (number, key, limit)
    ).fetchall()
    return _templates(s, model, kind, number, rows)


def of(s: Session, model: Model, kind: Kind, keys: Sequence[int]) -> Templates:
    """The templates under the given keys, in ascending order of key."""
    number = _number(s, model)
    ordered = sorted({int(key) for key in keys})
    sql = f"{_SELECT[kind].replace('?', str(number))}{_KEY[kind]} IN ({{}}) ORDER BY {_KEY[kind]}"
    return _templates(s, model, kind, number, s.among(sql, ordered))


def refresh_means(s: Session, person_ids: Sequence[int]) -> None:
    """Make the means of these people what the templates of their confirmed faces now say."""
    s.without("means", "person_id", person_ids)
    rows: list[Row] = []
    for (person_id, wrapped, model_id), exact in directions(s, person_ids).items():
        key = s.envelope.opened(wrapped)
        rows.append((model_id, person_id, key.seal(exact, mean_context(model_id, person_id))))
    s.insert("means", "model_id, person_id, exact", rows)


def directions(s: Session, person_ids: Sequence[int]) -> dict[tuple[int, bytes, int], bytes]:
    """The means by (person, wrapped data key, model) as they are stored; none where faces cancel out.

    Poor faces count only where a person has no better one: three smears beside one good photograph would leave
    one search in seven that finds the person.
    """
    found = s.among(
        "SELECT f.person_id, p.key, t.model_id, t.face_id, f.key, f.quality, t.exact FROM templates t "
        "JOIN faces f ON f.id = t.face_id JOIN people p ON p.id = f.person_id "
        "WHERE f.confirmed = 1 AND p.name IS NOT NULL AND f.person_id IN ({}) "
        "ORDER BY f.person_id, t.model_id, t.face_id",
        list(person_ids),
    )
    result = {}
    for (person_id, wrapped, model_id), group in groupby(found, key=lambda row: row[:3]):
        rows = list(group)
        best = max(quality for *_, quality, _ in rows)
        vectors = [
            np.frombuffer(s.envelope.opened(key).unseal(exact, context(model_id, face_id)), "<f4")
            for *_, face_id, key, quality, exact in rows
            if quality >= ENROL_QUALITY or best < ENROL_QUALITY
        ]
        direction = mean(np.stack(vectors))
        if direction is not None:
            result[person_id, wrapped, model_id] = direction.astype("<f4").tobytes()
    return result


def _number(s: Session, model: Model) -> int:
    """The id of a model's row, 0 where it was never used."""
    found = s.db.execute("SELECT id FROM models WHERE sha256 = ?", (model.sha256,)).fetchone()
    return int(found[0]) if found else 0


@readable("What is known of templates")
def _templates(s: Session, model: Model, kind: Kind, number: int, rows: Sequence[Row]) -> Templates:
    keys, persons, wrapped, sealed = zip(*rows, strict=True) if rows else ((), (), (), ())
    sealed_for = mean_context if kind is Kind.PERSON else context
    plain: list[bytes] = [
        s.envelope.opened(key).unseal(exact, sealed_for(number, i))
        for i, key, exact in zip(keys, wrapped, sealed, strict=True)
    ]
    sizes = np.array([len(one) for one in plain], np.int64)
    _require_vectors(model, keys, sizes == 4 * model.dim)
    exact = np.frombuffer(b"".join(plain), "<f4").reshape(-1, model.dim).astype(np.float32, copy=False)
    _require_vectors(model, keys, np.asarray(np.isfinite(exact).all(axis=1) & exact.any(axis=1)))
    people = [person or 0 for person in persons]
    return Templates(np.array(keys, np.int64), np.array(people, np.int64), exact, *packed(exact))


def _require_vectors(model: Model, keys: Sequence[int], proper: npt.NDArray[np.bool_]) -> None:
    if not proper.all():
        raise GalleryCorrupt(
            f"The template {keys[int(proper.argmin())]} of {model.name} is no vector of {model.dim} components; "
            "restore the gallery from a backup."
        )
