"""Where a gallery's people and templates are kept, behind one small interface (`base.Store`)."""

from __future__ import annotations

import os
from pathlib import Path

from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Charter

SERVERS = ("postgresql://", "postgres://")


def open_store(
    where: str | os.PathLike[str],
    *,
    create: bool = False,
    charter: Charter | None = None,
    key: bytes | None = None,
    actor: str | None = None,
) -> Store:
    """The store of a gallery: a file, or the address of a server, `postgresql://…`; see `SQLiteStore.open`."""
    if str(where).startswith(SERVERS):
        from mien.gallery.stores.postgres import PostgresStore

        return PostgresStore.open(str(where), create=create, charter=charter, key=key, actor=actor)
    from mien.gallery.stores.sqlite import SQLiteStore

    return SQLiteStore.open(Path(where), create=create, charter=charter, key=key, actor=actor)
