"""A gallery in one SQLite file."""

from mien.gallery.stores.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
