"""Galleries in one PostgreSQL database: for many machines, and for more than one of them holds."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import psycopg

from mien.errors import GalleryCorrupt, GalleryError, GalleryNewer, GalleryNotFound
from mien.gallery.protection.envelope import Envelope
from mien.gallery.stores.base import Charter, Kind, Model, Searcher
from mien.gallery.stores.postgres import schema
from mien.gallery.stores.postgres.address import Address, parse
from mien.gallery.stores.postgres.connections import Connections, connect, explained
from mien.gallery.stores.postgres.database import Connection, Database
from mien.gallery.stores.postgres.search import TABLE, ServerSearch, index_name
from mien.gallery.stores.sql import gallery
from mien.gallery.stores.sql.store import SqlStore, who
from mien.gallery.stores.sql.tables import SCHEMA, TABLES

PATIENCE = 10.0  # seconds to wait for another writer before GalleryBusy
TRIES = 3  # to vacuum, as a read that is under way keeps dead rows alive
OF_PEOPLE = [  # tables that hold anything of people, or keys
    f"mien.{table.name}" for table in TABLES if table.name not in ("models", "steps", "changes", "audit")
]


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
            name = index_name(self._pool.gallery, found[0], kind)
            db.execute("SELECT mien.make_hnsw(?, ?, ?, ?)", (TABLE[kind][0], name, found[0], model.dim))

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


def bare(url: str, *, create: bool, sealed: bool) -> tuple[str, Connections]:
    """What errors call a gallery, and connections to its tables, whatever is in them."""
    address = parse(url)
    number = find(address, PATIENCE, create=create)
    return address.shown, Connections(address, number, PATIENCE, sealed=sealed)


def find(address: Address, timeout: float, *, create: bool) -> int:
    """The number of the gallery; with `create` it, and the tables of the database, are made where missing."""
    with explained(address.shown, timeout), connect(address, None, timeout) as db:
        if not installed(db, address):
            if not create:
                raise GalleryNotFound(
                    f"{address.shown}: there is no gallery in this database; enrol somebody to make it."
                )
            install(db, address)
            return find(address, timeout, create=create)  # in a new connection, which takes the role made now
        select = b"SELECT id FROM mien.galleries WHERE name = %s"
        found = db.execute(select, (address.gallery,)).fetchall()
        if not found and create:
            db.execute(
                b"INSERT INTO mien.galleries (name) VALUES (%s) ON CONFLICT DO NOTHING", (address.gallery,)
            )
            found = db.execute(select, (address.gallery,)).fetchall()
            if not found:
                raise GalleryError(
                    f"{address.shown}: this name is another login's gallery; choose another name."
                )
    if not found:
        raise GalleryNotFound(
            f"{address.shown}: there is no gallery of that name; enrol somebody to make it."
        )
    return int(found[0][0])


def installed(db: Connection, address: Address) -> bool:
    """Whether the database has the tables; GalleryCorrupt where they are not Mien's, GalleryNewer where too new."""
    schemas = db.execute(
        b"SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = 'installation') "
        b"FROM pg_namespace n WHERE nspname = 'mien'"
    ).fetchall()
    if not schemas:
        return False
    if not schemas[0][0]:
        raise GalleryCorrupt(
            f"{address.shown}: the schema 'mien' of this database is another program's; choose another database."
        )
    version = db.execute(b"SELECT schema FROM mien.installation").fetchall()
    if len(version) != 1:
        raise GalleryCorrupt(f"{address.shown}: mien.installation has {len(version)} rows; expected one.")
    if version[0][0] > SCHEMA:
        raise GalleryNewer(
            f"{address.shown}: made by a newer Mien (schema {version[0][0]}; this one reads {SCHEMA}); upgrade Mien."
        )
    return True


def install(db: Connection, address: Address) -> None:
    """Make the tables, as the login itself; two processes may try at once."""
    db.execute(b"RESET ROLE")
    db.execute(b"RESET search_path")  # where the extension goes
    try:
        with db.transaction():
            db.execute(b"SELECT pg_advisory_xact_lock(hashtext('mien installation'))")
            if not installed(db, address):
                schema.make(db)
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile) as error:
        raise GalleryError(
            f"{address.shown}: the server has no pgvector, which searches templates; install the extension 'vector'."
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise GalleryError(
            f"{address.shown}: this login may not make Mien's tables ({error.diag.message_primary}). An administrator "
            "can: CREATE EXTENSION vector; and open a gallery once, or GRANT CREATE ON DATABASE to this login."
        ) from error


def vacuumed(db: Connection) -> bool:
    """Whether no dead row is left in the tables that hold anything of people, after they were vacuumed.

    A row stays while a transaction that began earlier may still see it, and where the login may not vacuum.
    """
    told: list[str] = []

    def listen(notice: psycopg.errors.Diagnostic) -> None:
        told.append(notice.message_primary or "")

    db.add_notice_handler(listen)
    try:
        db.execute(f"VACUUM (VERBOSE, INDEX_CLEANUP ON, PROCESS_TOAST ON) {', '.join(OF_PEOPLE)}".encode())
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        return False
    finally:
        db.remove_notice_handler(listen)
    left = [int(n) for text in told for n in re.findall(r"(\d+) are dead but not yet removable", text)]
    return len(left) >= len(OF_PEOPLE) + len(schema.PARTITIONED) * (schema.PARTITIONS - 1) and not any(left)
