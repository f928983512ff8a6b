"""Galleries on a PostgreSQL server with pgvector, for more than one machine."""

from mien.gallery.stores.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
