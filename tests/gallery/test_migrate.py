"""A gallery that version 0.1.0 made opens as it was, brought up to date once, whatever comes between."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.errors import ArgumentError, GalleryError, PersonNotFound
from mien.gallery import repair, sidecar
from mien.gallery.stores.records import Kind, Model
from mien.gallery.stores.sqlite import SQLiteStore, connections
from mien.gallery.stores.sqlite import migrate as module
from mien.gallery.stores.sqlite import store as store_module
from tests.gallery.whole import problems

OLD = Path(__file__).parent / "data/schema1.mien"  # see data/make_schema1.py
HELD = json.loads(OLD.with_suffix(".json").read_text("utf-8"))
RENAMED = {"group-3": "group-3 (person 2)", "group-8": "group-8 (person)"}  # these name groups now


@pytest.fixture
def old(path):
    shutil.copy(OLD, path)
    return path


def schema(path) -> int:
    db = sqlite3.connect(path)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return version


def assert_whole(path):
    """The gallery is a migrated one with everything in it."""
    with SQLiteStore.open(path) as store:
        assert [p.id for p in sorted(store.people(), key=lambda p: p.id)] == sorted(
            p[0] for p in HELD["people"]
        )
        assert store.info().faces == len(HELD["faces"])
        assert [entry.action for entry in store.entries()] == ["migrate"]
        assert store.problems() == []


def test_the_same_people_with_the_same_ids(old):
    with SQLiteStore.open(old) as store:
        info = store.info()
        assert (info.uuid, info.mien, info.seq) == (HELD["uuid"], "0.1.0", HELD["seq"])
        assert (info.groups, info.loose, info.sealed) == (0, 0, False)
        expected = sorted(
            [i, RENAMED.get(name, name), faces, made] for i, name, faces, made in HELD["people"]
        )
        found = sorted([p.id, p.name, p.faces, p.created.timestamp()] for p in store.people())
        assert found == expected
        assert [p.name for p in store.people()] == sorted(p[1] for p in expected)
    assert problems(old) == []


def test_the_same_faces(old):
    with SQLiteStore.open(old) as store:
        found = [
            [f.id, f.source, f.sha256, list(f.box), f.quality, [i.name for i in f.issues]]
            for p in store.people()
            for f in store.faces(p.name)
        ]
        assert sorted(found) == sorted(HELD["faces"])
        assert all(face.confirmed for p in store.people() for face in store.faces(p.name))
        assert [m.name for m in store.info().models] == ["sface", "other"]
        assert store.count(store.info().models[1], Kind.FACE) == 1


def test_the_log_of_changes_goes_on(old, make_face):
    with SQLiteStore.open(old) as store:
        found = [[c.seq, str(c.what), c.person_id, c.face_id] for c in store.changes_since(0)]
        told = [[s, what.replace("forgotten", "removed"), p, f] for s, what, p, f in HELD["changes"]]
        assert found == told
        before = max(c[2] for c in told), max(c[3] or 0 for c in told)
        added = store.enroll("new", [make_face(1)])  # the last person and face were forgotten: not their ids
        assert (added.id, store.faces("new")[0].id) == (before[0] + 1, before[1] + 1)
        assert store.changes_since(HELD["seq"])[0].seq == HELD["seq"] + 1


def test_the_same_decisions_as_before(old, grace, astronaut):
    with mien.open(old) as people:
        for name, image in (("grace", grace), ("eileen", astronaut)):
            before = HELD["answers"][name]
            found = people.identify(image)
            assert (found.names[0], str(found.answers[0])) == (before["name"], before["answer"])
            assert found.similarities[0] == pytest.approx(
                before["similarity"], abs=1e-4
            )  # float16's rounding
            assert found.probabilities[0] == pytest.approx(before["probability"], abs=1e-3)
            assert found.provenance["gallery"]["threshold"] == before["threshold"]
        assert people.enroll("Grace Hopper", grace[::1, :-4].copy()).person.faces == 3


def test_it_is_noted_in_the_audit_log_and_done_once(old):
    for _ in range(2):
        with SQLiteStore.open(old, actor="somebody") as store:
            (entry,) = store.entries()
            assert (entry.action, entry.actor) == ("migrate", "somebody")
            assert entry.detail == {"from": 1, "to": 2, "renamed": [3, 9]}
            assert store.head().seq == 1


def test_templates_are_turned_and_files_of_the_old_index_are_gone(old):
    left = sidecar.path_of(old, Model("sface", "", HELD["uuid"], 128), Kind.PERSON)
    left.write_bytes(b"MienIdx1" + bytes(1000))
    db = sqlite3.connect(old)
    half = [
        np.frombuffer(h, "<f2").astype(np.float64)
        for (h,) in db.execute("SELECT half FROM templates WHERE face_id = 1")
    ]
    db.close()
    with SQLiteStore.open(old) as store:
        kept = store.fetch(store.info().models[0], Kind.FACE, [1]).exact[0]
    assert (
        abs(float(kept @ half[0])) < 0.5
    )  # of two directions that have nothing to do with each other: 0 ± 0.09
    assert not left.exists()
    assert half[0].astype("<f2").tobytes() not in old.read_bytes()


def test_the_old_tables_are_gone_and_a_name_may_be_given_again(old):
    with SQLiteStore.open(old) as store:
        repair.name(store, "group-8 (person)", "Eight")
        assert store.person("Eight").id == 9
        with pytest.raises(PersonNotFound):
            store.person("group-8")
        with pytest.raises(ArgumentError, match="names a group"):
            repair.name(store, "Eight", "group-8")
    db = sqlite3.connect(old)
    assert db.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'old%'").fetchall() == []
    db.close()


def test_one_that_may_only_be_read_says_so_and_stays(old, monkeypatch):
    content = old.read_bytes()
    monkeypatch.setattr(connections.os, "access", lambda *_: False)
    with pytest.raises(GalleryError, match=r"earlier Mien \(schema 1\).*may only be read"):
        SQLiteStore.open(old)
    assert old.read_bytes() == content


def test_an_error_on_the_way_leaves_the_old_gallery(old, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(module.audit, "append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            SQLiteStore.open(old)
    assert schema(old) == 1
    db = sqlite3.connect(old)
    assert db.execute("SELECT count(*) FROM people").fetchone()[0] == len(HELD["people"])
    db.close()
    assert_whole(old)


def test_a_full_disk_leaves_the_old_gallery(old, monkeypatch):
    connect = connections.connect

    def small(path, timeout):
        db = connect(path, timeout)
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + 3}")
        return db

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "connect", small)
        with pytest.raises(mien.errors.GalleryFull, match="no room"):
            SQLiteStore.open(old)
    assert schema(old) == 1
    assert_whole(old)


def open_it(path, actor="x"):
    with SQLiteStore.open(path, actor=actor) as store:
        return len(store.people())


def test_two_processes_at_once(old):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(open_it, [old] * 4, chunksize=1) == [len(HELD["people"])] * 4
    assert_whole(old)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_at_any_statement_it_is_the_old_or_the_new(old, monkeypatch):
    connect, told = connections.connect, []

    def traced(path, timeout):
        db = connect(path, timeout)
        db.set_trace_callback(told.append)
        return db

    monkeypatch.setattr(store_module, "connect", traced)
    open_it(old)
    statements, seen = len(told), []
    assert statements > 100
    for n in [1, *range(5, statements, statements // 8), statements - 2, statements]:
        for beside in ("-wal", "-shm"):
            old.with_name(old.name + beside).unlink(missing_ok=True)
        shutil.copy(OLD, old)
        assert killed_at(n, traced, old)
        seen.append(schema(old))
        assert_whole(old)
    assert seen == sorted(seen)
    assert set(seen) == {1, 2}


def killed_at(n, traced, path) -> bool:
    """Whether a child that opens the gallery died by its own hand before its n-th statement."""

    def deadly(path, timeout):
        db, left = traced(path, timeout), iter(range(n - 1))
        db.set_trace_callback(lambda _: next(left, None) is None and os.kill(os.getpid(), signal.SIGKILL))
        return db

    child = os.fork()
    if child == 0:
        store_module.connect = deadly
        open_it(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
