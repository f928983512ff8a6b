"""Rows of people and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mien.errors import PersonExists
from mien.gallery.stores.records import GROUP, Person, What, clean_name
from mien.gallery.stores.sql.session import PARAMETERS, Session, moment, readable

_ALL = (
    "SELECT p.id, p.name, p.key, p.created, p.updated, coalesce(sum(f.confirmed), 0), "
    "count(f.id) - coalesce(sum(f.confirmed), 0), "
    "coalesce(max(CASE WHEN f.confirmed = 1 THEN f.quality END), 0) "
    "FROM people p LEFT JOIN faces f ON f.person_id = p.id "
    "WHERE {} GROUP BY p.id, p.name, p.key, p.created, p.updated"
)


def named(s: Session) -> list[Person]:
    """Everybody who has a name, in code point order."""
    return sorted(_people(s, "p.name IS NOT NULL", ()), key=lambda person: person.name)


def groups(s: Session) -> list[Person]:
    """Groups without a name, the largest first."""
    found = _people(s, "p.name IS NULL", ())
    return sorted(found, key=lambda group: (-group.faces - group.found, group.id))


def by_name(s: Session, name: str) -> Person | None:
    """The person or group of that name."""
    group = GROUP.fullmatch(name) if isinstance(name, str) else None
    if group:
        found = _people(s, "p.name IS NULL AND p.id = ?", (int(group[1]),))
    else:
        found = _people(s, "p.handle = ?", (handle(s, clean_name(name)),))
    return found[0] if found else None


@readable("What is known of people")
def by_id(s: Session, ids: Sequence[int]) -> dict[int, Person]:
    """People and groups by id."""
    rows = s.among(_ALL.replace("{}", "p.id IN ({})"), [int(i) for i in ids])
    return {row[0]: _person(s, *row) for row in rows}


def handle(s: Session, name: str) -> bytes:
    """What a name is looked up by."""
    return s.envelope.blind(name.encode())


def sealed_name(s: Session, person_id: int, wrapped: bytes, name: str) -> bytes:
    """A name under the person's own key."""
    return s.envelope.opened(wrapped).seal(name.encode(), b"name %d" % person_id)


def add(s: Session, names: Sequence[str]) -> list[int]:
    """Ids of new people of these names, which nobody has."""
    ids = list(s.number("person", len(names)))
    rows = []
    for person_id, name in zip(ids, names, strict=True):
        wrapped = s.envelope.new_data_key()
        rows.append(
            (person_id, handle(s, name), sealed_name(s, person_id, wrapped, name), wrapped, s.now, s.now)
        )
    s.insert("people", "id, handle, name, key, created, updated", rows)
    s.log(*((What.PERSON_ADDED, person_id, None) for person_id in ids))
    return ids


def add_groups(s: Session, ids: Sequence[int]) -> None:
    """Rows for groups under ids that were given out before."""
    rows = [(i, None, None, s.envelope.new_data_key(), s.now, s.now) for i in ids]
    s.insert("people", "id, handle, name, key, created, updated", rows)
    s.log(*((What.PERSON_ADDED, i, None) for i in ids))


def set_name(s: Session, person_id: int, name: str | None) -> None:
    """Give a person a name, or take it away, without noting the change; PersonExists where it is another's."""
    if name is None:
        s.db.execute(
            "UPDATE people SET handle = NULL, name = NULL, updated = ? WHERE id = ?", (s.now, person_id)
        )
    else:
        own = handle(s, name)
        if s.db.execute("SELECT 1 FROM people WHERE handle = ? AND id <> ?", (own, person_id)).fetchone():
            raise PersonExists(f"{name!r} is somebody else's name; merge, forget or rename them first.")
        wrapped = s.db.execute("SELECT key FROM people WHERE id = ?", (person_id,)).fetchone()[0]
        s.db.execute(
            "UPDATE people SET handle = ?, name = ?, updated = ? WHERE id = ?",
            (own, sealed_name(s, person_id, wrapped, name), s.now, person_id),
        )


def touch(s: Session, ids: Sequence[int]) -> None:
    """Note that something about these people changed now."""
    for i in range(0, len(ids), PARAMETERS):
        part = ids[i : i + PARAMETERS]
        marks = ", ".join("?" * len(part))
        s.db.execute(f"UPDATE people SET updated = ? WHERE id IN ({marks})", [s.now, *part])


@readable("What is known of people")
def _people(s: Session, where: str, values: Sequence[Any]) -> list[Person]:
    return [_person(s, *row) for row in s.db.execute(_ALL.replace("{}", where), values).fetchall()]


def _person(
    s: Session,
    person_id: int,
    name: bytes | None,
    wrapped: bytes,
    created: float,
    updated: float,
    faces: int,
    found: int,
    quality: float,
) -> Person:
    told = f"group-{person_id}"
    if name is not None:
        told = s.envelope.opened(wrapped).unseal(name, b"name %d" % person_id).decode()
    return Person(
        person_id, told, int(faces), moment(created), moment(updated), int(found), quality, name is not None
    )
