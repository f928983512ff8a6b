"""Grouping the faces of a gallery: right on made-up people, incremental, and never against what was said by hand."""

from dataclasses import replace

import numpy as np
import pytest

from mien import models
from mien.errors import ConstraintConflict, GalleryChanged
from mien.gallery import leftovers, repair
from mien.gallery.clustering import bcubed
from mien.gallery.decide import Calibration
from mien.gallery.grouping import group
from mien.gallery.stores.records import Photograph
from mien.gallery.stores.sqlite import SQLiteStore

PEOPLE, PHOTOS = 12, 5
TABLE = Calibration.from_card(models.card("sface").decision, "sface")


@pytest.fixture
def crowd(make_face, model):
    """Photographs of made-up people, PHOTOS each, and who is on them: cosines of 0.7 within a person, 0 between."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((PEOPLE, model.dim))
    taken = []
    for i in rng.permutation(PEOPLE * PHOTOS).tolist():
        vector = (centres[i % PEOPLE] + 0.65 * rng.standard_normal(model.dim)).astype(np.float32)
        face = replace(make_face(i), embeddings={model: vector}, issues=())
        taken.append((Photograph(face.source, face.sha256, (face,)), i % PEOPLE))
    return taken


def add(store, crowd):
    store.add_photographs([photograph for photograph, _ in crowd])


def owners(store, crowd):
    """(who each face is grouped with, who is on it) as arrays, by the order of the photographs."""
    faces = store.faces_by_id(range(1, len(crowd) + 1))
    by_source = {face.source: face for face in faces.values()}
    labels = [
        by_source[photograph.source].person_id or -face_number(by_source, photograph)
        for photograph, _ in crowd
    ]
    return np.array(labels), np.array([who for _, who in crowd])


def face_number(by_source, photograph):
    return by_source[photograph.source].id


def test_people_are_found_without_knowing_anybody(store, crowd, model):
    add(store, crowd)
    done = group(store, model, TABLE)
    assert done.moved == len(crowd)
    assert bcubed(*owners(store, crowd))[2] == 1
    assert [g.found for g in store.groups()] == [PHOTOS] * PEOPLE
    assert store.problems() == []


def test_new_photographs_join_the_groups_that_are_there_and_numbers_stay(store, crowd, model):
    add(store, crowd[:30])
    group(store, model, TABLE)
    before = {
        face.source: face.person_id for face in store.faces_by_id(range(1, 31)).values() if face.person_id
    }
    add(store, crowd[30:])
    done = group(store, model, TABLE)
    assert bcubed(*owners(store, crowd))[2] == 1
    after = {face.source: face.person_id for face in store.faces_by_id(range(1, 61)).values()}
    assert all(after[source] == person for source, person in before.items())
    assert done.moved >= 30


def test_a_second_run_moves_nothing_and_is_no_step(store, crowd, model):
    add(store, crowd)
    group(store, model, TABLE)
    assert group(store, model, TABLE).step is None
    assert group(store, model, TABLE, again=True).step is None, "the same groups under the same numbers"


def test_what_was_said_by_hand_holds_through_re_indexing_and_re_grouping(path, crowd, model):
    """Random must-links, cannot-links, rejections and merges, then three groupings anew, then the file opened again."""
    rng = np.random.default_rng(1)
    with SQLiteStore.open(path, create=True) as store:
        add(store, crowd)
        group(store, model, TABLE)
        apart, same, rejected = [], [], []
        for _ in range(25):
            a, b = (int(i) for i in rng.choice(np.arange(1, 61), 2, replace=False))
            try:
                (repair.apart if rng.random() < 0.5 else repair.same)(store, a, b)
            except (
                ConstraintConflict,
                GalleryChanged,
            ):  # it contradicts something said before, or says it again
                continue
            faces = store.faces_by_id([a, b])
            (
                apart if faces[a].person_id != faces[b].person_id or faces[a].person_id is None else same
            ).append((a, b))
        for g in store.groups()[:3]:
            wrong = store.faces(g.name)[-1]
            if not wrong.confirmed:
                repair.reject(store, g.name, [wrong.id])
                rejected.append((wrong.id, g.id))
        assert apart
        assert same
        assert rejected
        add(store, crowd)  # the same photographs again
        for _ in range(3):
            group(store, model, TABLE, again=True)
            assert_said(store, apart, same, rejected)
    with SQLiteStore.open(path) as store:
        group(store, model, TABLE)
        assert_said(store, apart, same, rejected)
        assert store.problems() == []


def assert_said(store, apart, same, rejected):
    owner = {i: face.person_id for i, face in store.faces_by_id(range(1, 61)).items()}
    assert len(owner) == 60
    assert all(owner[a] is None or owner[a] != owner[b] for a, b in apart)
    assert all(owner[a] is not None and owner[a] == owner[b] for a, b in same)
    assert all(owner[face] != person for face, person in rejected)


def test_a_named_person_gains_faces_that_await_confirmation_and_no_other_template(store, crowd, model):
    add(store, crowd[:30])
    group(store, model, TABLE)
    named = repair.name(store, store.groups()[0].name, "Anna")
    assert (named.faces, named.found) == (named.faces, 0)
    add(store, crowd[30:])
    group(store, model, TABLE)
    anna = store.person("Anna")
    assert (anna.faces, anna.faces + anna.found) == (named.faces, PHOTOS)


def test_two_people_who_were_confirmed_are_never_joined_however_alike(store, crowd, model):
    twin, other = [p.faces[0] for p, who in crowd if who == 0][:2]
    store.enroll("Romulus", [twin])
    store.enroll("Remus", [other])
    for again in (False, True):
        group(store, model, TABLE, again=again)
    assert [(p.name, p.faces) for p in store.people()] == [("Remus", 1), ("Romulus", 1)]


def test_faces_of_too_little_quality_stay_nobodys(store, crowd, model):
    poor = [replace(p, faces=(replace(p.faces[0], quality=0.1),)) for p, _ in crowd]
    store.add_photographs(poor)
    done = group(store, model, TABLE)
    assert (done.poor, done.moved) == (len(crowd), 0)


def test_groups_that_are_alike_but_not_the_same_are_reported(store, make_face, model):
    rng = np.random.default_rng(3)
    one = rng.standard_normal(model.dim)
    other = rng.standard_normal(model.dim)
    sibling = 0.32 * one / np.linalg.norm(one) + np.sqrt(1 - 0.32**2) * other / np.linalg.norm(other)
    photographs = []
    for i, centre in enumerate([one / np.linalg.norm(one)] * 3 + [sibling] * 3):
        noisy = (centre + 0.02 * rng.standard_normal(model.dim)).astype(np.float32)
        face = replace(make_face(i), embeddings={model: noisy})
        photographs.append(Photograph(face.source, face.sha256, (face,)))
    store.add_photographs(photographs)
    done = group(store, model, TABLE)
    assert [g.found for g in store.groups()] == [3, 3]
    assert len(done.close) == 1
    assert done.threshold - 0.1 < done.close[0].similarity < done.threshold
    assert {done.close[0].a, done.close[0].b} == {g.name for g in store.groups()}


def test_an_empty_gallery_has_no_groups(store, model):
    done = group(store, model, TABLE)
    assert (done.step, done.moved, done.close) == (None, 0, ())


def test_faces_of_nobody_that_look_like_a_person_are_found_and_forgotten_with_them(store, crowd, model):
    mine = [photograph for photograph, who in crowd if who == 0]
    store.enroll("Anna", [mine[0].faces[0], mine[1].faces[0]])
    store.add_photographs([*mine[2:], *[p for p, who in crowd if who == 1]])
    anna = store.person("Anna")
    found = leftovers.alike(store, anna)
    assert [store.faces_by_id([i])[i].source for i in found] == sorted(p.source for p in mine[2:]) or len(
        found
    ) == 3
    leftovers.claim(store, anna, found)
    assert store.forget("Anna").faces == PHOTOS
    assert store.info().faces == PHOTOS, "those of the other person are there"
