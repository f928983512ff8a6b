"""Search, templates and the log of changes: everything that was committed is found, in order, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from mien.errors import ArgumentError
from mien.gallery import repair
from mien.gallery.roster import Roster
from mien.gallery.stores.records import Kind, Model, Move, NewFace, Step, What
from mien.gallery.templates import cosines, unit
from tests.gallery.conformance.conftest import face_ids, loose


@pytest.fixture
def rows():
    """(60, 128): the last ten are copies of the first."""
    rows = np.random.default_rng(1).standard_normal((60, 128)).astype(np.float32)
    rows[50:] = rows[0]
    return rows


@pytest.fixture
def filled(store, rows, model):
    store.enroll_many(
        (f"p{i}", [NewFace({model: row}, "", "", (0, 0, 1, 1), 1.0)]) for i, row in enumerate(rows)
    )
    return store


@pytest.mark.parametrize("kind", list(Kind))
def test_the_nearest_come_first_with_their_exact_cosines(filled, rows, model, kind):
    queries = np.random.default_rng(2).standard_normal((7, 128))
    keys, scores = filled.searcher(model, kind).search(queries, 5)
    exact = unit(rows).astype(np.float32)
    for query, found, told in zip(unit(queries), keys, scores, strict=True):
        expected = cosines(exact, query)
        order = np.lexsort((np.arange(1, 61), -expected))[:5]
        assert found.tolist() == (order + 1).tolist()
        assert np.abs(told - expected[order]).max() < 1e-6
    assert (keys.dtype, scores.dtype, keys.shape) == (np.int64, np.float32, (7, 5))


def test_equal_cosines_are_ordered_by_key(filled, rows, model):
    for k in (1, 3, 11):
        keys, scores = filled.searcher(model, Kind.PERSON).search(rows[:1], k)
        assert keys[0].tolist() == [1, *range(51, 61)][:k]
        assert len(set(scores[0].tolist())) == 1
        assert scores[0, 0] == pytest.approx(1, abs=1e-6)


def test_more_are_asked_for_than_there_are(filled, store, rows, model):
    keys, _ = filled.searcher(model, Kind.PERSON).search(rows[:2], 1000)
    assert keys.shape == (2, 60)
    assert sorted(keys[0].tolist()) == list(range(1, 61))
    nobody = filled.searcher(replace(model, sha256="ef" * 32), Kind.FACE)
    assert nobody.search(rows[:2], 3)[0].shape == (2, 0)


@pytest.mark.parametrize("length", [0, float("nan"), float("inf")])
def test_queries_that_point_nowhere_are_refused(filled, model, length):
    search = filled.searcher(model, Kind.PERSON)
    with pytest.raises(ArgumentError):
        search.search(np.full((1, 128), length), 1)
    with pytest.raises(ArgumentError, match="expected 128"):
        search.search(np.ones((1, 64)), 1)


def test_a_search_sees_every_committed_change(store, reopen, make_face, model):
    search = store.searcher(model, Kind.PERSON)

    def nearest(number):
        keys, scores = search.search(make_face(number).embeddings[model][None], 1)
        return (int(keys[0, 0]), round(float(scores[0, 0]), 3)) if keys.size else None

    assert nearest(1) is None
    with reopen() as other:
        ada = other.enroll("Ada", [make_face(1)])
        assert nearest(1) == (ada.id, 1.0)
        bob = other.enroll("Bob", [make_face(2)])
        assert nearest(2) == (bob.id, 1.0)
        other.remove_face(face_ids(other, "Bob")[0])
        assert nearest(2)[0] == ada.id
        other.add_faces(bob.id, [make_face(3)])
        assert nearest(3) == (bob.id, 1.0)
        other.forget("Bob")
        assert nearest(3)[0] == ada.id


def test_a_search_follows_repairs(store, make_face, model, group):
    search = store.searcher(model, Kind.PERSON)
    someone, faces = group([1, 2])
    assert search.search(make_face(1).embeddings[model][None], 1)[0].size == 0  # who has no name is not found
    repair.name(store, someone.name, "Ada")
    keys, scores = search.search(make_face(1).embeddings[model][None], 1)
    assert keys.tolist() == [[someone.id]]
    store.apply(Step("move", (Move(faces[1], someone.id, None, True, False),)))
    assert search.search(make_face(1).embeddings[model][None], 1)[1][0, 0] > scores[0, 0]


def test_the_roster_follows(store, reopen, make_face, group):
    roster = Roster(store)
    assert roster.current()[0] == {}
    with reopen() as other:
        other.enroll("Ada", [make_face(1), make_face(2)])
        other.add_person("Nobody yet")
    someone, _ = group([3])
    people, counts = roster.current()
    assert ([p.name for p in people.values()], counts.tolist()) == (["Ada"], [0, 1, 0])
    repair.name(store, someone.name, "Bob")
    people, counts = roster.current()
    assert ({p.name for p in people.values()}, counts.tolist()) == ({"Ada", "Bob"}, [1, 1, 0])


def test_templates_come_in_order_of_key_with_whose_they_are(store, make_face, model):
    store.enroll_many((f"p{i}", [make_face(2 * i), make_face(2 * i + 1)]) for i in range(8))
    (free,) = loose(store, model, [make_face(99)])
    faces = list(store.templates(model, Kind.FACE))
    keys = np.concatenate([batch.keys for batch in faces])
    assert keys.tolist() == sorted(keys.tolist())
    people = np.concatenate([batch.people for batch in faces])
    assert people.tolist() == [i for i in range(1, 9) for _ in range(2)] + [0]
    assert keys[-1] == free
    assert [key for batch in store.templates(model, Kind.PERSON) for key in batch.keys] == list(range(1, 9))


def test_fetching_leaves_out_what_is_not_there(store, make_face, model):
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(8))
    assert store.fetch(model, Kind.PERSON, [7, 2, 2, 99]).keys.tolist() == [2, 7]
    assert len(store.fetch(model, Kind.PERSON, [])) == 0
    assert store.fetch(model, Kind.PERSON, list(range(5000))).keys.tolist() == list(range(1, 9))
    assert len(store.fetch(Model("absent", "1", "ef" * 32, 4), Kind.FACE, [1])) == 0


def test_changes_name_what_was_touched_in_order(store, make_face):
    ada = store.enroll("Ada", [make_face(1), make_face(2)]).id
    one, two = face_ids(store, "Ada")
    repair.name(store, "Ada", "Ada Lovelace")
    store.remove_face(one)
    store.forget("Ada Lovelace")
    log = store.changes_since(0)
    assert [(c.what, c.person_id, c.face_id) for c in log] == [
        (What.PERSON_ADDED, ada, None), (What.FACE_ADDED, ada, one), (What.FACE_ADDED, ada, two),
        (What.PERSON_RENAMED, ada, None), (What.FACE_REMOVED, ada, one),
        (What.FACE_REMOVED, ada, two), (What.PERSON_REMOVED, ada, None),
    ]  # fmt: skip
    assert [c.seq for c in log] == list(range(1, 8))
    assert store.seq() == store.info().seq == 7
    assert store.changes_since(5) == log[5:]
    assert store.changes_since(7) == store.changes_since(99) == []


def test_a_move_names_both_people(store, make_face):
    ada, bob = (
        store.enroll(name, [make_face(i), make_face(9 + i)]).id for i, name in enumerate(("Ada", "Bob"))
    )
    seq, face = store.seq(), face_ids(store, "Ada")[0]
    store.apply(Step("move", (Move(face, ada, bob, True, True),)))
    told = {(c.what, c.person_id, c.face_id) for c in store.changes_since(seq)}
    assert {(What.FACE_MOVED, ada, face), (What.FACE_MOVED, bob, face)} <= told


def test_what_only_looks_changes_no_number(store, make_face, model):
    store.enroll("Ada", [make_face(1)])
    before = store.seq(), store.head()
    store.people(), store.groups(), store.info(), store.problems(), store.bonds(), store.consents("Ada")
    store.searcher(model, Kind.PERSON).search(make_face(1).embeddings[model][None], 1)
    list(store.templates(model, Kind.FACE))
    assert (store.seq(), store.head()) == before


def test_a_calibration_is_kept_for_its_model(store, reopen, make_face, model):
    store.enroll("Ada", [make_face(1)])
    values = {"cosine": [0.1, 0.30000000000000004], "log10_fmr": [[-1.5, -2.0]] * 3, "note": "ä"}
    assert store.calibration(model) is None
    store.set_calibration(model, values)
    with reopen() as other:
        assert other.calibration(model) == values
        assert other.calibration(replace(model, sha256="ef" * 32)) is None
        other.set_calibration(model, None)
    assert store.calibration(model) is None
    assert [e.action for e in store.entries()][-2:] == ["calibrate", "calibrate"]
