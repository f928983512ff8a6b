"""Clears deleted rows out of the tables of a database, and tells whether any is left."""

from __future__ import annotations

import re

import psycopg

from mien.gallery.stores.postgres.database import Connection
from mien.gallery.stores.postgres.schema import PARTITIONED, PARTITIONS
from mien.gallery.stores.sql.tables import TABLES

NAMES = [table.name for table in TABLES if table.name not in ("models", "steps", "changes", "audit")]
LEAVES = {
    part
    for name in NAMES
    for part in ([f"{name}_{i}" for i in range(PARTITIONS)] if name in PARTITIONED else [name])
}


def vacuumed(db: Connection) -> bool:
    """Whether no dead row is left in the tables that hold anything of people, or keys, after they were vacuumed.

    A row stays while a transaction that began earlier may still see it, and where the login may not vacuum.
    """
    told: list[str] = []

    def listen(notice: psycopg.errors.Diagnostic) -> None:
        told.append(notice.message_primary or "")

    db.add_notice_handler(listen)
    try:
        tables = ", ".join(f"mien.{name}" for name in NAMES)
        db.execute(f"VACUUM (VERBOSE, INDEX_CLEANUP ON) {tables}".encode())
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        return False
    finally:
        db.remove_notice_handler(listen)
    done = {name for text in told for name in re.findall(r'^finished vacuuming "[^"]*\.mien\.(\w+)"', text)}
    left = [int(n) for text in told for n in re.findall(r"(\d+) are dead but not yet removable", text)]
    return done >= LEAVES and not any(left)
