"""Repairs of who is who: each is whole, holds for good, and can be undone."""

import pytest

from mien.errors import (
    ArgumentError,
    ConstraintConflict,
    GalleryChanged,
    PersonExists,
    PersonNotFound,
)
from mien.gallery import repair
from mien.gallery.stores.records import Kind, Move, Naming, Step, What
from tests.gallery.conformance.conftest import assert_undone, face_ids, loose, state


def test_renaming(store, make_face):
    ada = store.enroll("Ada", [make_face(1)])
    store.enroll("Bob", [make_face(2)])
    before = state(store)
    assert repair.name(store, "Ada", " Ada Lovelace ").id == ada.id
    with pytest.raises(PersonNotFound):
        store.person("Ada")
    with pytest.raises(PersonExists, match="'Bob'"):
        repair.name(store, "Ada Lovelace", "Bob")
    assert_undone(store, store.steps()[0].number, before)


def test_renaming_to_the_same_name_is_no_trouble(store, make_face):
    store.enroll("Ada", [make_face(1)])
    assert repair.name(store, "Ada", "Ada").name == "Ada"
    assert store.problems() == []


def test_names_are_exchanged_in_one_step(store, make_face):
    ada, bob = (store.enroll(name, [make_face(1)]).id for name in ("Ada", "Bob"))
    before = state(store)
    number = store.apply(Step("exchange", namings=(Naming(ada, "Ada", "Bob"), Naming(bob, "Bob", "Ada"))))
    assert (store.person("Ada").id, store.person("Bob").id) == (bob, ada)
    assert_undone(store, number, before)


def test_naming_a_group_confirms_its_faces(store, group, model):
    someone, faces = group([1, 2])
    before = state(store)
    assert store.count(model, Kind.PERSON) == 0
    ada = repair.name(store, someone.name, "Ada")
    assert (ada.id, ada.faces, ada.found, ada.named) == (someone.id, 2, 0, True)
    assert store.count(model, Kind.PERSON) == 1
    assert_undone(store, store.steps()[0].number, before)
    assert store.count(model, Kind.PERSON) == 0
    assert face_ids(store, someone.name) == faces


def test_naming_a_group_like_somebody_else_says_to_merge(store, group, make_face):
    store.enroll("Ada", [make_face(9)])
    someone, _ = group([1])
    with pytest.raises(PersonExists, match=f"merge 'Ada' {someone.name}"):
        repair.name(store, someone.name, "Ada")


def test_a_group_has_found_faces_that_make_no_template(store, group, model, make_face):
    ada = store.enroll("Ada", [make_face(9)])
    mean = store.fetch(model, Kind.PERSON, [ada.id]).exact.copy()
    (free,) = loose(store, model, [make_face(8)])
    store.apply(Step("cluster", (Move(free, None, ada.id, False, False),)))
    person = store.person("Ada")
    assert (person.faces, person.found) == (1, 1)
    assert (store.fetch(model, Kind.PERSON, [ada.id]).exact == mean).all()
    store.apply(Step("confirm", (Move(free, ada.id, ada.id, False, True),)))
    assert (store.person("Ada").faces, store.person("Ada").found) == (2, 0)
    assert not (store.fetch(model, Kind.PERSON, [ada.id]).exact == mean).all()


def test_merging_people(store, make_face):
    ada = store.enroll("Ada", [make_face(1)])
    store.enroll("Adele", [make_face(2), make_face(3)])
    before = state(store)
    number = repair.merge(store, "Ada", ["Adele"])
    assert (store.person("Ada").id, store.person("Ada").faces) == (ada.id, 3)
    with pytest.raises(PersonNotFound):
        store.person("Adele")
    assert_undone(store, number, before)


def test_merging_groups_into_a_person_and_into_each_other(store, make_face, group):
    store.enroll("Ada", [make_face(9)])
    (one, _), (two, _), (three, _) = (group(numbers) for numbers in ([1, 2], [3], [4]))
    before = state(store)
    first = repair.merge(store, one.name, [two.name])
    assert (store.person(one.name).faces, store.person(one.name).found) == (3, 0)
    second = repair.merge(store, "Ada", [one.name, three.name])
    assert (store.person("Ada").faces, store.groups()) == (5, [])
    repair.undo(store, second)
    assert_undone(store, first, before)


def test_a_merged_name_is_free_and_then_the_merge_cannot_be_undone(store, make_face):
    store.enroll("Ada", [make_face(1)])
    store.enroll("Adele", [make_face(2)])
    number = repair.merge(store, "Ada", ["Adele"])
    store.enroll("Adele", [make_face(3)])
    before = state(store)
    with pytest.raises(PersonExists, match="Adele"):
        repair.undo(store, number)
    assert state(store) == before


def test_merging_with_oneself_or_with_nobody_is_refused(store, make_face):
    store.enroll("Ada", [make_face(1)])
    for others in (["Ada"], []):
        with pytest.raises(ArgumentError, match="other people"):
            repair.merge(store, "Ada", others)
    with pytest.raises(PersonNotFound):
        repair.merge(store, "Ada", ["Bob"])


def test_splitting(store, make_face):
    store.enroll("Ada", [make_face(i) for i in range(4)])
    before, faces = state(store), face_ids(store, "Ada")
    someone = repair.split(store, "Ada", faces[1:3])
    assert (someone.named, someone.faces, face_ids(store, someone.name)) == (False, 2, faces[1:3])
    assert face_ids(store, "Ada") == [faces[0], faces[3]]
    assert {face for face, _ in store.bonds().rejected} == set(faces[1:3])
    assert_undone(store, store.steps()[0].number, before)


def test_what_cannot_be_split_off(store, make_face):
    store.enroll("Ada", [make_face(1), make_face(2)])
    store.enroll("Bob", [make_face(3)])
    faces, other = face_ids(store, "Ada"), face_ids(store, "Bob")
    for chosen, told in (
        (faces, "all faces"),
        (other, str(other[0])),
        ([], "none was given"),
        ([999], "999"),
    ):
        with pytest.raises(ArgumentError, match=told):
            repair.split(store, "Ada", chosen)


def test_a_rejected_face_never_comes_back(store, make_face):
    ada = store.enroll("Ada", [make_face(1), make_face(2)])
    before, face = state(store), face_ids(store, "Ada")[1]
    number = repair.reject(store, "Ada", [face])
    assert (store.faces_by_id([face])[face].person_id, store.info().loose) == (None, 1)
    assert store.bonds().rejected == ((face, ada.id),)
    for confirmed in (False, True):
        with pytest.raises(ConstraintConflict, match="said not to be Ada"):
            store.apply(Step("cluster", (Move(face, None, ada.id, False, confirmed),)))
    repair.name(store, "Ada", "Ada Lovelace")  # whatever she is called
    with pytest.raises(ConstraintConflict, match="Ada Lovelace"):
        store.apply(Step("cluster", (Move(face, None, ada.id, False, False),)))
    repair.undo(store)
    assert_undone(store, number, before)


def test_rejecting_from_a_group_confirms_the_rest(store, group):
    someone, faces = group([1, 2, 3])
    before = state(store)
    number = repair.reject(store, someone.name, faces[:1])
    assert {f.id: f.confirmed for f in store.faces(someone.name)} == dict.fromkeys(faces[1:], True)
    assert_undone(store, number, before)


def test_not_all_faces_of_a_group_can_be_rejected(store, group):
    someone, faces = group([1, 2])
    before = state(store)
    with pytest.raises(ArgumentError, match="all faces of group-"):
        repair.reject(store, someone.name, faces)
    assert state(store) == before
    assert_undone(store, repair.reject(store, someone.name, faces[:1]), before)


def test_a_group_whose_last_face_is_removed_is_gone(store, group):
    (_, faces), (other, _) = group([1, 2]), group([3])
    for face in faces:
        store.remove_face(face)
    assert [one.id for one in store.groups()] == [other.id]
    assert store.changes_since(0)[-1].what is What.PERSON_REMOVED
    assert store.problems() == []


def test_rejections_outlive_a_merge(store, make_face):
    kept = store.enroll("Ada", [make_face(1)])
    store.enroll("Adele", [make_face(2), make_face(3)])
    face = face_ids(store, "Adele")[1]
    repair.reject(store, "Adele", [face])
    before = state(store)
    number = repair.merge(store, "Ada", ["Adele"])
    assert store.bonds().rejected == ((face, kept.id),)
    with pytest.raises(ConstraintConflict):
        store.apply(Step("cluster", (Move(face, None, kept.id, False, False),)))
    assert_undone(store, number, before)


def test_a_merge_with_whom_a_face_is_not_is_refused(store, make_face):
    store.enroll("Ada", [make_face(1), make_face(2)])
    someone = repair.split(store, "Ada", face_ids(store, "Ada")[1:])
    before = state(store)
    with pytest.raises(ConstraintConflict, match="said not to be Ada"):
        repair.merge(store, "Ada", [someone.name])
    assert state(store) == before


def test_faces_held_apart(store, group, make_face):
    someone, (a, b, _) = group([1, 2, 3])
    before = state(store)
    number = repair.apart(store, b, a)
    assert store.bonds().apart == ((a, b),)
    assert store.faces_by_id([b])[b].person_id != store.faces_by_id([a])[a].person_id
    out = next(f.id for f in store.faces_by_id([a, b]).values() if f.person_id is None)
    with pytest.raises(ConstraintConflict, match="different people"):
        store.apply(Step("cluster", (Move(out, None, someone.id, False, False),)))
    with pytest.raises(GalleryChanged):
        repair.apart(store, a, b)  # said already
    assert_undone(store, number, before)


def test_faces_held_apart_keep_people_apart(store, make_face):
    store.enroll("Ada", [make_face(1)])
    store.enroll("Bob", [make_face(2)])
    a, b = face_ids(store, "Ada")[0], face_ids(store, "Bob")[0]
    repair.apart(store, a, b)
    before = state(store)
    with pytest.raises(ConstraintConflict, match="said to be of different people"):
        repair.merge(store, "Ada", ["Bob"])
    with pytest.raises(ConstraintConflict):
        repair.same(store, a, b)
    assert state(store) == before


def test_two_confirmed_faces_of_one_person_are_not_held_apart(store, make_face):
    store.enroll("Ada", [make_face(1), make_face(2)])
    with pytest.raises(ConstraintConflict, match="both confirmed to be Ada"):
        repair.apart(store, *face_ids(store, "Ada"))
    with pytest.raises(ArgumentError, match="Two faces"):
        repair.apart(store, *face_ids(store, "Ada")[:1] * 2)


def test_faces_put_together(store, make_face, model, group):
    one, two = loose(store, model, [make_face(1), make_face(2)])
    before = state(store)
    number = repair.same(store, one, two)
    (someone,) = store.groups()
    assert (face_ids(store, someone.name), someone.faces) == ([one, two], 2)
    assert_undone(store, number, before)
    store.enroll("Ada", [make_face(9)])
    repair.same(store, face_ids(store, "Ada")[0], two)
    assert two in face_ids(store, "Ada")


def test_faces_of_two_people_are_not_put_together(store, make_face):
    store.enroll("Ada", [make_face(1)])
    store.enroll("Bob", [make_face(2)])
    with pytest.raises(ConstraintConflict, match=r"Ada and Bob|Bob and Ada"):
        repair.same(store, face_ids(store, "Ada")[0], face_ids(store, "Bob")[0])


def test_constraints_outlive_everything_but_the_faces(store, reopen, group, make_face):
    someone, (a, b, c) = group([1, 2, 3])
    repair.apart(store, a, c)
    repair.reject(store, someone.name, [b])
    held = store.bonds()
    repair.name(store, someone.name, "Ada")
    store.enroll("Bob", [make_face(7)])
    store.forget("Bob")
    with reopen() as other:
        assert other.bonds() == held
        other.remove_face(c)
        assert other.bonds().apart == ()
        assert other.bonds().rejected == held.rejected
