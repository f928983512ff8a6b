"""A killed writer loses nothing that was acknowledged; and the bench would notice if it did."""

import os
from contextlib import contextmanager

import pytest

from bench import killing
from mien.gallery.stores.sqlite import connections

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def test_twelve_kills_lose_nothing():
    found = killing.run(kills=12, seed=3)
    assert found["acknowledged_lost"] == found["half_written"] == found["index_differs"] == 0
    assert found["changes"] > 12
    assert found["inside_a_change"] >= 2


def test_the_bench_notices_changes_acknowledged_too_early(monkeypatch):
    monkeypatch.setattr(killing, "LONGEST", 0.02)
    commit = connections.transaction

    @contextmanager
    def undone(db, begin):
        """A write transaction that is rolled back although it went well."""
        with commit(db, begin):
            yield
            if begin == "BEGIN IMMEDIATE":
                db.execute("ROLLBACK")
                db.execute("BEGIN")

    monkeypatch.setattr(connections, "transaction", undone)
    assert killing.run(kills=3, seed=0)["acknowledged_lost"] > 0
