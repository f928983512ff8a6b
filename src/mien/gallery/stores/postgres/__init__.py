"""Galleries on a PostgreSQL server with pgvector, for more than one machine."""

from mien.errors import GalleryError

try:
    import psycopg  # noqa: F401
except ImportError as error:
    raise GalleryError(
        f"A gallery on a server takes psycopg, which cannot be imported ({error}): pip install 'mien[postgres]'."
    ) from error

from mien.gallery.stores.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
