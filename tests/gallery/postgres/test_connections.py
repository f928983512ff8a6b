"""Connections that break, servers that are full, foreign or newer, addresses with passwords: each a named error."""

import multiprocessing
import os
import threading

import psycopg
import pytest

from mien.errors import (
    ArgumentError,
    GalleryBusy,
    GalleryCorrupt,
    GalleryError,
    GalleryFull,
    GalleryLost,
    GalleryNewer,
    GalleryNotFound,
    KeyUnusable,
    WrongKey,
)
from mien.gallery.stores.postgres import PostgresStore
from mien.gallery.stores.postgres.address import parse

KEY = b"k" * 32


def cut(admin, store):
    """End the store's idle connections from the server's side, as a restart does."""
    pids = [db.info.backend_pid for db in store._pool._idle]
    assert pids
    for pid in pids:
        assert admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchone() == (True,)


def test_a_connection_that_broke_while_idle_is_replaced(store, admin, make_face):
    store.enroll("Ann", [make_face(1)])
    cut(admin, store)
    assert [person.name for person in store.people()] == ["Ann"]
    cut(admin, store)
    store.enroll("Bob", [make_face(2)])
    assert store.problems() == []


def test_a_connection_that_breaks_inside_a_change_is_told_and_nothing_is_changed(store, admin):
    store.add_person("Ann")

    def write():
        with store._writing() as s:
            s.db.execute("UPDATE people SET updated = 0")
            pid = s.db.execute("SELECT pg_backend_pid()").fetchone()[0]
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            s.db.execute("SELECT 1")

    with pytest.raises(GalleryLost, match="Nothing was changed"):
        write()
    assert store.person("Ann").updated.year > 2000


@pytest.mark.parametrize("reached", [True, False])
def test_what_became_of_a_commit_whose_answer_was_lost_is_asked(store, monkeypatch, reached):
    execute = psycopg.Connection.execute
    broken = []

    def losing(self, query, *values, **options):
        if query == b"COMMIT" and not broken:
            broken.append(True)
            if reached:
                execute(self, query)
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return execute(self, query, *values, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", losing)
    if reached:
        store.add_person("Ann")
    else:
        with pytest.raises(GalleryLost, match="Nothing was changed"):
            store.add_person("Ann")
    assert broken
    assert [person.name for person in store.people()] == (["Ann"] if reached else [])


def test_where_the_server_stays_away_the_doubt_is_told(store, monkeypatch):
    from mien.gallery.stores.postgres import connections

    execute = psycopg.Connection.execute

    def losing(self, query, *values, **options):
        if query == b"COMMIT":
            self.close()
            raise psycopg.OperationalError("gone")
        return execute(self, query, *values, **options)

    def refuse(*_):
        raise GalleryLost("no server")

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", losing)
        patch.setattr(connections, "connect", refuse)
        with pytest.raises(GalleryLost, match="not known"):
            store.add_person("Ann")


def test_no_server_is_named_without_the_password(tmp_path):
    for url in (
        f"postgresql://ann:secret@/db?host={tmp_path}",
        f"postgresql://ann@/db?host={tmp_path}&password=secret",
        "postgresql://ann:secret@localhost:port/db",
        "postgresql://ann:secret@localhost/db?nonsense=1",
    ):
        with pytest.raises(GalleryLost) as raised:
            PostgresStore.open(url, create=True)
        told = f"{raised.value} {raised.value.__cause__}"
        assert "secret" not in told
        assert "ann@" in told


def test_a_gallery_has_a_name_that_can_be_printed():
    assert parse("postgresql://db/faces").gallery == "main"
    assert parse("postgresql://a,b:5433/faces?target_session_attrs=any&gallery=Z%C3%BCri").gallery == "Züri"
    assert "secret" not in repr(parse("postgresql://ann:secret@db/faces"))
    for bad in ("", "a%0Ab", "x" * 201):
        with pytest.raises(ArgumentError, match="expected 1 to 200"):
            parse(f"postgresql://db/faces?gallery={bad}")


def test_what_is_not_there_is_made_only_when_asked(database):
    with pytest.raises(GalleryNotFound, match="no gallery in this database"):
        PostgresStore.open(database)
    PostgresStore.open(database, create=True).close()
    with pytest.raises(GalleryNotFound, match="of that name"):
        PostgresStore.open(f"{database}&gallery=other")
    PostgresStore.open(database).close()


def test_foreign_and_newer_databases_are_refused(database):
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("CREATE SCHEMA mien")
        with pytest.raises(GalleryCorrupt, match="another program's"):
            PostgresStore.open(database, create=True)
        db.execute("DROP SCHEMA mien")
        PostgresStore.open(database, create=True).close()
        db.execute("UPDATE mien.installation SET schema = 99")
        with pytest.raises(GalleryNewer, match="schema 99"):
            PostgresStore.open(database, create=True)


def test_a_full_disk_and_a_damaged_table_are_named_and_change_nothing(database, make_face):
    with (
        PostgresStore.open(database, create=True) as store,
        psycopg.connect(database, autocommit=True) as db,
    ):
        db.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file'; END $$"
        )
        db.execute(
            "CREATE TRIGGER f BEFORE INSERT ON mien.templates_0 FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        for i in range(1, 4):
            db.execute(
                f"CREATE TRIGGER f BEFORE INSERT ON mien.templates_{i} FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
        with pytest.raises(GalleryFull, match="Nothing was changed"):
            store.enroll("Ann", [make_face(1)])
        assert store.people() == []
        assert store.head().seq == 1
        db.execute("DROP TABLE mien.crops")
        with pytest.raises(GalleryCorrupt, match="crops"):
            store.crop(1)


def test_keys(postgres_url):
    with PostgresStore.open(postgres_url, create=True, key=KEY) as store:
        store.add_person("Ann")
    with pytest.raises(KeyUnusable, match="no key was given"):
        PostgresStore.open(postgres_url)
    with pytest.raises(WrongKey):
        PostgresStore.open(postgres_url, key=b"x" * 32)
    with PostgresStore.open(postgres_url, key=KEY) as store:
        assert store.person("Ann").name == "Ann"


def test_a_writer_who_waits_too_long_is_told(store, postgres_url):
    with PostgresStore.open(postgres_url, timeout=0.1) as other, store._writing():
        assert other.people() == []  # readers do not wait
        with pytest.raises(GalleryBusy, match=r"0\.1 s"):
            other.add_person("Ann")
    store.add_person("Ann")


def test_a_read_only_server_is_named(store, postgres_url):
    with PostgresStore.open(postgres_url) as other:
        with other._pool.plain() as db:  # as a standby answers
            db.execute("SET default_transaction_read_only = on")
        with pytest.raises(GalleryError, match="may only be read"):
            other.add_person("Ann")
        assert other.people() == []


def test_a_closed_gallery_says_so(store):
    store.close()
    store.close()
    with pytest.raises(GalleryError, match="was closed"):
        store.people()


def test_threads_share_a_store(store, make_face):
    def enrol(i):
        for j in range(5):
            store.enroll(f"person {i}", [make_face(10 * i + j)])

    threads = [threading.Thread(target=enrol, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [person.faces for person in store.people()] == [5] * 4
    assert [change.seq for change in store.changes_since(0)] == list(range(1, 25))
    assert store.problems() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_connections_of_its_own(store, make_face):
    store.enroll("Ann", [make_face(1)])
    child = multiprocessing.get_context("fork").Process(target=store.enroll, args=("Bob", [make_face(2)]))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert [person.name for person in store.people()] == ["Ann", "Bob"]
    assert store.problems() == []


def test_forgetting_says_what_it_cleaned(store, postgres_url, make_face):
    for name in ("Ann", "Bob"):
        store.enroll(name, [make_face(1)])
    assert store.forget("Ann").receipt.cleaned == {"dead rows": True}
    with PostgresStore.open(postgres_url) as other, other._reading() as s:
        s.db.execute("SELECT count(*) FROM people").fetchone()  # somebody who may still see the dead rows
        gone = store.forget("Bob")
    assert not gone.cleaned
    assert gone.receipt.cleaned == {"dead rows": False}
