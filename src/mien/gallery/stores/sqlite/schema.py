"""Makes the tables of a gallery in an SQLite file."""

from __future__ import annotations

import sqlite3

from mien.gallery.stores.sql.tables import SCHEMA, TABLES, Table
from mien.gallery.stores.sqlite.files import APPLICATION_ID

KINDS = {"int": "INTEGER", "real": "REAL", "text": "TEXT", "blob": "BLOB"}


def make_tables(db: sqlite3.Connection) -> None:
    """Make all tables and mark the file as a gallery, inside the caller's transaction."""
    for table in TABLES:
        for statement in statements(table):
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA}")


def statements(table: Table) -> list[str]:
    """What makes a table with its indexes.

    >>> statements(Table("crops", (("face_id", "int"),), ("face_id",)))
    ['CREATE TABLE crops (face_id INTEGER NOT NULL, PRIMARY KEY (face_id))']
    """
    lines = [
        f"{name} {KINDS[kind.rstrip('?')]}{'' if kind.endswith('?') else ' NOT NULL'}"
        for name, kind in table.columns
    ]
    lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    lines += [f"UNIQUE ({column})" for column in table.unique]
    lines += [
        f"FOREIGN KEY ({column}) REFERENCES {other} (id) ON DELETE CASCADE"
        for column, other in table.refers.items()
    ]
    made = [f"CREATE TABLE {table.name} ({', '.join(lines)})"]
    for columns in table.indexes:
        name = f"{table.name}_by_{'_'.join(columns)}"
        made.append(f"CREATE INDEX {name} ON {table.name} ({', '.join(columns)})")
    return made
