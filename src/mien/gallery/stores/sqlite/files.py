"""What a gallery file is, before and just after SQLite opens it."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from mien.errors import GalleryCorrupt, GalleryError, GalleryNewer, GalleryNotFound
from mien.gallery.stores.sql.tables import SCHEMA

MAGIC = b"SQLite format 3\x00"
APPLICATION_ID = 0x4D69656E  # "Mien"


def make_file(path: Path) -> None:
    """An empty file that only its owner may read, unless there is something already."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise GalleryError(f"{path}: a gallery cannot be made here ({error.strerror}).") from error
    if os.name == "posix":  # the new name must survive a power cut too
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def require_sqlite(path: Path, *, may_be_empty: bool) -> None:
    """GalleryNotFound or GalleryCorrupt unless the path is a regular file that begins as SQLite's do."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise GalleryNotFound(
            f"{path}: there is no gallery of that name; enrol somebody to make it."
        ) from error
    except OSError as error:
        raise GalleryError(f"{path}: cannot be opened ({error.strerror}).") from error
    if not stat.S_ISREG(status.st_mode):
        raise GalleryCorrupt(f"{path}: a folder, pipe or device; expected a gallery file.")
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise GalleryError(f"{path}: cannot be read ({error.strerror}).") from error
    if not start and may_be_empty:
        return
    if not start:
        raise GalleryCorrupt(f"{path}: an empty file; delete it, or enrol somebody to make a gallery of it.")
    if start != MAGIC:
        raise GalleryCorrupt(f"{path}: not a gallery (it begins with {start[:8]!r}); choose another file.")


def require_gallery(db: sqlite3.Connection, path: Path) -> int:
    """The schema of a gallery file; GalleryCorrupt unless it is one and whole, GalleryNewer where not read here."""
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise GalleryCorrupt(f"{path}: an SQLite file of another program; choose another file.")
    if not 0 < version <= SCHEMA:
        raise GalleryNewer(
            f"{path}: made by a newer Mien (schema {version}; this one reads {SCHEMA}); upgrade Mien."
        )
    # SQLite notices a missing page but not a part of one. The log is looked at first: while it holds
    # pages the file may be shorter, and once it is empty the file is whole.
    pages = db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
    log = path.with_name(path.name + "-wal")
    waiting = log.exists() and log.stat().st_size
    size = path.stat().st_size
    if size < pages and not waiting:
        raise GalleryCorrupt(f"{path}: cut off after {size} of {pages} bytes; restore it from a copy.")
    return int(version)
