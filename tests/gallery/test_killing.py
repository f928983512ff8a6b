"""A killed writer loses nothing that was acknowledged; and the bench would notice if it did."""

import os
from contextlib import contextmanager

import pytest

from bench import gallery_killing, killing
from mien.gallery.stores import open_store
from mien.gallery.stores.sqlite import connections

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def test_twelve_kills_lose_nothing():
    assert_nothing_lost(killing.run(kills=12, seed=3))


def test_twelve_kills_of_clients_of_a_server_lose_nothing(postgres_url):
    assert_nothing_lost(killing.run(kills=12, seed=3, opened=lambda: open_store(postgres_url, create=True)))


def assert_nothing_lost(found):
    assert found["acknowledged_lost"] == found["half_written"] == found["index_differs"] == 0
    assert found["changes"] > 6
    assert found["inside_a_change"] >= 2


def test_a_move_that_is_killed_goes_on(tmp_path):
    found = gallery_killing.moving(tmp_path / "source.mien", lambda i: str(tmp_path / f"{i}.mien"), kills=4)
    assert (found["lost"], found["half"]) == (0, 0)
    assert found["kills"] == 4


def test_a_move_to_a_server_that_is_killed_goes_on(tmp_path, postgres_url):
    found = gallery_killing.moving(tmp_path / "source.mien", lambda i: f"{postgres_url}-{i}", kills=3)
    assert (found["lost"], found["half"]) == (0, 0)


def test_a_gallery_of_an_earlier_version_survives_kills_while_it_is_brought_up_to_date(tmp_path):
    found = gallery_killing.updating(tmp_path / "old.mien", kills=6)
    assert (found["lost"], found["half"]) == (0, 0)


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
