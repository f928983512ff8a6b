"""Copies a whole gallery, row by row, from one place to another: into a file, onto a server, and back.

Nothing is unsealed or made anew: ids, identity, seals, both logs and the history are the same afterwards, so that the
chain of the audit log and every receipt verify in the copy too.

A copy may be cut off at any moment and goes on when it is started again: rows are written in the order of their
keys, each chunk as a transaction. Until the end the target's table `gallery` has a row numbered 0, the mark, that says
of which gallery in which state the rows are; whoever opens the target meanwhile is told so. The row of the
gallery itself comes last, once every table has the same rows on both sides, by count and by SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

import mien
from mien.errors import GalleryBusy, GalleryChanged, GalleryCorrupt, GalleryError
from mien.gallery.stores import places
from mien.gallery.stores.places import Place
from mien.gallery.stores.sql.session import Db, Row
from mien.gallery.stores.sql.tables import TABLES, Table

CHUNK = 2000  # rows copied at once
PICTURES = 200  # rows of `crops`, which hold a picture each
GALLERY, *REST = TABLES


@dataclass(frozen=True)
class Progress:
    """Rows that were copied or compared, of all that are to be."""

    done: int
    total: int


@dataclass(frozen=True)
class Mark:
    """A gallery in one state: its uuid, the last entry of its audit log with its link, and whether it is sealed."""

    uuid: str
    entry: int
    link: str
    sealed: bool


class Rows(Protocol):
    """A gallery to copy from, in one state."""

    name: str
    mark: Mark
    counts: dict[str, int]

    def read(self, table: Table, after: Row | None = None) -> Iterator[list[Row]]:
        """The rows after that key, in the order of their keys, in chunks."""

    def now(self) -> Mark:
        """The state in which the gallery is by now."""


def migrate(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> Iterator[Progress]:
    """Copy a gallery to a place that has none, as far as it is not copied yet; both are a file or an address.

    Raises GalleryNotFound, GalleryError where the target holds a gallery, and GalleryChanged where the source changed
    meanwhile: then the target stays unfinished, and a second run begins anew.
    """
    origin = places.source(source)
    with closing(origin.pool), origin.pool.reading() as db:
        rows = TableRows(origin, db)
        destination = places.target(target, sealed=rows.mark.sealed)
        with closing(destination.pool):
            yield from copy(rows, destination)


class TableRows:
    """See `Rows`; the tables of a gallery, as one transaction sees them."""

    def __init__(self, place: Place, db: Db) -> None:
        self.name = place.name
        self._place = place
        self._db = db
        found = marked(db)
        if not found or found[0] != 1:
            raise GalleryError(f"{place.name}: not a whole gallery, there is nothing to copy.")
        self.mark = found[1]
        self.counts = {
            table.name: db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in TABLES
        }

    def read(self, table: Table, after: Row | None = None) -> Iterator[list[Row]]:
        """See `Rows`."""
        return read(self._db, table, after)

    def now(self) -> Mark:
        """See `Rows`."""
        with self._place.pool.reading() as db:
            found = marked(db)
        return found[1] if found else self.mark


def copy(rows: Rows, target: Place) -> Iterator[Progress]:
    """Copy all rows, compare both sides, and only then make a gallery of the target."""
    total = 3 * sum(rows.counts.values())
    _begin(rows, target)
    done = 0
    for table in REST:
        for n in _copied(rows, target, table):
            done += n
            yield Progress(done, total)
    with target.pool.reading() as db:
        for table in REST:
            theirs, mine = digested(rows.read(table), table), digested(read(db, table), table)
            a, b = Kept(theirs), Kept(mine)
            for n in chain(a, b):
                done += n
                yield Progress(done, total)
            if a.value != b.value:
                raise GalleryCorrupt(
                    f"{target.name}: the table {table.name} came out with {b.value[0]:,} rows that are not the "
                    f"{a.value[0]:,} of {rows.name}. It stays unfinished: remove it, and copy again."
                )
    if rows.now() != rows.mark:
        raise GalleryChanged(
            f"{rows.name}: somebody used the gallery while it was copied (its log went on after entry "
            f"{rows.mark.entry}). {target.name} stays unfinished. Stop whatever uses the gallery and start again."
        )
    _finish(rows, target)
    yield Progress(total, total)


class Kept:
    """A generator that is iterated over, and what it returned at the end."""

    def __init__(self, generator: Generator[int, None, tuple[int, str]]) -> None:
        self._generator = generator
        self.value = (0, "")

    def __iter__(self) -> Iterator[int]:
        self.value = yield from self._generator


def digested(chunks: Iterator[list[Row]], table: Table) -> Generator[int, None, tuple[int, str]]:
    """(count, SHA-256 in hexadecimal) of rows in the form of `line`; yields how many more were read."""
    count, digest = 0, hashlib.sha256()
    for chunk in chunks:
        for row in chunk:
            digest.update(line(row, table))
        count += len(chunk)
        yield len(chunk)
    return count, digest.hexdigest()


def line(row: Row, table: Table) -> bytes:
    """A row as one line of JSON, the same wherever it comes from; bytes are in base64."""
    return json.dumps([_told(*pair) for pair in zip(row, table.columns, strict=True)]).encode() + b"\n"


def _told(value: Any, column: tuple[str, str]) -> Any:
    if value is None:
        return None
    kind = column[1].rstrip("?")
    if kind == "blob":
        return base64.b64encode(value).decode()
    return {"int": int, "real": float, "text": str}[kind](value)


def read(db: Db, table: Table, after: Row | None = None) -> Iterator[list[Row]]:
    """The rows of a table after a key, in the order of their keys, in chunks."""
    keys = ", ".join(table.key)
    columns = ", ".join(table.names)
    at = [table.names.index(name) for name in table.key]
    limit = PICTURES if table.name == "crops" else CHUNK
    while True:
        where = f"WHERE ({keys}) > ({', '.join('?' * len(at))}) " if after is not None else ""
        chunk = db.execute(
            f"SELECT {columns} FROM {table.name} {where}ORDER BY {keys} LIMIT {limit}", after or ()
        ).fetchall()
        if not chunk:
            return
        yield chunk
        after = tuple(chunk[-1][i] for i in at)


def marked(db: Db) -> tuple[int, Mark] | None:
    """(1 for a gallery or 0 for an unfinished copy, in which state), None for empty tables."""
    found = db.execute("SELECT id, uuid, last_entry, last_link, master FROM gallery").fetchone()
    return (found[0], Mark(found[1], found[2], found[3], bool(found[4]))) if found else None


def _begin(rows: Rows, target: Place) -> None:
    """Mark the target as a copy under way; what is there of another gallery or state is removed first."""
    with target.pool.writing() as db:
        found = marked(db)
        if found and found[0] == 1:
            raise GalleryError(f"{target.name}: holds a gallery already; choose another place.")
        if found and found[1] == rows.mark:
            return
        for table in reversed(TABLES):
            db.execute(f"DELETE FROM {table.name}")
        values: dict[str, Any] = {name: _EMPTY[kind] for name, kind in GALLERY.columns} | {
            "uuid": rows.mark.uuid,
            "mien": mien.__version__,
            "master": b"sealed" if rows.mark.sealed else b"",
            "last_entry": rows.mark.entry,
            "last_link": rows.mark.link,
        }
        _insert(db, GALLERY, [tuple(values.values())])


_EMPTY = {"int": 0, "real": 0.0, "text": "", "blob": b"", "real?": None}


def _copied(rows: Rows, target: Place, table: Table) -> Iterator[int]:
    """Copy what is missing of a table; yields how many rows more are there, first those that were before."""
    keys = ", ".join(table.key)
    last = f"SELECT {keys} FROM {table.name} ORDER BY {', '.join(f'{key} DESC' for key in table.key)} LIMIT 1"
    with target.pool.reading() as db:
        reached = db.execute(last).fetchone()
        before = db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
    yield before
    for chunk in rows.read(table, reached and tuple(reached)):
        with target.pool.writing() as db:
            if marked(db) != (0, rows.mark) or db.execute(last).fetchone() != reached:
                raise GalleryBusy(f"{target.name}: another process is copying there; wait for it to end.")
            _insert(db, table, chunk)
            reached = db.execute(last).fetchone()
        yield len(chunk)


def _finish(rows: Rows, target: Place) -> None:
    """Put the gallery's own row in the place of the mark."""
    with target.pool.writing() as db:
        if marked(db) != (0, rows.mark):
            raise GalleryBusy(f"{target.name}: another process is copying there; wait for it to end.")
        db.execute("DELETE FROM gallery")
        for chunk in rows.read(GALLERY):
            _insert(db, GALLERY, chunk)


def _insert(db: Db, table: Table, chunk: list[Row]) -> None:
    marks = ", ".join("?" * len(table.columns))
    db.executemany(f"INSERT INTO {table.name} ({', '.join(table.names)}) VALUES ({marks})", chunk)
