"""The history of repairs: in order, undone from the end, and nothing is done by a step that does not fit."""

from itertools import pairwise

import pytest

from mien.errors import ArgumentError, GalleryChanged
from mien.gallery import repair
from mien.gallery.stores.records import Apart, Move, Naming, Rejection, Step
from tests.gallery.conformance.conftest import face_ids, state


def test_an_older_step_cannot_be_undone_before_what_built_on_it(store, make_face):
    store.enroll("Ada", [make_face(1), make_face(2), make_face(3)])
    faces = face_ids(store, "Ada")
    first = repair.split(store, "Ada", faces[1:])
    repair.reject(store, first.name, faces[1:2])
    number = store.steps()[1].number
    before = state(store)
    with pytest.raises(GalleryChanged, match="a later step did"):
        repair.undo(store, number)
    assert state(store) == before
    repair.undo(store)
    repair.undo(store)
    assert face_ids(store, "Ada") == faces


def test_undo_takes_the_last_step_that_stands(store, make_face):
    store.enroll("Ada", [make_face(1)])
    with pytest.raises(ArgumentError, match="nothing to undo"):
        repair.undo(store)
    for name in ("B", "C"):
        repair.name(store, store.people()[0].name, name)
    repair.undo(store)
    assert store.people()[0].name == "B"
    repair.undo(store)
    assert store.people()[0].name == "Ada"
    with pytest.raises(ArgumentError, match="nothing to undo"):
        repair.undo(store)


def test_history(store, reopen, make_face):
    store.enroll("Ada", [make_face(1), make_face(2)])
    repair.reject(store, "Ada", face_ids(store, "Ada")[1:])
    repair.undo(store)
    with reopen(actor="somebody else") as other:
        repair.name(other, "Ada", "Ada Lovelace")
    told = store.steps()
    assert [(s.number, s.action, s.undoes, s.actor) for s in told] == [
        (3, "rename", None, "somebody else"),
        (2, "undo reject", 1, "test"),
        (1, "reject", None, "test"),
    ]
    assert [s.number for s in store.steps(last=2)] == [3, 2]
    assert all(a.time >= b.time for a, b in pairwise(told))
    whole = store.step(3)
    assert whole.namings == (Naming(store.person("Ada Lovelace").id, "Ada", "Ada Lovelace"),)
    with pytest.raises(ArgumentError, match="no step 99"):
        store.step(99)


@pytest.mark.parametrize("wrong", ["owner", "confirmed", "absent", "name", "apart", "rejection"])
def test_a_step_that_does_not_fit_changes_nothing(store, make_face, wrong):
    ada = store.enroll("Ada", [make_face(1), make_face(2)]).id
    a, b = face_ids(store, "Ada")
    good = Move(a, ada, None, True, False)
    step = {
        "owner": Step("x", (good, Move(b, None, ada, False, True))),
        "confirmed": Step("x", (good, Move(b, ada, None, False, False))),
        "absent": Step("x", (good, Move(999, ada, None, True, False))),
        "name": Step("x", (good,), (Naming(ada, "Bob", "Eve"),)),
        "apart": Step("x", (good,), apart=(Apart(a, b, False),)),
        "rejection": Step("x", (good,), rejections=(Rejection(a, ada, False),)),
    }[wrong]
    before = state(store), store.seq(), store.head(), store.steps()
    with pytest.raises(GalleryChanged, match="Nothing was changed"):
        store.apply(step)
    assert (state(store), store.seq(), store.head(), store.steps()) == before


def test_groups_are_reserved_once(store, reopen, make_face):
    with reopen() as other:
        given = [*store.reserve_groups(3), *other.reserve_groups(2), store.enroll("Ada", [make_face(1)]).id]
    assert given == sorted(set(given))
    assert store.groups() == []
    face, ada = face_ids(store, "Ada")[0], given[-1]
    with pytest.raises(ArgumentError, match="not reserved"):
        store.apply(Step("x", (Move(face, ada, ada + 1, True, True),)))


def test_a_group_without_faces_is_no_more_but_a_person_is(store, group, make_face):
    someone, faces = group([1])
    store.apply(Step("x", (Move(faces[0], someone.id, None, False, False),)))
    assert store.groups() == []
    ada = store.enroll("Ada", [make_face(2)])
    store.apply(Step("x", (Move(face_ids(store, "Ada")[0], ada.id, None, True, False),)))
    assert store.person("Ada").faces == 0
    assert store.problems() == []
