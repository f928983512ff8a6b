"""Takes people and faces out of a gallery, from every table that knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mien.gallery.protection.chain import Entry
from mien.gallery.stores.records import What
from mien.gallery.stores.sql import audit, consents, gallery, photographs, templates
from mien.gallery.stores.sql.session import Session

DAY = 86400.0

# Where a person or a face is named, beside their own row.
_OF_PERSON = (
    ("people", "id"),
    ("consents", "person_id"),
    ("means", "person_id"),
    ("rejections", "person_id"),
    ("step_names", "person_id"),
    ("step_rejections", "person_id"),
)
_OF_FACE = (
    ("faces", "id"),
    ("templates", "face_id"),
    ("crops", "face_id"),
    ("apart", "a"),
    ("apart", "b"),
    ("rejections", "face_id"),
    ("step_moves", "face_id"),
    ("step_apart", "a"),
    ("step_apart", "b"),
    ("step_rejections", "face_id"),
)


@dataclass(frozen=True)
class Removed:
    """Who and what was removed, and the entry of the audit log that says so."""

    person_id: int
    faces: tuple[int, ...]
    counts: dict[str, int]
    entry: Entry


def person(s: Session, person_id: int, reason: str) -> Removed:
    """Remove a person with all faces; whoever was merged into them, and had another name, goes from the history too."""
    ids = [i for (i,) in s.db.execute("SELECT id FROM faces WHERE person_id = ? ORDER BY id", (person_id,))]
    counts = _count(s, [person_id, *_predecessors(s, person_id, ids)], ids)
    _history(s, person_id, ids)
    _faces(s, ids)
    s.db.execute("DELETE FROM people WHERE id = ?", (person_id,))
    s.log(*((What.FACE_REMOVED, person_id, i) for i in ids), (What.PERSON_REMOVED, person_id, None))
    entry = audit.append(s, "forget", {"person": person_id, "faces": len(ids), "reason": reason})
    return Removed(person_id, tuple(ids), counts, entry)


def faces(s: Session, ids: Sequence[int], reason: str) -> Entry:
    """Remove some faces, and groups that have none left; the means of those whose they were follow."""
    owners: dict[int, int | None] = dict(
        s.among("SELECT id, person_id FROM faces WHERE id IN ({})", list(ids))
    )
    _history(s, None, list(owners))
    _faces(s, list(owners))
    people = sorted({p for p in owners.values() if p is not None})
    templates.refresh_means(s, people)
    s.log(*((What.FACE_REMOVED, person_id, i) for i, person_id in owners.items()))
    empty = s.among(
        "SELECT id FROM people WHERE name IS NULL AND id IN ({}) "
        "AND NOT EXISTS (SELECT 1 FROM faces WHERE person_id = people.id)",
        people,
    )
    s.without("people", "id", [i for (i,) in empty])
    s.log(*((What.PERSON_REMOVED, i, None) for (i,) in empty))
    return audit.append(s, "remove faces", {"faces": len(owners), "reason": reason})


def due(s: Session) -> tuple[list[int], list[int]]:
    """(people, faces) whose time is over: no consent is in force any more; enrolled longer ago than is allowed."""
    retention = gallery.charter(s.db).retention
    over = []
    if retention is not None:
        found = s.db.execute(
            "SELECT id FROM faces WHERE enrolled < ? ORDER BY id", (s.now - retention * DAY,)
        )
        over = [i for (i,) in found.fetchall()]
    return consents.ended(s), over


def emptied(s: Session, face_ids: Sequence[int]) -> list[int]:
    """People who have no other faces than these."""
    mine = s.among(
        "SELECT person_id, count(*) FROM faces WHERE id IN ({}) GROUP BY person_id", list(face_ids)
    )
    losing: dict[int, int] = {}
    for person_id, n in mine:
        if person_id is not None:
            losing[person_id] = losing.get(person_id, 0) + n
    held: dict[int, int] = dict(
        s.among(
            "SELECT person_id, count(*) FROM faces WHERE person_id IN ({}) GROUP BY person_id", list(losing)
        )
    )
    return sorted(person_id for person_id, n in losing.items() if held[person_id] == n)


def remains(s: Session, person_id: int | None, face_ids: Sequence[int]) -> dict[str, int]:
    """How many rows there are of these in each table."""
    return _count(s, [] if person_id is None else [person_id], face_ids)


def _count(s: Session, people: Sequence[int], face_ids: Sequence[int]) -> dict[str, int]:
    result: dict[str, int] = {}
    for places, ids in ((_OF_PERSON, people), (_OF_FACE, face_ids)):
        for table, column in places:
            found = s.among(f"SELECT count(*) FROM {table} WHERE {column} IN ({{}})", list(ids))
            result[table] = result.get(table, 0) + sum(n for (n,) in found)
    return result


def _predecessors(s: Session, person_id: int, face_ids: Sequence[int]) -> list[int]:
    """People who are no more, of whom these faces once were: others' names for the same person."""
    told = s.among(
        "SELECT DISTINCT before FROM step_moves WHERE before IS NOT NULL AND face_id IN ({})", list(face_ids)
    )
    once = sorted({i for (i,) in told} - {person_id})
    alive = {i for (i,) in s.among("SELECT id FROM people WHERE id IN ({})", once)}
    return [i for i in once if i not in alive]


def _history(s: Session, person_id: int | None, face_ids: Sequence[int]) -> None:
    """Take the faces, and the names of a person, out of the history of repairs; what remains cannot be undone."""
    names = [] if person_id is None else [person_id, *_predecessors(s, person_id, face_ids)]
    touched: set[int] = set()
    for table, column, ids in (
        ("step_moves", "face_id", face_ids),
        ("step_apart", "a", face_ids),
        ("step_apart", "b", face_ids),
        ("step_rejections", "face_id", face_ids),
        ("step_names", "person_id", names),
        ("step_rejections", "person_id", names),
    ):
        found = s.among(f"SELECT DISTINCT step_id FROM {table} WHERE {column} IN ({{}})", list(ids))
        touched |= {step for (step,) in found}
        s.without(table, column, list(ids))
    s.db.executemany("UPDATE steps SET whole = 0 WHERE id = ?", [(step,) for step in sorted(touched)])


def _faces(s: Session, ids: Sequence[int]) -> None:
    """Remove rows of faces, and with them templates, crops and what was said of them by hand."""
    found = s.among("SELECT DISTINCT digest FROM faces WHERE id IN ({})", list(ids))
    s.without("faces", "id", list(ids))
    photographs.forget_empty(s, [bytes(digest) for (digest,) in found])
