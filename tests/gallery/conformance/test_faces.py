"""Enrolment: whole or not at all, with what comes with a face, and the means that follow."""

from dataclasses import replace

import numpy as np
import pytest

from mien.errors import ArgumentError, ModelMismatch
from mien.gallery.stores.records import Kind, NewFace
from mien.gallery.templates import unit
from mien.types import Issue
from tests.gallery.conformance.conftest import face_ids


def test_what_was_enrolled_is_there_after_reopening(store, reopen, make_face, model):
    grace = store.enroll("Grace", [make_face(1), make_face(2)])
    with reopen() as other:
        assert other.info().uuid == store.info().uuid
        assert other.person("Grace") == grace
        face = other.faces("Grace")[0]
        assert (face.source, face.sha256, face.box) == ("1.jpg", f"{1:064x}", (1.0, 2.0, 30.5, 40.0))
        assert (face.quality, face.issues, face.person_id, face.confirmed) == (
            0.75,
            (Issue.OCCLUDED,),
            grace.id,
            True,
        )
        kept = other.fetch(model, Kind.FACE, [face.id])
        assert np.array_equal(kept.exact, unit(make_face(1).embeddings[model][None]).astype(np.float32))
        assert kept.people.tolist() == [grace.id]


def test_enrolling_many_is_all_or_nothing(store, make_face, model):
    store.enroll("Ada", [make_face(1)])
    before = store.people(), store.seq(), store.head(), store.info().faces
    narrow = replace(make_face(2), embeddings={model: np.ones(3, np.float32)})
    wrong = [replace(make_face(2), **field) for field in (
        {"embeddings": {}}, {"quality": float("nan")}, {"quality": 1.1}, {"box": (0, 0, np.inf, 1)},
        {"embeddings": {model: np.full(128, np.nan)}}, {"embeddings": {model: np.zeros(128)}},
    )]  # fmt: skip
    for faces in ([make_face(2), narrow], [], *([make_face(3), face] for face in wrong)):
        with pytest.raises(ArgumentError):
            store.enroll_many([("Bob", [make_face(2)]), ("Ada", faces)])
    with pytest.raises(ModelMismatch):  # found out inside the transaction, after Bob was written
        store.enroll_many([("Bob", [make_face(2)]), ("Eve", [make_face(3, replace(model, dim=3))])])
    assert (store.people(), store.seq(), store.head(), store.info().faces) == before


def test_enrolling_many_answers_in_the_order_of_the_call(store, make_face):
    store.enroll("B", [make_face(1)])
    found = store.enroll_many(
        [("C", [make_face(2)]), ("B", [make_face(3)]), ("C", [make_face(4), make_face(5)])]
    )
    assert [(p.name, p.faces) for p in found] == [("C", 3), ("B", 2), ("C", 3)]
    assert store.enroll_many([]) == []


def test_enrolling_thousands_at_once(store, model):
    rows = np.random.default_rng(0).standard_normal((3000, 128)).astype(np.float32)
    faces = [NewFace({model: row}, "", "", (0, 0, 1, 1), 1.0) for row in rows]
    found = store.enroll_many((f"p{i}", [face]) for i, face in enumerate(faces))
    assert [person.name for person in found] == [f"p{i}" for i in range(3000)]
    kept = np.concatenate([batch.exact for batch in store.templates(model, Kind.PERSON)])
    assert np.array_equal(kept, unit(rows).astype(np.float32))


def test_the_mean_follows_each_face(store, make_face, model):
    def expect(*numbers):
        rows = [
            unit(make_face(i).embeddings[model][None]).astype(np.float32).astype(np.float64) for i in numbers
        ]
        kept = store.fetch(model, Kind.PERSON, [grace.id])
        assert np.abs(kept.exact[0] - unit(np.sum(rows, axis=0))[0]).max() < 1e-7  # float32's own rounding
        assert kept.people.tolist() == [grace.id]

    grace = store.enroll("Grace", [make_face(i) for i in range(3)])
    expect(0, 1, 2)
    added = store.add_faces(grace.id, [make_face(3), make_face(4)])
    expect(0, 1, 2, 3, 4)
    assert face_ids(store, "Grace")[-2:] == added
    store.remove_face(added[0])
    expect(0, 1, 2, 4)
    assert store.person("Grace").faces == 4


def test_faces_that_cancel_out_have_no_mean_and_one_more_gives_it_back(store, make_face, model):
    one = make_face(1)
    person = store.enroll("Janus", [one, replace(one, embeddings={model: -one.embeddings[model]})])
    assert len(store.fetch(model, Kind.PERSON, [person.id])) == 0
    assert store.problems() == []
    store.add_faces(person.id, [make_face(2)])
    assert len(store.fetch(model, Kind.PERSON, [person.id])) == 1


def test_the_last_face_takes_the_mean_with_it(store, make_face, model):
    ada = store.enroll("Ada", [make_face(1)])
    store.remove_face(face_ids(store, "Ada")[0])
    assert (store.count(model, Kind.PERSON), store.count(model, Kind.FACE)) == (0, 0)
    assert store.person("Ada").id == ada.id
    with pytest.raises(ArgumentError, match="no face"):
        store.remove_face(999)


def test_crops_are_kept_where_given(store, make_face):
    jpeg = b"\xff\xd8\xff" + bytes(range(256)) * 10
    store.enroll("Ada", [replace(make_face(1), crop=jpeg), make_face(2)])
    one, two = face_ids(store, "Ada")
    assert (store.crop(one), store.crop(two), store.crop(999)) == (jpeg, b"", b"")
    store.remove_face(one)
    assert store.crop(one) == b""


def test_faces_are_listed_confirmed_ones_first(store, make_face, group, model):
    someone, found = group([1, 2])
    store.add_faces(someone.id, [make_face(3)])
    added = [face for face in store.faces(someone.name) if face.confirmed]
    assert [face.id for face in store.faces(someone.name)] == [added[0].id, *found]
    assert store.faces_by_id([found[1], 999]).keys() == {found[1]}
    assert store.faces_by_id(found)[found[0]].confirmed is False


def test_sources_are_any_text(store, make_face):
    sources = ["", "C:\\bilder\\ä'\"%s?.jpg", "s3://bucket/ключ", "x" * 5000, '["json"]']
    store.enroll("Ada", [replace(make_face(i), source=source) for i, source in enumerate(sources)])
    assert [face.source for face in store.faces("Ada")] == sources


def test_numpy_numbers_are_numbers(store, make_face, model):
    face = replace(make_face(1), box=tuple(np.array([1, 2, 3, 4], np.float32)), quality=np.float32(0.5))
    ada = store.enroll("Ada", [face])
    (kept,) = store.faces("Ada")
    assert (kept.box, kept.quality) == ((1.0, 2.0, 3.0, 4.0), 0.5)
    assert store.people_by_id(np.array([ada.id])).keys() == {ada.id}
    assert len(store.fetch(model, Kind.PERSON, np.array([ada.id]))) == 1
