"""Files with changed bytes: whatever is asked of them is answered or refused with an error for people."""

import random
import sqlite3
from contextlib import suppress

import numpy as np
import pytest

from mien.errors import GalleryCorrupt, MienError
from mien.gallery import repair
from mien.gallery.stores.records import Consent, Kind
from mien.gallery.stores.sqlite import SQLiteStore
from tests.gallery.conformance.factories import KEY


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def key(request):
    return request.param


@pytest.fixture
def content(path, make_face, key) -> bytes:
    """A gallery with a row in every table that tells of people."""
    with SQLiteStore.open(path, create=True, key=key) as store:
        store.enroll_many((f"p{i}", [make_face(i), make_face(100 + i)]) for i in range(12))
        repair.name(store, "p1", "q1")
        repair.split(store, "p2", [store.faces("p2")[0].id])
        store.give_consent("p3", Consent("1", "proof"))
        store.forget("p4")
    return path.read_bytes()


def questions(store, face, model):
    """What may be asked of a gallery, each on its own."""
    yield from (store.info, store.people, store.groups, store.problems, store.bonds, store.steps, store.sweep)
    yield lambda: list(store.entries())
    yield lambda: [store.faces(person.name) for person in store.people()]
    yield lambda: [list(store.templates(model, kind)) for kind in Kind]
    yield lambda: store.searcher(model, Kind.PERSON).search(np.ones((1, model.dim)), 2)
    yield lambda: (store.consents("p3"), store.step(1), store.changes_since(0))
    yield lambda: store.enroll("new", [face])
    yield lambda: store.forget("p5")


@pytest.mark.parametrize("changed", [1, 20, 300])
def test_changed_bytes(path, content, make_face, model, key, changed):
    chance = random.Random(changed)
    refused = 0
    for _ in range(12):
        for beside in path.parent.glob(path.name + "*"):
            beside.unlink()
        damaged = bytearray(content)
        for _ in range(changed):
            damaged[chance.randrange(100, len(damaged))] = chance.choice([0, 255, chance.randrange(256)])
        path.write_bytes(damaged)
        try:
            with SQLiteStore.open(path, key=key) as store:
                for question in questions(store, make_face(500), model):
                    with suppress(MienError):  # anything else fails the test
                        question()
        except MienError:
            refused += 1
    assert refused or changed < 300


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE faces SET about = X'ff'",
        "UPDATE faces SET issues = 'NONSENSE'",
        "UPDATE changes SET what = 'nonsense'",
        "UPDATE people SET created = 'never'",
        "UPDATE gallery SET created = 1e300",
    ],
)
def test_rows_that_nobody_wrote_are_named(path, content, key, harm):
    with sqlite3.connect(path) as db:
        db.execute(harm)
    db.close()
    with SQLiteStore.open(path, key=key) as store:
        everything = (store.info, store.people, lambda: store.changes_since(0), lambda: store.faces("p5"))
        told = []
        for ask in everything:
            try:
                ask()
            except GalleryCorrupt as error:
                told.append(str(error))
    assert told
    assert all("Restore it from a backup" in message or "does not unseal" in message for message in told)
