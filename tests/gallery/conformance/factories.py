"""The stores that the suite is run on, and how to have it run on another one.

A store from elsewhere passes when every test here does. Write a `Factory` for it and name it in the environment,
as `module:attribute`, several separated by commas:

    MIEN_STORES=faces_on_mars.testing:factory python -m pytest tests/gallery/conformance

The tests use the methods of `mien.gallery.stores.base.Store` and those of the factory, and nothing else. A store that
keeps no tables in SQL lets `execute` call `pytest.skip`: damage by hand, and what raw rows tell a thief, are then
not tested, and is for the store's own tests.
"""

from __future__ import annotations

import importlib
import itertools
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from mien.gallery.stores import open_store
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Charter

KEY = bytes(range(100, 132))
_numbers = itertools.count(1)


class Factory(Protocol):
    """Makes galleries of one kind.

    name: what the tests are called by. key: of its galleries, None where they are not sealed.
    needs: the fixture that has to be there (a server), whose value `new` is given; "tmp_path" for a folder.
    """

    name: str
    key: bytes | None
    needs: str

    def new(self, given: Any) -> Any:
        """Where a gallery may be made that does not exist yet; processes can be handed it."""

    def open(
        self,
        place: Any,
        key: bytes | None,
        *,
        create: bool = False,
        charter: Charter | None = None,
        actor: str = "test",
    ) -> Store:
        """Open the gallery at that place, or make it, with the errors of `SQLiteStore.open`."""

    def execute(self, place: Any, statement: str) -> Sequence[Sequence[Any]]:
        """Run SQL over the tables of that gallery alone (`stores.sql.tables`), behind the store's back, and keep it."""


class OnSQLite:
    """Galleries in files."""

    needs = "tmp_path"

    def __init__(self, name: str, key: bytes | None) -> None:
        self.name, self.key = name, key

    def new(self, given: Path) -> Path:
        return given / f"{next(_numbers)}.mien"

    def open(self, place, key, *, create=False, charter=None, actor="test") -> Store:
        return open_store(place, create=create, charter=charter, key=key, actor=actor)

    def execute(self, place: Path, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(place)) as db, db:
            return db.execute(statement).fetchall()


class OnPostgres(OnSQLite):
    """Galleries on a server."""

    needs = "own_database"

    def new(self, given: str) -> str:
        return f"{given}&gallery=conformance-{os.getpid()}-{next(_numbers)}"

    def execute(self, place: str, statement: str) -> list[tuple[Any, ...]]:
        from mien.gallery.stores.postgres.address import parse
        from mien.gallery.stores.postgres.connections import connect
        from mien.gallery.stores.postgres.store import find

        address = parse(place)
        with connect(address, find(address, 5, create=False), 5) as db:
            found = db.execute(statement.encode(), binary=True)
            return found.fetchall() if found.description else []


FACTORIES: list[Factory] = [
    OnSQLite("sqlite", None),
    OnSQLite("sqlite-sealed", KEY),
    OnPostgres("postgres", None),
    OnPostgres("postgres-sealed", KEY),
]
for _where in filter(None, os.environ.get("MIEN_STORES", "").split(",")):
    _module, _, _attribute = _where.partition(":")
    FACTORIES.append(getattr(importlib.import_module(_module), _attribute))
