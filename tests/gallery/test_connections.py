"""Threads, processes and forks share a gallery without losing or blocking each other."""

import multiprocessing
import os
import sqlite3
import threading
import time

import pytest

from mien.errors import GalleryBusy
from mien.gallery.stores.sqlite import SQLiteStore
from tests.gallery.whole import problems

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def test_sixteen_threads_write_and_read_one_store(path, store, make_face):
    def work(n):
        for i in range(5):
            store.enroll(f"{n}-{i}", [make_face(10 * n + i)])
            assert store.person(f"{n}-{i}").faces == 1

    failed = run_threads(work, 16)
    assert failed == []
    assert store.info().people == 80
    assert len(store._pool._idle) <= 4
    assert problems(path) == []


def run_threads(work, n):
    failed = []

    def guarded(i):
        try:
            work(i)
        except Exception as error:  # noqa: BLE001  (what the test reports)
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_processes_write_one_file(path, make_face):
    SQLiteStore.open(path, create=True).close()
    context = multiprocessing.get_context("spawn")
    faces = [make_face(i) for i in range(10)]
    children = [context.Process(target=enroll_all, args=(path, n, faces)) for n in range(2)]
    for child in children:
        child.start()
    enroll_all(path, 2, faces)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    with SQLiteStore.open(path) as store:
        assert store.info().people == 30
    assert problems(path) == []


def enroll_all(path, n, faces):
    with SQLiteStore.open(path) as store:
        for i, face in enumerate(faces):
            store.enroll(f"{n}-{i}", [face])


def test_two_processes_create_one_gallery(path):
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        uuids = pool.map(create_and_name, [path] * 4, chunksize=1)
    assert len(set(uuids)) == 1


def create_and_name(path):
    with SQLiteStore.open(path, create=True) as store:
        return store.info().uuid


def test_a_writer_that_holds_on_makes_others_busy_but_not_readers(path, make_face):
    with SQLiteStore.open(path, create=True, timeout=0.2) as store:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        with pytest.raises(GalleryBusy, match=r"more than 0\.2 s"):
            store.enroll("Ada", [make_face(1)])
        assert 0.15 < time.monotonic() - start < 5
        assert store.people() == []
        holder.execute("ROLLBACK")
        holder.close()
        assert store.enroll("Ada", [make_face(1)]).faces == 1


def test_a_thread_that_holds_on_makes_others_busy(path, make_face):
    with SQLiteStore.open(path, create=True, timeout=0.2) as store, store._pool.writing():
        failed = run_threads(lambda _: store.enroll("Ada", [make_face(1)]), 1)
    assert [type(error) for error in failed] == [GalleryBusy]


def test_forgetting_while_somebody_reads_says_that_the_log_is_not_empty(path, make_face):
    with SQLiteStore.open(path, create=True, timeout=0.2) as store:
        store.enroll("Ada", [make_face(1)])
        store.enroll("Bob", [make_face(2)])
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        assert not store.forget("Ada").cleaned
        reader.execute("COMMIT")
        reader.close()
        assert [p.name for p in store.people()] == ["Bob"]
        assert store.forget("Bob").cleaned
        assert path.with_name(path.name + "-wal").stat().st_size == 0


def fork(work) -> int:
    """The exit status of a forked child that runs work(): 0 when it ended without an error."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_uses_connections_of_its_own(path, store, make_face):
    store.enroll("parent", [make_face(1)])
    inherited = list(store._pool._idle)
    assert inherited

    def work():
        assert store._pool._idle == []
        store.enroll("child", [make_face(2)])
        assert {p.name for p in store.people()} == {"child", "parent"}
        store.close()

    assert fork(work) == 0
    store.enroll("parent again", [make_face(3)])
    assert {p.name for p in store.people()} == {"child", "parent", "parent again"}
    assert problems(path) == []


@needs_fork
def test_the_childs_writes_outlive_the_parents_closing(path, make_face):
    # With a connection carried over, the parent's closing would delete the log under the child's feet.
    store = SQLiteStore.open(path, create=True)
    store.enroll("parent", [make_face(1)])
    gate_in, gate_out = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            store.enroll("before", [make_face(2)])
            os.read(gate_in, 1)
            store.enroll("after", [make_face(3)])
            status = 0
        finally:
            os._exit(status)
    time.sleep(0.1)
    store.close()
    os.write(gate_out, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    for end in (gate_in, gate_out):
        os.close(end)
    with SQLiteStore.open(path) as again:
        assert [p.name for p in again.people()] == ["after", "before", "parent"]
    assert problems(path) == []


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_forking_while_other_threads_write(path, store, make_face):
    stop = threading.Event()

    def write():
        i = 0
        while not stop.is_set():
            store.enroll("busy", [make_face(i)])
            i += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        statuses = [fork(lambda: store.enroll("from a child", [make_face(9)])) for _ in range(3)]
    finally:
        stop.set()
        thread.join()
    assert statuses == [0] * 3
    assert store.person("from a child").faces == 3
    assert problems(path) == []
