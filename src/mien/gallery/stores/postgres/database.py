"""What the shared SQL runs on: a psycopg connection that takes `?` marks and inserts many rows at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types import TypeInfo

from mien.gallery.stores.postgres.schema import KINDS, VECTORS
from mien.gallery.stores.sql.tables import TABLES

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES")
_KIND = {table.name: {name: kind.rstrip("?") for name, kind in table.columns} for table in TABLES}
_AS = {"int": int, "real": float, "text": str, "blob": bytes}  # psycopg wants arrays of one type


class Vector:
    """Components (d,) as pgvector takes them."""

    def __init__(self, components: npt.NDArray[np.float32]) -> None:
        self.components = components


class _VectorDumper(Dumper):
    """pgvector's binary form: how many components, two unused bytes, and the float32 components, big-endian."""

    format = Format.BINARY

    def dump(self, obj: Vector) -> bytes:
        return len(obj.components).to_bytes(2, "big") + b"\0\0" + obj.components.astype(">f4").tobytes()


def register(db: Connection) -> None:
    """Teach a connection vectors; the extension has to be there."""
    info = TypeInfo.fetch(db, "vector")
    assert info is not None  # the schema could not have been made without
    info.register(db)
    db.adapters.register_dumper(Vector, type("VectorDumper", (_VectorDumper,), {"oid": info.oid}))


class Database:
    """See `mien.gallery.stores.sql.session.Db`. vectors: whether templates are written for the server's search too."""

    def __init__(self, db: Connection, *, vectors: bool) -> None:
        self._db = db
        self._vectors = vectors

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run a statement; bytes come back as bytes."""
        return self._db.execute(marked(sql), values or None, binary=True)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Run a statement once for each row; what inserts does so as one statement, which is ten times faster."""
        insert = _INSERT.match(sql)
        if (insert and len(rows) > 1) or (insert and insert[1] in VECTORS):
            self._insert(insert[1], insert[2].split(", "), rows)
        elif rows:
            with self._db.cursor() as cursor:
                cursor.executemany(marked(sql), rows)

    def _insert(self, table: str, names: list[str], rows: Sequence[Sequence[Any]]) -> None:
        kinds = [_KIND[table][name] for name in names]
        arrays: list[list[Any]] = [
            [None if value is None else _AS[kind](value) for value in column]
            for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)
        ]
        types = [KINDS[kind] for kind in kinds]
        if self._vectors and table in VECTORS:
            arrays.append([Vector(np.frombuffer(exact, "<f4")) for exact in arrays[names.index("exact")]])
            names, types = [*names, "vec"], [*types, "vector"]
        marks = ", ".join(f"%b::{kind}[]" for kind in types)
        self._db.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM unnest({marks})".encode(), arrays
        )


@lru_cache(4096)
def marked(sql: str) -> bytes:
    """The statement with psycopg's marks for values."""
    return sql.replace("%", "%%").replace("?", "%s").encode() if "?" in sql else sql.encode()
