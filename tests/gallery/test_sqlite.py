"""The SQLite store does what the contract says: whole changes, clear refusals, nothing left of the forgotten."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mien.errors import ArgumentError, GalleryError, GalleryFull, ModelMismatch, PersonExists, PersonNotFound
from mien.gallery import index as index_module
from mien.gallery import repair
from mien.gallery.stores.records import Kind, Model, NewFace, What
from mien.gallery.stores.sqlite import SQLiteStore
from mien.gallery.templates import cosines, unit
from mien.types import Issue
from tests.gallery.whole import problems


def test_what_was_enrolled_is_there_after_reopening(path, make_face, model):
    before = datetime.now(UTC)
    with SQLiteStore.open(path, create=True) as store:
        grace = store.enroll("Grace Hopper", [make_face(1), make_face(2)])
        uuid = store.info().uuid
    with SQLiteStore.open(path) as store:
        info = store.info()
        assert (info.uuid, info.people, info.faces, info.models) == (uuid, 1, 2, (model,))
        assert store.person("Grace Hopper") == grace
        face = store.faces("Grace Hopper")[0]
        assert (face.source, face.sha256, face.box) == ("1.jpg", f"{1:064x}", (1.0, 2.0, 30.5, 40.0))
        assert (face.quality, face.issues, face.person_id) == (0.75, (Issue.OCCLUDED,), grace.id)
        assert timedelta(0) <= face.enrolled - before < timedelta(minutes=1)
        kept = store.fetch(model, Kind.FACE, [face.id])
        expected = unit(make_face(1).embeddings[model][None]).astype(np.float32)
        assert np.array_equal(kept.exact, expected)
        assert kept.people.tolist() == [grace.id]
    assert problems(path) == []


def test_the_mean_follows_each_face(store, make_face, model):
    grace = store.enroll("Grace", [make_face(i) for i in range(3)])
    added = store.add_faces(grace.id, [make_face(3)])
    assert_mean(store, model, grace.id, [0, 1, 2, 3], make_face)
    store.remove_face(added[0] - 2)
    assert_mean(store, model, grace.id, [0, 2, 3], make_face)
    assert store.person("Grace").faces == 3


def assert_mean(store, model, person_id, numbers, make_face):
    rows = [unit(make_face(i).embeddings[model][None]).astype(np.float32).astype(np.float64) for i in numbers]
    direction = unit(np.sum(rows, axis=0))[0]
    kept = store.fetch(model, Kind.PERSON, [person_id])
    assert np.array_equal(kept.exact[0], direction.astype(np.float32))
    assert cosines(kept.exact, direction)[0] == 1


def test_faces_that_cancel_out_have_no_mean_and_one_more_gives_it_back(store, make_face, model):
    one = make_face(1)
    other = replace(one, embeddings={model: -one.embeddings[model]})
    person = store.enroll("Janus", [one, other])
    assert len(store.fetch(model, Kind.PERSON, [person.id])) == 0
    store.add_faces(person.id, [make_face(2)])
    assert len(store.fetch(model, Kind.PERSON, [person.id])) == 1


def test_several_models_are_kept_apart(store, make_face, model):
    other = Model("other", "1", "cd" * 32, 512)
    both = replace(make_face(1), embeddings=make_face(1).embeddings | make_face(2, other).embeddings)
    store.enroll("Grace", [both])
    store.enroll("Eileen", [make_face(3)])
    assert [store.count(m, kind) for m in (model, other) for kind in Kind] == [2, 2, 1, 1]
    assert store.fetch(other, Kind.PERSON, [1, 2]).exact.shape == (1, 512)
    assert store.count(Model("absent", "1", "ef" * 32, 128), Kind.FACE) == 0
    with pytest.raises(ModelMismatch, match="128 components, not 64"):
        store.enroll("Ada", [make_face(1, replace(model, dim=64))])
    assert store.info().people == 2


def test_names_are_unicode_in_one_form(store, make_face):
    composed, decomposed = (
        unicodedata.normalize("NFC", "Zoë Čapek 李"),
        unicodedata.normalize("NFD", "Zoë Čapek 李"),
    )
    assert composed != decomposed
    store.enroll(decomposed, [make_face(1)])
    assert store.enroll(f" {composed}\n", [make_face(2)]).faces == 2
    assert store.person(composed).name == composed
    with pytest.raises(PersonNotFound, match="nobody is called 'zoë čapek 李'"):
        store.person(composed.lower())
    assert [p.name for p in store.people()] == [composed]


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "\ud800", "x" * 501])
def test_names_that_cannot_be_read_are_refused(store, make_face, name):
    with pytest.raises(ArgumentError, match="name"):
        store.enroll(name, [make_face(1)])


def test_people_are_listed_by_name_and_found_by_id(store, make_face):
    for name in ("Émile", "Zoë", "Ada", "李"):
        store.enroll(name, [make_face(1)])
    assert [p.name for p in store.people()] == ["Ada", "Zoë", "Émile", "李"]
    assert {i: p.name for i, p in store.people_by_id([3, 1, 99]).items()} == {1: "Émile", 3: "Ada"}
    assert len(store.people_by_id(range(2000))) == 4


def test_renaming(store, make_face):
    store.enroll("Grace Murray", [make_face(1)])
    store.enroll("Eileen", [make_face(2)])
    assert repair.name(store, "Grace Murray", "Grace Hopper").id == 1
    assert repair.name(store, "Grace Hopper", "Grace Hopper").name == "Grace Hopper"
    with pytest.raises(PersonExists, match="'Eileen' is somebody else's"):
        repair.name(store, "Grace Hopper", "Eileen")
    with pytest.raises(PersonNotFound, match="Grace Murray"):
        repair.name(store, "Grace Murray", "Ada")
    with pytest.raises(PersonExists, match="Eileen"):
        store.add_person("Eileen")
    assert store.add_person("Ada").faces == 0


def test_forgetting_leaves_no_byte_in_any_file(tmp_path, path, store, make_face, model, monkeypatch):
    monkeypatch.setattr(index_module, "FEW", 1)  # sidecars from the second person on
    name = "Persephone Unforgettable"
    for i in range(40):
        store.enroll(f"other {i}", [make_face(100 + i)])
    store.enroll(name, [make_face(1), make_face(2)])
    indexes = [store.searcher(model, kind) for kind in Kind]
    traces = [
        name.encode(),
        b"1.jpg\x00"[:5],
        *(store.fetch(model, Kind.FACE, [41, 42]).exact[i].tobytes() for i in (0, 1)),
    ]
    traces += [
        store.fetch(model, Kind.PERSON, [41]).exact.tobytes(),
        store.fetch(model, Kind.FACE, [42]).int8.tobytes(),
    ]
    assert all(index.provenance["sidecar"] for index in indexes)
    assert all(any(trace in file.read_bytes() for file in tmp_path.iterdir()) for trace in traces)
    done = store.forget(name)
    assert (done.faces, done.templates, done.cleaned) == (2, 3, True)
    traces.remove(b"1.jpg")  # a source of others too ("101.jpg")
    left = [
        (file.name, trace) for trace in traces for file in tmp_path.iterdir() if trace in file.read_bytes()
    ]
    assert left == []
    assert len(indexes[0]) == 40
    assert problems(path) == []


def test_ids_are_never_used_again(store, make_face):
    first = store.enroll("Ada", [make_face(1)])
    face = store.faces("Ada")[0].id
    store.forget("Ada")
    second = store.enroll("Ada", [make_face(1)])
    assert second.id > first.id
    assert store.faces("Ada")[0].id > face


def test_a_change_that_fails_changes_nothing(store, make_face, model):
    store.enroll("Ada", [make_face(1)])
    before = (store.people(), store.seq())
    broken = NewFace({model: np.full(128, np.nan)}, "x.jpg", "", (0, 0, 1, 1), 0.5)
    narrow = replace(make_face(2), embeddings={model: np.ones(3, np.float32)})
    wrong = [replace(make_face(2), **field) for field in (
        {"embeddings": {}}, {"quality": float("nan")}, {"box": (0, 0, np.inf, 1)}
    )]  # fmt: skip
    for faces in ([make_face(2), broken], [narrow], [], *([face] for face in wrong)):
        with pytest.raises(ArgumentError):
            store.enroll("Ada", faces)
    with pytest.raises(ArgumentError):
        store.enroll_many([("Bob", [make_face(2)]), ("Eve", [])])
    # Found out inside the transaction, after the first person was written:
    with pytest.raises(ModelMismatch):
        store.enroll_many([("Bob", [make_face(2)]), ("Eve", [make_face(3, replace(model, dim=3))])])
    with pytest.raises(PersonNotFound):
        store.add_faces(99, [make_face(2)])
    with pytest.raises(ArgumentError, match="no face 99"):
        store.remove_face(99)
    assert (store.people(), store.seq()) == before


def test_an_interrupt_undoes_the_change_and_leaves_the_store_usable(store, make_face, monkeypatch):
    from mien.gallery.stores.sql import faces

    store.enroll("Ada", [make_face(1)])
    with monkeypatch.context() as patch:
        patch.setattr(faces, "insert", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.enroll("Bob", [make_face(2)])
    assert [p.name for p in store.people()] == ["Ada"]
    assert store.enroll("Bob", [make_face(2)]).faces == 1


def test_changes_name_what_was_touched(store, make_face):
    assert (store.seq(), store.changes_since(0)) == (0, [])
    store.enroll("Ada", [make_face(1), make_face(2)])
    repair.name(store, "Ada", "Ada Lovelace")
    store.remove_face(1)
    seq = store.seq()
    store.forget("Ada Lovelace")
    log = [(c.what, c.person_id, c.face_id) for c in store.changes_since(0)]
    assert log[:5] == [
        (What.PERSON_ADDED, 1, None), (What.FACE_ADDED, 1, 1), (What.FACE_ADDED, 1, 2),
        (What.PERSON_RENAMED, 1, None), (What.FACE_REMOVED, 1, 1),
    ]  # fmt: skip
    assert [(c.seq - seq, c.what) for c in store.changes_since(seq)] == [
        (1, What.FACE_REMOVED), (2, What.PERSON_REMOVED)
    ]  # fmt: skip


def test_templates_come_in_batches_in_order(store, make_face, model, monkeypatch):
    from mien.gallery.stores.sql import reading as shared

    monkeypatch.setattr(shared, "BATCH", 3)
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(8))
    batches = list(store.templates(model, Kind.PERSON))
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert np.concatenate([batch.keys for batch in batches]).tolist() == list(range(1, 9))
    assert store.fetch(model, Kind.PERSON, [7, 2, 2, 99]).keys.tolist() == [2, 7]
    assert len(store.fetch(model, Kind.PERSON, [])) == 0


def test_a_closed_store_says_so(path, make_face):
    store = SQLiteStore.open(path, create=True)
    store.close()
    store.close()
    with pytest.raises(GalleryError, match="was closed"):
        store.people()
    assert not path.with_name(path.name + "-wal").exists()


def test_a_full_disk_is_an_error_and_changes_nothing(store, make_face):
    store.enroll("Ada", [make_face(1)])
    with (
        store._pool.plain() as db
    ):  # the connection that the store uses next; SQLite says the same of a full disk
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(GalleryFull, match=r"no room is left on the disk.*Nothing was changed"):
        store.enroll("Bob", [make_face(i) for i in range(200)])
    assert [p.name for p in store.people()] == ["Ada"]
