"""A gallery in one SQLite file: the store that Mien uses unless told otherwise."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from mien.gallery import sidecar
from mien.gallery.protection.envelope import Envelope
from mien.gallery.stores.base import Searcher
from mien.gallery.stores.records import Charter, Kind, Model
from mien.gallery.stores.sql import gallery
from mien.gallery.stores.sql.store import SqlStore, who
from mien.gallery.stores.sql.tables import SCHEMA
from mien.gallery.stores.sqlite.connections import Connections, connect, explained, transaction
from mien.gallery.stores.sqlite.files import make_file, require_gallery, require_sqlite
from mien.gallery.stores.sqlite.migrate import migrate
from mien.gallery.stores.sqlite.schema import make_tables

PATIENCE = 10.0  # seconds to wait for another writer before GalleryBusy


class SQLiteStore(SqlStore):
    """See `mien.gallery.stores.base.Store`; SQLite in WAL mode, each commit flushed to the disk.

    >>> with SQLiteStore.open("family.mien", create=True) as store:      # doctest: +SKIP
    ...     store.enroll("Grace Hopper", [face])
    """

    def __init__(self, path: Path, timeout: float, envelope: Envelope, actor: str) -> None:
        super().__init__(str(path), envelope, actor)
        self._path = path
        self._pool = Connections(path, timeout)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = False,
        charter: Charter | None = None,
        key: bytes | None = None,
        actor: str | None = None,
        timeout: float = PATIENCE,
    ) -> Self:
        """Open a gallery file, or with `create` make it where there is none.

        charter: of a gallery that is made. key: 32 bytes, of a gallery that is sealed or is to be made so.
        actor: who acts, for the logs; by default who is logged in. timeout: seconds to wait for other writers.
        A gallery of an earlier Mien is brought up to date. Raises GalleryNotFound, GalleryCorrupt (not a gallery,
        or damaged), GalleryNewer, KeyUnusable, WrongKey, GalleryError.
        """
        path, actor = Path(path), actor or who()
        if create:
            make_file(path)
        require_sqlite(path, may_be_empty=create)
        with explained(path, timeout):
            db = connect(path, timeout)
            try:
                if create:
                    initialise(
                        db, lambda db: gallery.create(db, charter or Charter(), key, actor, time.time())
                    )
                if require_gallery(db, path) < SCHEMA:
                    migrate(db, path, actor)
                envelope = gallery.opened(db, key, str(path))
            finally:
                db.close()
        return cls(path, timeout, envelope, actor)

    @property
    def cache(self) -> Path | None:
        """Disposable files beside the gallery have names that begin so; a sealed gallery has none."""
        return None if self._envelope.sealing else self._path

    def searcher(self, model: Model, kind: Kind) -> Searcher:
        """A search in memory that sees every committed change."""
        from mien.gallery.index import Index

        return Index(self, model, kind, self.cache)

    def close(self) -> None:
        """Close all connections; the last one in any process folds the write-ahead log into the file."""
        self._pool.close()

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._pool.reading() as db:
            yield db

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._pool.writing() as db:
            yield db

    def _clean(self) -> dict[str, bool]:
        """SQLite zeros freed pages itself (secure_delete); sidecars and the write-ahead log are cleared here."""
        if self.cache:
            sidecar.scrub(self.cache, self.changes_since)
        with self._pool.plain() as db:
            blocked: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return {"free pages": True, "search files": True, "write-ahead log": not blocked}

    def _damage(self) -> list[str]:
        with self._pool.reading() as db:
            return [str(line) for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]


def bare(path: Path, *, create: bool) -> Connections:
    """Connections to the tables of a gallery file, whatever is in them; with `create` they are made where missing."""
    if create:
        make_file(path)
    require_sqlite(path, may_be_empty=create)
    with explained(path, PATIENCE):
        db = connect(path, PATIENCE)
        try:
            if create:
                initialise(db, lambda _: None)
            if require_gallery(db, path) < SCHEMA:
                migrate(db, path, who())
        finally:
            db.close()
    return Connections(path, PATIENCE)


def initialise(db: sqlite3.Connection, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Make the tables in an empty file, and fill them, unless it has some; two processes may try at once."""
    if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        return
    db.execute("PRAGMA journal_mode = WAL")
    with transaction(db, "BEGIN IMMEDIATE"):
        if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return
        make_tables(db)
        fill(db)
