"""Connections to one SQLite file: lent to threads, kept out of forked children, errors in Mien's words."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.errors import GalleryBusy, GalleryCorrupt, GalleryError, GalleryFull

IDLE = 4  # connections kept open between calls
FORK_PATIENCE = 5.0  # seconds that a fork waits for calls of other threads to end

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Connections:
    """A pool over the file at `path`; waits up to `timeout` seconds for other writers.

    SQLite forbids carrying a connection over a fork. A fork therefore waits until no call is running,
    closes what is idle, and both sides open new connections when they next need one.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self.timeout = timeout
        self._free = threading.Condition(threading.Lock())
        self._writing = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._lent = 0
        self._closed = False
        self._forking = False
        _pools.add(self)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction: all its queries see the same state."""
        with self._borrowed() as db, explained(self.path, self.timeout), transaction(db, "BEGIN"):
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside the one write transaction: committed at the end, undone when it raises."""
        with self._borrowed() as db:
            if not self._writing.acquire(timeout=self.timeout):
                raise GalleryBusy(busy(self.path, self.timeout))
            try:
                with explained(self.path, self.timeout), transaction(db, "BEGIN IMMEDIATE"):
                    yield db
            finally:
                self._writing.release()

    @contextmanager
    def plain(self) -> Iterator[sqlite3.Connection]:
        """A connection outside any transaction, each statement being its own."""
        with self._borrowed() as db, explained(self.path, self.timeout):
            yield db

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        with self._free:
            self._closed = True
            self._close_idle()

    def before_fork(self) -> None:
        """Wait until nothing is lent, close what is idle, keep other threads out until the fork is done."""
        self._free.acquire()
        self._forking = True
        self._free.wait_for(lambda: not self._lent, FORK_PATIENCE)
        self._close_idle()

    def after_fork(self, *, child: bool) -> None:
        """Let other threads in again; a child that inherited a connection in use is kept from using any."""
        self._forking = False
        self._closed |= child and self._lent > 0
        self._free.notify_all()
        self._free.release()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._free:
            self._free.wait_for(lambda: not self._forking)
            if self._closed:
                raise GalleryError(f"{self.path}: this gallery was closed; open it again.")
            db = self._idle.pop() if self._idle else None
            self._lent += 1
        try:
            if db is None:
                with explained(self.path, self.timeout):
                    db = connect(self.path, self.timeout)
            yield db
        finally:
            with self._free:
                self._lent -= 1
                if db is not None and not self._closed and len(self._idle) < IDLE:
                    self._idle.append(db)
                elif db is not None:
                    db.close()
                self._free.notify_all()


def connect(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection to an existing file, set up for durability (each commit reaches the disk) and erasure.

    Where nothing may be written and no log is waiting, SQLite is told that nobody else writes either.
    """
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    waiting = path.with_name(path.name + "-wal").exists()
    mode = "mode=rw" if writable else "mode=ro" if waiting else "mode=ro&immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    db = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)
    try:
        for setting in (
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            db.execute(f"PRAGMA {setting}")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection, begin: str) -> Iterator[None]:
    """BEGIN, then COMMIT at the end or ROLLBACK when anything is raised, Ctrl-C included."""
    db.execute(begin)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path, timeout: float) -> Iterator[None]:
    """Turn what SQLite raises into errors for people."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            raise GalleryBusy(busy(path, timeout)) from error
        if code in _DAMAGED:
            raise GalleryCorrupt(
                f"{path}: not a gallery, or damaged ({error}). Restore it from a copy."
            ) from error
        if code == sqlite3.SQLITE_FULL:
            raise GalleryFull(
                f"{path}: no room is left on the disk; make some. Nothing was changed."
            ) from error
        raise GalleryError(f"{path}: {error}. Nothing was changed.") from error
    except UnicodeDecodeError as error:  # of a complaint, too: the driver quotes damaged bytes in it
        raise GalleryCorrupt(
            f"{path}: not a gallery, or damaged (text that is none). Restore it from a copy."
        ) from error


def busy(path: Path, timeout: float) -> str:
    """The message of GalleryBusy."""
    return f"{path}: another writer has held the gallery for more than {timeout:g} s; try again later."


_pools: weakref.WeakSet[Connections] = weakref.WeakSet()
_held: list[Connections] = []


def _before_fork() -> None:
    _held.extend(_pools)
    for pool in _held:
        pool.before_fork()


def _after_fork(*, child: bool) -> None:
    while _held:
        _held.pop().after_fork(child=child)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=lambda: _after_fork(child=False),
        after_in_child=lambda: _after_fork(child=True),
    )
