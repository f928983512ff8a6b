"""Forgetting: nothing of a person is left in any table, and the receipt says so until somebody tampers with it."""

from dataclasses import replace

import pytest

from mien.errors import ArgumentError, PersonNotFound
from mien.gallery import repair
from mien.gallery.protection import receipt as receipts
from mien.gallery.stores.records import Consent, Photograph
from mien.gallery.stores.sql.tables import TABLES
from mien.gallery.verifying import verify_receipt
from tests.gallery.conformance.conftest import face_ids, loose


def failed(store, receipt):
    return [check.name for check in verify_receipt(store, receipt) if not check.ok]


def test_no_row_is_left(store, make_face, model):
    store.enroll("Ada", [replace(make_face(1), crop=b"jpeg" * 50), make_face(2)])
    store.enroll("Bob", [make_face(3)])
    store.give_consent("Ada", Consent("1", "form.pdf"))
    ids = face_ids(store, "Ada")
    repair.split(store, "Ada", ids[1:])
    repair.undo(store)
    held = store.remains(1, ids)
    assert {t for t, n in held.items() if n} >= {"people", "faces", "templates", "means", "crops", "consents"}
    done = store.forget("Ada")
    assert (done.person_id, done.faces, done.templates) == (1, 2, 3)
    assert set(store.remains(1, ids).values()) == {0}
    assert store.remains(1, ids).keys() == held.keys()
    assert ([p.name for p in store.people()], store.info().faces) == (["Bob"], 1)
    assert store.problems() == []


def test_a_receipt_verifies_for_good(store, reopen, make_face):
    store.enroll("Ada", [make_face(1), make_face(2)])
    ids = face_ids(store, "Ada")
    receipt = store.forget("Ada").receipt
    assert (receipt.gallery, receipt.person, receipt.faces) == (store.info().uuid, 1, tuple(ids))
    assert receipt.removed["faces"] == receipt.removed["templates"] == 2
    assert receipts.subject_matches(receipt, "Ada")
    assert not receipts.subject_matches(receipt, "Bob")
    assert failed(store, receipt) == []
    store.enroll("Ada", [make_face(1)])  # she is back, as somebody new
    with reopen() as other:
        assert failed(other, receipt) == []


@pytest.mark.parametrize(
    "forgery",
    [{"person": 2}, {"faces": ()}, {"removed": {}}, {"cleaned": {}}, {"time": "2020"}, {"mien": "9"}],
)
def test_a_receipt_that_was_changed_is_not_genuine(store, make_face, forgery):
    store.enroll("Ada", [make_face(1)])
    receipt = store.forget("Ada").receipt
    assert "signature" in failed(store, replace(receipt, **forgery))


def test_a_receipt_of_another_gallery_or_of_another_entry(store, factory, request, make_face):
    store.enroll("Ada", [make_face(1)])
    receipt = store.forget("Ada").receipt
    elsewhere = factory.new(request.getfixturevalue(factory.needs))
    with factory.open(elsewhere, factory.key, create=True) as other:
        other.enroll("Ada", [make_face(1)])
        other.forget("Ada")
        assert {"signature", "gallery", "in the log"} <= set(failed(other, receipt))
    assert set(failed(store, replace(receipt, entry=1))) == {"signature", "in the log"}
    assert set(failed(store, replace(receipt, entry=0))) == {"signature", "in the log"}


def test_a_receipt_does_not_hold_once_something_is_there_again(store, execute, make_face):
    store.enroll("Ada", [make_face(1)])
    receipt = store.forget("Ada").receipt
    store.enroll("Bob", [make_face(2)])
    repair.name(store, "Bob", "Eve")
    assert failed(store, receipt) == []
    execute(
        "INSERT INTO step_moves (step_id, face_id, was_confirmed, confirmed) "
        f"SELECT id, {receipt.faces[0]}, 1, 1 FROM steps"
    )
    assert failed(store, receipt) == ["nothing left"]


def test_the_history_forgets_the_names(store, make_face, execute, factory):
    store.enroll("Unforgettable", [make_face(1)])
    store.enroll("Bob", [make_face(2)])
    repair.name(store, "Unforgettable", "Renamed")
    repair.name(store, "Bob", "Bobby")
    store.forget("Renamed")
    with pytest.raises(ArgumentError, match="was forgotten"):
        store.step(1)
    assert store.step(2).namings[0].before == "Bob"
    assert [step.number for step in store.steps()] == [2, 1]
    with pytest.raises(ArgumentError, match="forgotten"):
        repair.undo(store, 1)
    repair.undo(store, 2)
    raw = everything(execute)
    assert b"Unforgettable" not in raw
    assert b"Renamed" not in raw


def test_whoever_was_merged_into_the_person_is_forgotten_too(store, make_face, execute):
    store.enroll("Ada", [make_face(1)])
    store.enroll("Alias Nameless", [make_face(2)])
    repair.merge(store, "Ada", ["Alias Nameless"])
    store.forget("Ada")
    assert set(store.remains(2, [1, 2]).values()) == {0}
    assert b"Nameless" not in everything(execute)
    with pytest.raises(ArgumentError, match="forgotten"):
        repair.undo(store, 1)


def test_other_peoples_steps_can_still_be_undone(store, make_face):
    store.enroll("Ada", [make_face(1)])
    store.enroll("Bob", [make_face(2), make_face(3)])
    repair.reject(store, "Bob", face_ids(store, "Bob")[1:])
    store.forget("Ada")
    repair.undo(store)
    assert store.person("Bob").faces == 2


def test_where_a_photograph_lies_is_forgotten_with_its_last_face(store, make_face, model, execute):
    one, two = make_face(1), replace(make_face(2), source="1.jpg", sha256=f"{1:064x}")
    store.add_photographs([Photograph("/photos/of/the-party.jpg", one.sha256, (one, two))])
    faces = sorted(k for b in store.templates(model, "face") for k in b.keys.tolist())
    for face in faces:
        repair.same(store, face, loose(store, model, [make_face(10 + face)])[0])
    for i, group in enumerate(sorted(store.groups(), key=lambda g: g.id)):
        repair.name(store, group.name, f"P{i}")

    def known_at():
        return execute("SELECT source IS NOT NULL FROM photographs WHERE faces = 2")[0][0]

    assert known_at()
    store.forget("P0")
    assert known_at()  # P1 is still in it
    store.forget("P1")
    assert not known_at()
    assert store.known_photographs([one.sha256]) == {one.sha256}  # so that it does not bring her back
    assert store.add_photographs([Photograph("again.jpg", one.sha256, (one,))]) == 0


def test_forgetting_a_group(store, group):
    someone, faces = group([1, 2])
    done = store.forget(someone.name)
    assert (done.faces, done.templates) == (2, 2)
    assert set(store.remains(someone.id, faces).values()) == {0}
    with pytest.raises(PersonNotFound):
        store.forget(someone.name)


def test_forgetting_somebody_without_faces(store):
    store.add_person("Ada")
    done = store.forget("Ada")
    assert (done.faces, done.templates) == (0, 0)
    assert failed(store, done.receipt) == []


def test_one_face_can_be_removed_alone(store, make_face):
    store.enroll("Ada", [replace(make_face(1), crop=b"x"), make_face(2)])
    one, two = face_ids(store, "Ada")
    repair.reject(store, "Ada", [one])
    store.remove_face(one)
    assert set(store.remains(None, [one]).values()) == {0}
    assert face_ids(store, "Ada") == [two]
    assert store.bonds().rejected == ()
    assert store.problems() == []


def everything(execute) -> bytes:
    """All values of all rows of all tables, one after the other."""
    found = []
    for table in TABLES:
        for row in execute(f"SELECT * FROM {table.name}"):
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"|".join(found)
