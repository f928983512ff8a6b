"""Galleries in one PostgreSQL database: for many machines, and for more than one of them holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from mien.errors import GalleryError
from mien.gallery.protection.envelope import Envelope
from mien.gallery.stores.base import Searcher
from mien.gallery.stores.postgres.address import parse
from mien.gallery.stores.postgres.cleaning import vacuumed
from mien.gallery.stores.postgres.connections import PATIENCE, Connections
from mien.gallery.stores.postgres.database import Database
from mien.gallery.stores.postgres.installation import find
from mien.gallery.stores.postgres.search import ServerSearch
from mien.gallery.stores.records import Charter, Kind, Model
from mien.gallery.stores.sql import gallery
from mien.gallery.stores.sql.store import SqlStore, who

TRIES = 3  # to vacuum, as a read that is under way keeps dead rows alive


class PostgresStore(SqlStore):
    """See `mien.gallery.stores.base.Store`; each gallery of a database sees its own rows alone.

    >>> with PostgresStore.open("postgresql://db/faces?gallery=family", create=True) as store:   # doctest: +SKIP
    ...     store.enroll("Grace Hopper", [face])
    """

    def __init__(self, pool: Connections, envelope: Envelope, actor: str) -> None:
        super().__init__(pool.name, envelope, actor)
        self._pool = pool

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = False,
        charter: Charter | None = None,
        key: bytes | None = None,
        actor: str | None = None,
        timeout: float = PATIENCE,
    ) -> Self:
        """Open the gallery at `postgresql://…[?gallery=NAME]`, or with `create` make it where there is none.

        charter, key, actor, timeout: as for a gallery in a file. With `create` the tables are made too, in an empty
        database with pgvector. Raises GalleryLost where the server cannot be reached, GalleryNotFound,
        GalleryCorrupt, GalleryNewer, KeyUnusable, WrongKey, GalleryError.
        """
        address, actor = parse(url), actor or who()
        number = find(address, timeout, create=create)
        pool = Connections(address, number, timeout, sealed=key is not None)
        try:
            with pool.reading() as db:
                empty = db.execute("SELECT 1 FROM gallery").fetchone() is None
            if empty and create:
                with pool.writing() as db:
                    db.execute("SELECT pg_advisory_xact_lock(hashtextextended('mien gallery', ?))", (number,))
                    if db.execute("SELECT 1 FROM gallery").fetchone() is None:
                        gallery.create(db, charter or Charter(), key, actor, time.time())
            with pool.reading() as db:
                envelope = gallery.opened(db, key, address.shown)
        except BaseException:
            pool.close()
            raise
        return cls(pool, envelope, actor)

    def searcher(self, model: Model, kind: Kind) -> Searcher:
        """A search in the server; in memory for a sealed gallery, whose templates the server cannot read."""
        if self._envelope.sealing:
            from mien.gallery.index import Index

            return Index(self, model, kind)
        return ServerSearch(self._pool, model, kind)

    def make_index(self, model: Model, kind: Kind) -> None:
        """Make the HNSW index that searches of these templates use from now on, anew where there is one.

        Nobody can write to the gallery while it is made. GalleryError for a sealed gallery.
        """
        if self._envelope.sealing:
            raise GalleryError(
                f"{self.name}: sealed, so the server cannot read its templates; it is searched in memory."
            )
        with self._pool.writing() as db:
            found = db.execute("SELECT id FROM models WHERE sha256 = ?", (model.sha256,)).fetchone()
            if found is None:
                raise GalleryError(f"{self.name}: no templates of {model.name}; enrol somebody first.")
            db.execute("SELECT mien.make_hnsw(?, ?, ?)", (str(kind), found[0], model.dim))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def _read(self) -> Iterator[Database]:
        with self._pool.reading() as db:
            yield db

    @contextmanager
    def _write(self) -> Iterator[Database]:
        with self._pool.writing() as db:
            yield db

    def _clean(self) -> dict[str, bool]:
        """Vacuum what a removal touches; the server's log, its replicas and its backups are out of a client's reach."""
        with self._pool.plain() as db:
            return {"dead rows": any(vacuumed(db) for _ in range(TRIES))}

    def _damage(self) -> list[str]:
        with self._pool.reading() as db:
            failures, blind = db.execute(
                "SELECT (SELECT coalesce(checksum_failures, 0) FROM pg_stat_database "
                "WHERE datname = current_database()), "
                "(SELECT count(*) FROM templates WHERE vec IS NULL) + (SELECT count(*) FROM means WHERE vec IS NULL)"
            ).fetchall()[0]
        found = [f"{failures} pages of the database fail their checksums"] if failures else []
        if blind and not self._envelope.sealing:
            found.append(f"{blind} templates are not in the form that the server searches")
        return found
