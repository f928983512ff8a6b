"""Photographs that were looked through: each once, with faces that are nobody's yet."""

from dataclasses import replace

import numpy as np
import pytest

from mien.errors import ModelMismatch
from mien.gallery.stores.records import Kind, Photograph
from tests.gallery.conformance.conftest import ids_of


def photographs(make_face, numbers):
    return [Photograph(f"{n}.jpg", f"{n:064x}", (make_face(n), make_face(1000 + n))) for n in numbers]


def test_their_faces_are_nobodys(store, make_face, model):
    assert store.add_photographs(photographs(make_face, [1, 2])) == 2
    info = store.info()
    assert (info.photographs, info.faces, info.loose, info.people, info.groups) == (2, 4, 4, 0, 0)
    assert {face.person_id for face in store.faces_by_id(sorted(ids_of(store, model))).values()} == {None}
    assert {face.confirmed for face in store.faces_by_id(sorted(ids_of(store, model))).values()} == {False}
    assert store.count(model, Kind.PERSON) == 0
    assert store.problems() == []


def test_each_is_added_once_however_often_it_comes(store, reopen, make_face):
    assert store.add_photographs(photographs(make_face, [1, 2, 1])) == 2
    with reopen() as other:
        assert other.add_photographs(photographs(make_face, [1, 2, 3])) == 1
    assert store.add_photographs(photographs(make_face, [1, 2, 3])) == 0
    assert (store.info().photographs, store.info().faces) == (3, 6)


def test_which_are_known(store, make_face):
    store.add_photographs(photographs(make_face, [1, 2]))
    asked = [f"{n:064x}" for n in range(2000)]
    assert store.known_photographs(asked) == {f"{n:064x}" for n in (1, 2)}
    assert store.known_photographs([]) == set()


def test_one_without_a_face_is_known_too(store):
    assert (
        store.add_photographs([Photograph("cat.jpg", "ab", ()), Photograph("bad.jpg", "cd", (), "damaged")])
        == 2
    )
    assert store.known_photographs(["ab", "cd", "ef"]) == {"ab", "cd"}
    assert store.add_photographs([Photograph("cat.jpg", "ab", ())]) == 0


def test_their_faces_are_found_by_the_search_of_faces(store, make_face, model):
    store.add_photographs(photographs(make_face, [1, 2]))
    keys, scores = store.searcher(model, Kind.FACE).search(make_face(1002).embeddings[model][None], 1)
    (batch,) = store.templates(model, Kind.FACE)
    assert keys[0, 0] in batch.keys.tolist()
    assert np.isclose(scores[0, 0], 1, atol=1e-6)
    assert batch.people.tolist() == [0] * 4


def test_a_picture_that_fails_takes_the_whole_batch_back(store, make_face, model):
    wrong = Photograph("x.jpg", "ee", (make_face(9, replace(model, dim=3)),))
    store.add_photographs(photographs(make_face, [1]))
    with pytest.raises(ModelMismatch):
        store.add_photographs([*photographs(make_face, [2]), wrong])
    assert store.info().photographs == 1
