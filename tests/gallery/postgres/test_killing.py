"""A client that is killed at any moment loses nothing that was acknowledged, and leaves nothing half-done."""

import multiprocessing
import os
import random
import signal
import time

import pytest

from mien.gallery.stores.postgres import PostgresStore
from mien.gallery.stores.records import Kind


def work(url, make_face, first, pipe):
    """Enrol, forget every third, and tell of each after it returned."""
    with PostgresStore.open(url) as store:
        for number in range(first, first + 1000):
            store.enroll(f"person {number}", [make_face(number)])
            os.write(pipe, f"+{number}\n".encode())
            if number % 3 == 0:
                store.forget(f"person {number}")
                os.write(pipe, f"-{number}\n".encode())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_ten_kills_lose_nothing(store, postgres_url, make_face, model):
    chance, acknowledged, changes = random.Random(4), set(), 0
    for kill in range(10):
        reader, writer = os.pipe()
        child = multiprocessing.get_context("fork").Process(
            target=work, args=(postgres_url, make_face, 1000 * kill, writer)
        )
        child.start()
        os.close(writer)
        with os.fdopen(reader, "r") as told:
            first = told.readline()
            time.sleep(chance.uniform(0, 0.2))
            os.kill(child.pid, signal.SIGKILL)
            lines = [first.strip(), *told.read().split()]
        child.join()
        for line in lines:
            (acknowledged.add if line[0] == "+" else acknowledged.discard)(f"person {line[1:]}")
        changes += len(lines)
        store.record("look", {})  # waits for what the killed client began to be kept or undone
        found = {person.name for person in store.people()}
        # what was under way may have been kept or not: one change at most
        assert len(found ^ acknowledged) <= 1
        acknowledged = found
        assert store.problems() == []
        assert store.count(model, Kind.FACE) == store.count(model, Kind.PERSON) == len(found)
    assert changes > 10
