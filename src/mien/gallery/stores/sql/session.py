"""What the functions on rows work with inside one transaction, and the numbers that are given out there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from mien.errors import GalleryCorrupt, MienError
from mien.gallery.protection.envelope import DataKey, Envelope
from mien.gallery.stores.records import Change, What

PARAMETERS = 500  # in one statement; older SQLite allows 999
ROWS = 5000  # written by one statement

Row = tuple[Any, ...]


class Cursor(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Db(Protocol):
    """A connection inside a transaction; statements mark their values with `?`."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Cursor:
        """Run a statement."""

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Any:
        """Run a statement once for each row."""


@dataclass
class Session:
    """A transaction of a store: its connection, what seals, who acts, and the time that it is."""

    db: Db
    envelope: Envelope
    actor: str
    now: float

    @cached_property
    def key(self) -> DataKey:
        """The data key of the gallery itself, for what belongs to no one person."""
        return self.envelope.opened(self.db.execute("SELECT key FROM gallery").fetchone()[0])

    def number(self, kind: str, n: int = 1) -> range:
        """The next n numbers of a kind (person, face, seq, step), never given out again."""
        last: int = self.db.execute(
            f"UPDATE gallery SET last_{kind} = last_{kind} + ? RETURNING last_{kind}", (n,)
        ).fetchall()[0][0]
        return range(last - n + 1, last + 1)

    def insert(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        """Add rows; columns are separated by commas."""
        marks = ", ".join("?" * (columns.count(",") + 1))
        for i in range(0, len(rows), ROWS):
            self.db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows[i : i + ROWS])

    def among(self, sql: str, values: Sequence[Any]) -> list[Row]:
        """All rows of a query for any number of values, in whose place `sql` has `{}`; values are asked in order."""
        found: list[Row] = []
        for i in range(0, len(values), PARAMETERS):
            part = list(values[i : i + PARAMETERS])
            found += self.db.execute(sql.replace("{}", ", ".join("?" * len(part))), part).fetchall()
        return found

    def without(self, table: str, column: str, values: Sequence[Any]) -> None:
        """Delete the rows whose column has one of the values."""
        for i in range(0, len(values), PARAMETERS):
            part = list(values[i : i + PARAMETERS])
            marks = ", ".join("?" * len(part))
            self.db.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", part)

    def log(self, *changes: tuple[What, int | None, int | None]) -> None:
        """Note changes (what, person, face) for the indexes of all processes."""
        if changes:
            seqs = self.number("seq", len(changes))
            self.insert(
                "changes",
                "seq, time, what, person_id, face_id",
                [
                    (seq, self.now, what.value, person, face)
                    for seq, (what, person, face) in zip(seqs, changes, strict=True)
                ],
            )


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Also a decorator: GalleryCorrupt where stored values are not such as were ever written."""
    try:
        yield
    except MienError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
        # What comes of text, JSON, names and times with bytes changed, which SQL lets pass.
        raise GalleryCorrupt(
            f"{what} of this gallery cannot be read: {error}. Restore it from a backup."
        ) from error


def moment(seconds: float) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(seconds, UTC)


def last_seq(db: Db) -> int:
    """Number of the last change, 0 before the first."""
    seq: int = db.execute("SELECT last_seq FROM gallery").fetchone()[0]
    return seq


@readable("The log of changes")
def changes(db: Db, seq: int) -> list[Change]:
    """Changes after that number, oldest first."""
    found = db.execute(
        "SELECT seq, time, what, person_id, face_id FROM changes WHERE seq > ? ORDER BY seq", (seq,)
    )
    return [Change(s, moment(t), What(what), person, face) for s, t, what, person, face in found]
