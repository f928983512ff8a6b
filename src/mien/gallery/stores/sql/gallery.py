"""The one row that says which gallery this is, and what else there is one of for a whole gallery."""

from __future__ import annotations

import json
import os
import uuid
from typing import Any

import mien
from mien.errors import GalleryCorrupt, GalleryError, KeyUnusable
from mien.gallery.protection import chain, envelope
from mien.gallery.stores.records import Charter, Info, Model
from mien.gallery.stores.sql import audit
from mien.gallery.stores.sql.session import Db, Session, moment, readable
from mien.gallery.stores.sql.tables import SCHEMA


def create(db: Db, charter: Charter, key: bytes | None, actor: str, now: float) -> None:
    """Fill the empty tables of a new gallery, sealed where there is a key."""
    stamp = b"" if key else os.urandom(32)
    master, seal = envelope.create(key) if key else (b"", envelope.Plain(stamp))
    identity = str(uuid.uuid4())
    start = chain.origin(identity, seal.sign)
    s = Session(db, seal, actor, now)
    s.insert(
        "gallery",
        "id, uuid, created, mien, purpose, legal_basis, retention, master, stamp, key, "
        "last_person, last_face, last_seq, last_step, last_entry, last_link",
        [
            (
                *(
                    1,
                    identity,
                    now,
                    mien.__version__,
                    charter.purpose,
                    charter.legal_basis,
                    charter.retention,
                ),
                *(master, stamp, seal.new_data_key(), 0, 0, 0, 0, 0, start.link),
            )
        ],
    )
    audit.append(
        s,
        "create",
        {
            "purpose": charter.purpose[: chain.LONGEST_TEXT],
            "legal basis": charter.legal_basis[: chain.LONGEST_TEXT],
            "retention": charter.retention,
            "sealed": seal.sealing,
        },
    )


def opened(db: Db, key: bytes | None, name: str) -> envelope.Envelope:
    """The envelope of the gallery; KeyUnusable or WrongKey where the key is missing, of no use, or wrong."""
    found = db.execute("SELECT id, master, stamp FROM gallery").fetchone()
    if found is None:
        raise GalleryCorrupt(f"{name}: its first table is empty; restore the gallery from a copy.")
    number, master, stamp = found
    if not number:
        raise GalleryError(
            f"{name}: a copy that was not finished; start `mien gallery migrate` or `import` again as before."
        )
    if master and key is None:
        raise KeyUnusable(
            f"{name}: this gallery is sealed, and no key was given; give --key or set MIEN_KEY to file:PATH, "
            "env:NAME or keyring:SERVICE."
        )
    if not master and key is not None:
        raise KeyUnusable(
            f"{name}: this gallery was made without a key, and one was given; leave it out, or unset MIEN_KEY."
        )
    return envelope.open_master(master, key) if key else envelope.Plain(stamp)


def charter(db: Db) -> Charter:
    """Why the gallery may exist and for how long it keeps a face."""
    return Charter(*db.execute("SELECT purpose, legal_basis, retention FROM gallery").fetchone())


@readable("What is known")
def info(db: Db) -> Info:
    """Identity, charter and counts."""
    identity, created, version, seq, master = db.execute(
        "SELECT uuid, created, mien, last_seq, master FROM gallery"
    ).fetchone()
    people, groups, faces, loose, photographs = db.execute(
        "SELECT (SELECT count(*) FROM people WHERE name IS NOT NULL), "
        "(SELECT count(*) FROM people WHERE name IS NULL), (SELECT count(*) FROM faces), "
        "(SELECT count(*) FROM faces WHERE person_id IS NULL), (SELECT count(*) FROM photographs)"
    ).fetchone()
    models = db.execute("SELECT name, version, sha256, dim FROM models ORDER BY id").fetchall()
    return Info(
        identity,
        moment(created),
        version,
        SCHEMA,
        people,
        faces,
        seq,
        tuple(Model(*model) for model in models),
        groups,
        loose,
        photographs,
        charter(db),
        sealed=bool(master),
    )


@readable("The calibration")
def calibration(db: Db, model: Model) -> dict[str, Any] | None:
    """What was measured on this gallery's own people with a model."""
    found = db.execute("SELECT calibration FROM models WHERE sha256 = ?", (model.sha256,)).fetchone()
    return json.loads(found[0]) if found and found[0] else None


def set_calibration(s: Session, model_id: int, values: dict[str, Any] | None) -> None:
    """Keep what was measured with a model, or drop it."""
    text = None if values is None else json.dumps(values)
    s.db.execute("UPDATE models SET calibration = ? WHERE id = ?", (text, model_id))
    audit.append(s, "calibrate", {"model": model_id, "kept": values is not None})


def rekey(s: Session, old: bytes, new: bytes) -> None:
    """Wrap the master key anew."""
    master = s.db.execute("SELECT master FROM gallery").fetchone()[0]
    if not master:
        raise KeyUnusable("This gallery has no key that could be changed.")
    s.db.execute("UPDATE gallery SET master = ?", (envelope.rewrap(master, old, new),))
    audit.append(s, "rekey", {})
