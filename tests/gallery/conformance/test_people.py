"""People: names, order, ids, numbers of faces."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from mien.errors import ArgumentError, ModelMismatch, PersonExists, PersonNotFound
from mien.gallery import repair
from mien.gallery.stores.records import Charter, Kind, NewFace
from tests.gallery.conformance.conftest import face_ids


def test_a_new_gallery_is_empty(store, factory):
    info = store.info()
    assert (info.people, info.groups, info.faces, info.loose, info.photographs, info.seq) == (
        0,
        0,
        0,
        0,
        0,
        0,
    )
    assert (info.models, info.charter, info.sealed) == ((), Charter(), factory.key is not None)
    assert (store.people(), store.groups(), store.changes_since(0), store.steps()) == ([], [], [], [])
    assert store.problems() == []


def test_people_are_in_code_point_order(store, make_face):
    for name in ("Émile", "zoë", "Zoë", "Ada", "李", "ada", "10", "9"):
        store.enroll(name, [make_face(1)])
    names = [person.name for person in store.people()]
    assert names == ["10", "9", "Ada", "Zoë", "ada", "zoë", "Émile", "李"] == sorted(names)


def test_names_are_unique_in_one_unicode_form(store, make_face):
    composed = unicodedata.normalize("NFC", "Zoë Čapek 李")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    store.enroll(decomposed, [make_face(1)])
    assert store.enroll(f" {composed}\n", [make_face(2)]).faces == 2
    assert store.person(decomposed).name == composed
    with pytest.raises(PersonExists):
        store.add_person(decomposed)
    with pytest.raises(PersonNotFound):
        store.person(composed.lower())


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "\ud800", "x" * 501, 7, "group-3"])
def test_names_that_cannot_be_given_are_refused(store, make_face, name):
    with pytest.raises(ArgumentError, match="name"):
        store.enroll(name, [make_face(1)])
    with pytest.raises(ArgumentError):
        store.add_person(name)
    assert store.info().people == 0


@pytest.mark.parametrize("name", ["'; DROP TABLE people; --", "%s ? {} %(a)s", "👩🏽‍🚀 \u202eabc", "x" * 500])
def test_names_are_only_text(store, make_face, name):
    store.enroll(name, [make_face(1)])
    assert store.person(name).name == name
    repair.name(store, name, name[::-1])
    assert [person.name for person in store.people()] == [name[::-1]]


def test_groups_are_called_by_number_and_names_like_that_are_kept_for_them(store, group):
    someone, _ = group([1, 2])
    assert someone.name == f"group-{someone.id}"
    assert store.person(someone.name) == someone
    for absent in ("group-0", "group-999", "group-" + "9" * 18, "group-" + "9" * 40):
        with pytest.raises(PersonNotFound):
            store.person(absent)


def test_groups_come_the_largest_first_and_people_without_them(store, make_face, group):
    store.enroll("Ada", [make_face(9)])
    small, large, other = (group(numbers)[0] for numbers in ([1], [2, 3, 4], [5]))
    assert [g.id for g in store.groups()] == [large.id, small.id, other.id]
    assert [p.name for p in store.people()] == ["Ada"]
    assert [(g.found, g.faces, g.named) for g in store.groups()] == [
        (3, 0, False),
        (1, 0, False),
        (1, 0, False),
    ]


def test_a_person_says_how_many_faces_and_how_good_the_best_is(store, model, make_face):
    better = NewFace(make_face(2).embeddings, "", "", (0, 0, 1, 1), 0.9)
    person = store.enroll("Ada", [make_face(1), better])
    assert (person.faces, person.found, person.quality, person.named) == (2, 0, 0.9, True)
    empty = store.add_person("Bob")
    assert (empty.faces, empty.found, empty.quality) == (0, 0, 0.0)


def test_times_are_of_now_and_updated_follows(store, make_face):
    before = datetime.now(UTC) - timedelta(seconds=1)
    ada = store.enroll("Ada", [make_face(1)])
    assert before <= ada.created == ada.updated <= datetime.now(UTC) + timedelta(seconds=1)
    again = store.enroll("Ada", [make_face(2)])
    assert again.created == ada.created
    assert again.updated > ada.updated
    assert repair.name(store, "Ada", "Ada L.").updated >= again.updated


def test_people_by_id_leaves_out_who_is_not_there(store, make_face):
    ids = [store.enroll(name, [make_face(1)]).id for name in ("Ada", "Bob")]
    assert {i: p.name for i, p in store.people_by_id([*ids, 99]).items()} == {ids[0]: "Ada", ids[1]: "Bob"}
    assert len(store.people_by_id(range(2000))) == 2
    assert store.people_by_id([]) == {}


def test_nobody_of_that_name(store, make_face):
    store.enroll("Ada", [make_face(1)])
    for act in (
        store.person, store.faces, store.forget, store.consents, store.withdraw_consent,
        lambda name: repair.name(store, name, "Eve"),
    ):  # fmt: skip
        with pytest.raises(PersonNotFound, match="'Bob'"):
            act("Bob")
    with pytest.raises(PersonNotFound):
        store.add_faces(99, [make_face(2)])


def test_ids_are_never_used_again(store, make_face):
    first, face = store.enroll("Ada", [make_face(1)]), face_ids(store, "Ada")[0]
    store.forget("Ada")
    second = store.enroll("Ada", [make_face(1)])
    assert second.id > first.id
    assert face_ids(store, "Ada")[0] > face


def test_several_models_are_kept_apart(store, make_face, model):
    from dataclasses import replace

    other = replace(model, name="other", sha256="cd" * 32, dim=16)
    both = replace(make_face(1), embeddings=make_face(1).embeddings | make_face(2, other).embeddings)
    store.enroll("Grace", [both])
    store.enroll("Eileen", [make_face(3)])
    assert [store.count(m, kind) for m in (model, other) for kind in Kind] == [2, 2, 1, 1]
    assert store.info().models == (model, other)
    assert store.count(replace(model, sha256="ef" * 32), Kind.FACE) == 0
    with pytest.raises(ModelMismatch, match="128 components, not 64"):
        store.enroll("Ada", [make_face(1, replace(model, dim=64))])
    assert store.info().people == 2
