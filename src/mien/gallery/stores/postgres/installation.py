"""Finds a gallery in a database by its name, and makes what is missing of both."""

from __future__ import annotations

import psycopg

from mien.errors import GalleryCorrupt, GalleryError, GalleryNewer, GalleryNotFound
from mien.gallery.stores.postgres import schema
from mien.gallery.stores.postgres.address import Address, parse
from mien.gallery.stores.postgres.connections import PATIENCE, Connections, connect, explained
from mien.gallery.stores.postgres.database import Connection
from mien.gallery.stores.sql.tables import SCHEMA


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
