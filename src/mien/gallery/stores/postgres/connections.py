"""Connections to one gallery on a server: lent to threads, made anew where they broke, errors in Mien's words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from mien.errors import (
    GalleryBusy,
    GalleryCorrupt,
    GalleryError,
    GalleryFull,
    GalleryLost,
)
from mien.gallery.stores.postgres.address import Address
from mien.gallery.stores.postgres.database import Connection, Database, register
from mien.gallery.stores.postgres.schema import ROLE

IDLE = 4  # connections kept open between calls
SECONDS_TO_CONNECT = 10
PATIENCE = 10.0  # seconds to wait for another writer before GalleryBusy

_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected)
_DAMAGED = (errors.DataCorrupted, errors.IndexCorrupted, errors.UndefinedTable, errors.UndefinedColumn)


class Connections:
    """A pool for the gallery of that number; waits up to `timeout` seconds for other writers.

    sealed: whether the gallery is, so that its templates are not for the server's search. A connection is used by
    the process that made it only: a forked child makes its own.
    """

    def __init__(self, address: Address, gallery: int, timeout: float, *, sealed: bool) -> None:
        self.address = address
        self.name = address.shown
        self.gallery = gallery
        self.timeout = timeout
        self.sealed = sealed
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._pid = os.getpid()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A transaction that sees one state."""
        with self._borrowed() as slot, explained(self.name, self.timeout):
            db = self._begun(slot, b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield Database(db, vectors=not self.sealed)
                db.execute(b"COMMIT")
            except BaseException:
                _undo(db)
                raise

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """The one transaction that writes to this gallery: kept at the end, undone when it raises.

        Writers of a gallery wait for each other, so that numbers of changes are given out in the order in which
        the changes are seen.
        """
        with self._borrowed() as slot, explained(self.name, self.timeout):
            db = self._begun(slot, b"BEGIN")
            try:
                db.execute(b"SELECT FROM gallery FOR UPDATE")
                number = db.execute(b"SELECT pg_current_xact_id()::text").fetchall()[0][0]
                yield Database(db, vectors=not self.sealed)
            except BaseException:
                _undo(db)
                raise
            self._commit(db, number)

    @contextmanager
    def plain(self) -> Iterator[Connection]:
        """A connection outside any transaction, each statement being its own."""
        with self._borrowed() as slot, explained(self.name, self.timeout):
            yield self._begun(slot, b"SELECT 1")

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        with self._lock:
            self._closed = True
            for db in self._idle:
                db.close()
            self._idle.clear()

    def _begun(self, slot: list[Connection], begin: bytes) -> Connection:
        """A connection after its first statement; one that broke while it was idle is replaced, once."""
        if slot:
            try:
                slot[0].execute(begin)
                return slot[0]
            except psycopg.OperationalError:
                slot.pop().close()
                self._drop_idle()  # the server was started anew, most likely: the others broke too
        slot.append(connect(self.address, self.gallery, self.timeout))
        slot[0].execute(begin)
        return slot[0]

    def _commit(self, db: Connection, number: str) -> None:
        """Commit; where the connection breaks meanwhile, ask the server what became of the transaction."""
        try:
            db.execute(b"COMMIT")
        except psycopg.OperationalError as error:
            if not db.closed:
                raise
            status = self._status(number)
            if status == "committed":
                return
            known = "Nothing was changed." if status == "aborted" else _DOUBT
            raise GalleryLost(
                f"{self.name}: the connection broke while a change was being kept. {known}"
            ) from error

    def _status(self, number: str) -> str | None:
        with suppress(psycopg.Error, GalleryError), connect(self.address, self.gallery, self.timeout) as db:
            status: str | None = db.execute(b"SELECT pg_xact_status(%s::xid8)", (number,)).fetchall()[0][0]
            return status
        return None

    def _drop_idle(self) -> None:
        with self._lock:
            for db in self._idle:
                db.close()
            self._idle.clear()

    @contextmanager
    def _borrowed(self) -> Iterator[list[Connection]]:
        """A list of the one connection that is idle, or of none; what is in it at the end is kept."""
        with self._lock:
            if self._closed:
                raise GalleryError(f"{self.name}: this gallery was closed; open it again.")
            if self._pid != os.getpid():
                self._idle, self._pid = [], os.getpid()
            slot = [self._idle.pop()] if self._idle else []
        try:
            yield slot
        finally:
            for db in slot:
                fit = not db.closed and db.info.transaction_status is TransactionStatus.IDLE
                with self._lock:
                    keep = fit and not self._closed and len(self._idle) < IDLE
                    if keep:
                        self._idle.append(db)
                if not keep:
                    db.close()


_DOUBT = "Whether it was kept is not known: look before doing it again."


def connect(address: Address, gallery: int | None, timeout: float) -> Connection:
    """A connection that sees the rows of that gallery alone (None: of none), each commit flushed to the disk."""
    try:
        db = psycopg.connect(
            address.server, autocommit=True, connect_timeout=SECONDS_TO_CONNECT, application_name="mien"
        )
    except psycopg.OperationalError as error:
        said = " ".join(str(error).split())
        raise GalleryLost(f"{address.shown}: no connection to the server ({said}).") from error
    except psycopg.Error:  # what libpq says of an address that it does not understand may hold the password
        raise GalleryLost(f"{address.shown}: the server's address is not one that libpq reads.") from None
    try:
        prepare(db, gallery, timeout)
    except BaseException:
        db.close()
        raise
    return db


def prepare(db: Connection, gallery: int | None, timeout: float) -> None:
    """Settings of a connection; who could pass row-level security takes the role that cannot."""
    db.execute(
        b"SELECT set_config('role', %s, false) FROM pg_roles "
        b"WHERE rolname = current_user AND (rolsuper OR rolbypassrls) "
        b"AND EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
        (ROLE, ROLE),
    )
    found = db.execute(
        b"SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector'"
    ).fetchall()
    path = ", ".join(["mien", *(name for (name,) in found)])
    db.execute(
        b"SELECT set_config('search_path', %s, false), set_config('mien.gallery', %s, false), "
        b"set_config('lock_timeout', %s, false), set_config('jit', 'off', false)",
        (path, "" if gallery is None else str(gallery), f"{timeout * 1000:.0f}ms"),
    )
    db.execute(
        b"SELECT set_config('synchronous_commit', 'on', false) "
        b"WHERE current_setting('synchronous_commit') = 'off'"
    )
    if found:
        register(db)


@contextmanager
def explained(name: str, timeout: float) -> Iterator[None]:
    """Turn what the server says into errors for people."""
    try:
        yield
    except _BUSY as error:
        raise GalleryBusy(
            f"{name}: another writer has held the gallery for more than {timeout:g} s; try again later. "
            "Nothing was changed."
        ) from error
    except errors.DiskFull as error:
        raise GalleryFull(f"{name}: no room is left on the server's disk. Nothing was changed.") from error
    except _DAMAGED as error:
        raise GalleryCorrupt(
            f"{name}: not a gallery, or damaged ({_first(error)}). Restore it from a copy."
        ) from error
    except errors.ReadOnlySqlTransaction as error:
        raise GalleryError(
            f"{name}: this server may only be read (a replica?); write to the first one. Nothing was changed."
        ) from error
    except errors.InsufficientPrivilege as error:
        raise GalleryError(
            f"{name}: this login may not do that ({_first(error)}); an administrator can: GRANT {ROLE} TO it. "
            "Nothing was changed."
        ) from error
    except psycopg.OperationalError as error:
        if error.sqlstate is None or error.sqlstate[:2] in ("08", "57"):
            raise GalleryLost(
                f"{name}: the connection to the server broke ({_first(error)}). Nothing was changed."
            ) from error
        raise GalleryError(f"{name}: {_first(error)}. Nothing was changed.") from error
    except psycopg.Error as error:
        raise GalleryError(f"{name}: {_first(error)}. Nothing was changed.") from error


def _undo(db: Connection) -> None:
    """Take back what the transaction did; a connection that broke has done so."""
    try:
        db.execute(b"ROLLBACK")
    except psycopg.Error:
        db.close()


def _first(error: psycopg.Error) -> str:
    return (
        (error.diag.message_primary or str(error)).splitlines()[0].rstrip(".") if str(error) else "no reason"
    )
