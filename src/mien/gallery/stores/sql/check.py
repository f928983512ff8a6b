"""Is a gallery whole? Looks at every row, reference, seal, mean and entry of the log."""

from __future__ import annotations

from mien.errors import GalleryCorrupt
from mien.gallery.protection import chain
from mien.gallery.stores.records import Kind, Model
from mien.gallery.stores.sql import audit, faces, people, templates
from mien.gallery.stores.sql.session import Session
from mien.gallery.stores.sql.tables import TABLES

PEOPLE = 1000  # looked at together


def problems(s: Session) -> list[str]:
    """One sentence for each thing that is wrong; empty where all is well."""
    found = _lost_references(s)
    if found:
        return found
    bare = s.db.execute(
        "SELECT id FROM faces WHERE NOT EXISTS (SELECT 1 FROM templates WHERE face_id = faces.id) ORDER BY id"
    ).fetchall()
    found += [f"face {face} has no template" for (face,) in bare]
    found += _unsealable(s)
    if not found:
        found += _wrong_means(s)
    empty = s.db.execute(
        "SELECT id FROM people WHERE name IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM faces WHERE person_id = people.id)"
    ).fetchall()
    found += [f"group {group} has no face" for (group,) in empty]
    try:
        broken = broken_log(s)
    except GalleryCorrupt as error:
        return [*found, str(error)]
    return [*found, broken.reason] if broken else found


def broken_log(s: Session) -> chain.Break | None:
    """The first break in the audit log."""
    identity = s.db.execute("SELECT uuid FROM gallery").fetchone()[0]
    end = audit.head(s.db)
    entries = audit.after(s.db, 0, end.seq + 1)
    return chain.verify(entries, s.envelope.sign, chain.origin(identity, s.envelope.sign), end)


def _lost_references(s: Session) -> list[str]:
    found = []
    for table in TABLES:
        for column, other in table.refers.items():
            n = s.db.execute(
                f"SELECT count(*) FROM {table.name} t WHERE t.{column} IS NOT NULL "
                f"AND NOT EXISTS (SELECT 1 FROM {other} o WHERE o.id = t.{column})"
            ).fetchone()[0]
            if n:
                found.append(f"{n} rows of {table.name} refer to {other} that are not there")
    return found


def _unsealable(s: Session) -> list[str]:
    """What does not unseal: names, what is known of faces, templates."""
    try:
        ids = [i for (i,) in s.db.execute("SELECT id FROM people ORDER BY id").fetchall()]
        for i in range(0, len(ids), PEOPLE):
            people.by_id(s, ids[i : i + PEOPLE])
        shown = [i for (i,) in s.db.execute("SELECT id FROM faces ORDER BY id").fetchall()]
        for i in range(0, len(shown), PEOPLE):
            faces.by_id(s, shown[i : i + PEOPLE])
        for model in _models(s):
            for kind in Kind:
                last = -1
                while len(batch := templates.after(s, model, kind, last, PEOPLE)):
                    last = int(batch.keys[-1])
    except GalleryCorrupt as error:
        return [str(error)]
    return []


def _wrong_means(s: Session) -> list[str]:
    ids = [i for (i,) in s.db.execute("SELECT id FROM people ORDER BY id").fetchall()]
    found = []
    for start in range(0, len(ids), PEOPLE):
        part = ids[start : start + PEOPLE]
        expected = {(p, m): exact for (p, _, m), exact in templates.directions(s, part).items()}
        held = {
            (p, m): s.envelope.opened(key).unseal(exact, templates.mean_context(m, p))
            for p, m, key, exact in s.among(
                "SELECT t.person_id, t.model_id, p.key, t.exact FROM means t "
                "JOIN people p ON p.id = t.person_id WHERE t.person_id IN ({})",
                part,
            )
        }
        found += [
            f"the mean of person {p} for model {m} is not that of the faces"
            for p, m in sorted(expected.keys() | held.keys())
            if expected.get((p, m)) != held.get((p, m))
        ]
    return found


def _models(s: Session) -> list[Model]:
    found = s.db.execute("SELECT name, version, sha256, dim FROM models ORDER BY id").fetchall()
    return [Model(*row) for row in found]
