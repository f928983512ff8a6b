"""The audit log in its table: see `mien.gallery.protection.chain`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mien.gallery.protection import chain
from mien.gallery.stores.sql.session import Db, Session, moment, readable


def append(s: Session, action: str, detail: Mapping[str, Any]) -> chain.Entry:
    """Write an entry as part of what else the transaction does; ArgumentError where it holds too much."""
    entry = chain.following(head(s.db), moment(s.now), s.actor, action, detail, s.envelope.sign)
    s.insert(
        "audit",
        "seq, time, actor, action, detail, link",
        [
            (
                entry.seq,
                chain.stamp(entry.time),
                entry.actor,
                entry.action,
                chain.canonical(detail),
                entry.link,
            )
        ],
    )
    s.db.execute("UPDATE gallery SET last_entry = ?, last_link = ?", (entry.seq, entry.link))
    return entry


def head(db: Db) -> chain.Head:
    """The last entry, or where the log begins."""
    return chain.Head(*db.execute("SELECT last_entry, last_link FROM gallery").fetchone())


@readable("The audit log")
def after(db: Db, seq: int, limit: int) -> list[chain.Entry]:
    """The next entries as they lie in the table."""
    found = db.execute(
        "SELECT seq, time, actor, action, detail, link FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )
    return [_entry(*row) for row in found]


def _entry(seq: int, time: str, actor: str, action: str, detail: str, link: str) -> chain.Entry:
    """An entry; one that was made unreadable becomes an entry that does not fit its link."""
    try:
        return chain.Entry(seq, datetime.fromisoformat(time), actor, action, json.loads(detail), link)
    except ValueError:
        return chain.Entry(seq, moment(0), actor, action, {"unreadable": detail}, link)
