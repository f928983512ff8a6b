"""Threads and processes at once, and processes that die: nothing acknowledged is lost, nothing half is left."""

import multiprocessing
import os
import signal
import threading

import pytest

from mien.errors import GalleryError, GalleryNotFound, MienError
from mien.gallery import repair
from mien.gallery.stores.records import Kind
from tests.gallery.conformance.conftest import face_ids

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def in_threads(*works):
    """What was raised in threads that do these at once."""
    failed = []

    def guarded(work):
        try:
            work()
        except Exception as error:  # noqa: BLE001  (what the test reports)
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_threads_write_and_read_one_store(store, make_face):
    def work(n):
        def enroll():
            for i in range(3):
                store.enroll(f"{n}-{i}", [make_face(10 * n + i)])
                assert store.person(f"{n}-{i}").faces == 1

        return enroll

    assert in_threads(*(work(n) for n in range(6))) == []
    assert store.info().people == 18
    assert [entry.seq for entry in store.entries()] == list(range(1, 20))
    assert [change.seq for change in store.changes_since(0)] == list(range(1, 37))
    assert store.problems() == []


def test_threads_enrol_one_person(store, make_face, model):
    assert in_threads(*(lambda n=n: store.enroll("Ada", [make_face(n)]) for n in range(8))) == []
    assert (store.person("Ada").faces, store.count(model, Kind.FACE), store.count(model, Kind.PERSON)) == (
        8,
        8,
        1,
    )
    assert store.problems() == []


def test_who_reads_while_others_write_sees_whole_states(store, reopen, make_face, model):
    stop, seen = threading.Event(), set()

    def read():
        while not stop.is_set():
            people = {p.name: p.faces for p in store.people()}
            seen.add(frozenset(people.items()))

    def write():
        try:
            with reopen() as other:
                for i in range(6):
                    other.enroll_many([("Ada", [make_face(2 * i)]), ("Bob", [make_face(2 * i + 1)])])
                    if i % 3 == 2:
                        other.forget("Ada")
                        other.forget("Bob")
        finally:
            stop.set()

    assert in_threads(read, write) == []
    for people in map(dict, seen):
        if len(people) == 2:
            assert people["Ada"] == people["Bob"]
        assert len(people) in (0, 1, 2)
        assert "Bob" in people or not people  # Ada is forgotten first


@needs_fork
def test_processes_write_one_gallery(store, factory, place, make_face):
    def work(prefix):
        with factory.open(place, factory.key) as other:
            for i in range(5):
                other.enroll(f"{prefix}{i}", [make_face(i)])
                other.enroll("of both", [make_face(50 + i)])

    children = [multiprocessing.get_context("fork").Process(target=work, args=(prefix,)) for prefix in "ab"]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    faces = {person.name: person.faces for person in store.people()}
    assert faces == {f"{prefix}{i}": 1 for prefix in "ab" for i in range(5)} | {"of both": 10}
    assert store.problems() == []


@needs_fork
def test_a_killed_process_loses_nothing_that_it_acknowledged(store, factory, place, make_face):
    reader, writer = os.pipe()

    def work():
        with factory.open(place, factory.key) as other:
            for i in range(10_000):
                other.enroll(f"p{i}", [make_face(i), make_face(i + 1)])
                if i % 2:
                    other.forget(f"p{i - 1}")
                os.write(writer, b".")

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    done = 0
    while done < 9:
        done += len(os.read(reader, 1))
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    os.close(writer)
    done += len(os.read(reader, 10_000))
    os.close(reader)
    found = {int(person.name[1:]): person.faces for person in store.people()}
    kept = {i: 2 for i in range(done) if i % 2 or i == done - 1}
    under_way = [kept | {done: 2}, {i: n for i, n in (kept | {done: 2}).items() if i != done - 1}]
    assert found in [kept, *under_way]
    assert store.problems() == []
    store.enroll("after", [make_face(1)])  # nothing is locked by the dead


@needs_fork
def test_a_child_killed_inside_a_change_leaves_nothing_of_it(store, factory, place, make_face, monkeypatch):
    store.enroll("Ada", [make_face(1)])
    before = store.people(), store.seq(), store.head(), store.info()
    for act in (
        lambda other: other.enroll("Bob", [make_face(2)]),
        lambda other: other.forget("Ada"),
        lambda other: repair.name(other, "Ada", "Eve"),
    ):
        child = os.fork()
        if child == 0:
            dies_at_the_end_of_a_change()
            with factory.open(place, factory.key) as other:
                act(other)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert (store.people(), store.seq(), store.head(), store.info()) == before
    assert store.problems() == []
    store.forget("Ada")


def dies_at_the_end_of_a_change():
    """From here on this process dies when a change has been made and is about to be noted in the log."""
    from mien.gallery.protection import chain

    chain.following = lambda *_: os.kill(os.getpid(), signal.SIGKILL)


@needs_fork
def test_a_forked_child_may_use_the_store_that_it_inherits(store, make_face):
    store.enroll("parent", [make_face(1)])
    child = os.fork()
    if child == 0:
        status = 1
        try:
            store.enroll("child", [make_face(2)])
            status = len(store.people()) - 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store.enroll("parent", [make_face(3)])
    assert [p.name for p in store.people()] == ["child", "parent"]


def test_an_exception_undoes_the_change_and_leaves_the_store_usable(store, make_face, monkeypatch):
    from mien.gallery.protection import chain

    store.enroll("Ada", [make_face(1)])
    with monkeypatch.context() as patch:
        patch.setattr(chain, "following", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        for act in (lambda: store.enroll("Bob", [make_face(2)]), lambda: store.forget("Ada")):
            with pytest.raises(KeyboardInterrupt):
                act()
    assert [p.name for p in store.people()] == ["Ada"]
    assert store.enroll("Bob", [make_face(2)]).faces == 1
    assert store.problems() == []


def test_changes_are_numbered_in_the_order_in_which_they_are_seen(store, reopen, make_face):
    """A reader who has seen a number never sees a smaller one come later: else indexes would miss it."""
    stop, late = threading.Event(), []

    def follow():
        known, seen = 0, []
        while not stop.is_set() or store.seq() != known:
            news = [c.seq for c in store.changes_since(known)]
            seen += news
            known = seen[-1] if seen else 0
        late.extend(set(range(1, known + 1)) - set(seen))

    def write(n):
        def work():
            with reopen() as other:
                for i in range(5):
                    other.enroll(f"{n}-{i}", [make_face(i)])

        return work

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        assert in_threads(*(write(n) for n in range(3))) == []
    finally:
        stop.set()
        follower.join()
    assert late == []
    assert store.seq() == 30


def test_a_closed_store_says_so(reopen, make_face, model):
    store = reopen(create=True)
    store.enroll("Ada", [make_face(1)])
    store.close()
    store.close()
    for act in (store.people, store.info, store.seq, lambda: store.enroll("Bob", [make_face(2)])):
        with pytest.raises(GalleryError, match="was closed"):
            act()


def test_nothing_there(factory, place):
    with pytest.raises(GalleryNotFound, match="there is no gallery"):
        factory.open(place, factory.key)
    factory.open(place, factory.key, create=True).close()
    factory.open(place, factory.key).close()


def test_making_one_that_is_there_opens_it(store, reopen):
    with reopen(create=True) as other:
        assert other.info() == store.info()
    assert len(list(store.entries())) == 1


def test_two_may_make_one_gallery_at_once(factory, place):
    found = []

    def make():
        with factory.open(place, factory.key, create=True) as opened:
            found.append(opened.info().uuid)

    assert in_threads(*[make] * 4) == []
    assert len(set(found)) == 1
    assert len(found) == 4


def test_galleries_do_not_see_each_other(store, factory, request, make_face, model):
    with factory.open(factory.new(request.getfixturevalue(factory.needs)), factory.key, create=True) as other:
        store.enroll("Ada", [make_face(1)])
        other.enroll("Bob", [make_face(2), make_face(3)])
        assert ([p.name for p in store.people()], [p.name for p in other.people()]) == (["Ada"], ["Bob"])
        assert store.info().uuid != other.info().uuid
        assert store.searcher(model, Kind.FACE).search(make_face(2).embeddings[model][None], 9)[0].shape == (
            1,
            1,
        )
        other.forget("Bob")
        assert face_ids(store, "Ada") == [1]


def test_every_refusal_is_an_error_of_mien_and_names_the_gallery_or_the_argument(store, make_face):
    for act in (
        lambda: store.person("Ada"),
        lambda: store.remove_face(5),
        lambda: store.step(1),
        lambda: store.enroll("", []),
    ):
        with pytest.raises(MienError, match=r".{15,}"):
            act()
