"""Who is in the gallery, by one who follows every change and by one who looks for the first time."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mien.gallery import repair
from mien.gallery.roster import Roster
from mien.gallery.stores.sqlite import SQLiteStore


def test_people_are_counted_by_their_photographs(store, make_face):
    roster = Roster(store)
    assert roster.current()[0] == {}
    assert roster.current()[1].tolist() == [0, 0, 0]
    store.add_person("without a photograph")
    for name, photographs in (("A", 1), ("B", 2), ("C", 3), ("D", 7), ("E", 1)):
        store.enroll(name, [make_face(100 * ord(name) + i) for i in range(photographs)])
    people, counts = roster.current()
    assert sorted(person.name for person in people.values()) == ["A", "B", "C", "D", "E"]
    assert counts.tolist() == [2, 1, 2]


@pytest.mark.parametrize("seed", range(3))
def test_following_gives_what_looking_anew_gives(store, make_face, seed):
    chance = np.random.default_rng(seed)
    roster = Roster(store)
    for step in range(60):
        names = [person.name for person in store.people()]
        action = chance.choice(["enroll", "more", "rename", "remove", "forget"]) if names else "enroll"
        name = str(chance.choice(names)) if names else ""
        if action == "enroll":
            store.enroll(f"new {step}", [make_face(step)])
        elif action == "more":
            store.enroll(name, [make_face(step)])
        elif action == "rename":
            repair.name(store, name, f"renamed {step}")
        elif action == "remove" and store.faces(name):
            store.remove_face(store.faces(name)[0].id)
        elif action == "forget":
            store.forget(name)
        if chance.random() < 0.5:
            followed, fresh = roster.current(), Roster(store).current()
            assert followed[0] == fresh[0]
            assert followed[1].tolist() == fresh[1].tolist()
    assert set(roster.current()[0].values()) == {person for person in store.people() if person.faces}


def test_what_was_given_out_does_not_change(store, make_face):
    roster = Roster(store)
    store.enroll("A", [make_face(1)])
    people, counts = roster.current()
    before = dict(people), counts.tolist()
    store.forget("A")
    store.enroll("B", [make_face(2), make_face(3)])
    assert roster.current()[1].tolist() == [0, 1, 0]
    assert (people, counts.tolist()) == before


def test_changes_of_another_opener_are_seen(store, path, make_face):
    roster = Roster(store)
    with SQLiteStore.open(path) as other:
        other.enroll("A", [make_face(1)])
        assert [person.name for person in roster.current()[0].values()] == ["A"]
        repair.name(other, "A", "B")
        assert [person.name for person in roster.current()[0].values()] == ["B"]
        other.forget("B")
        assert roster.current()[0] == {}


def test_people_and_counts_belong_together_while_others_write(store, path, make_face):
    roster = Roster(store)

    written = threading.Event()

    def write():
        with SQLiteStore.open(path) as other:
            for i in range(60):
                other.enroll(f"{i % 4}", [make_face(i)])
                if i % 3 == 2:
                    other.forget(f"{i % 4}")

    def read():
        while not written.is_set():
            people, counts = roster.current()
            photographs = [min(person.faces, 3) for person in people.values()]
            assert np.bincount(photographs, minlength=4)[1:].tolist() == counts.tolist()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads take turns often, so that they meet
    try:
        with ThreadPoolExecutor(5) as pool:
            reading = [pool.submit(read) for _ in range(4)]
            try:
                pool.submit(write).result()
            finally:
                written.set()
            for one in reading:
                one.result()
    finally:
        sys.setswitchinterval(before)
