"""The audit log: every act is in it, nothing of a person is, and tampering shows where it begins."""

import pytest

from mien.errors import ArgumentError
from mien.gallery import repair
from mien.gallery.protection import chain
from mien.gallery.stores.records import Consent, Photograph
from tests.gallery.conformance.conftest import face_ids


@pytest.fixture
def busy(store, make_face, model):
    """A store in which much was done."""
    store.enroll("Secretname", [make_face(1), make_face(2)])
    store.add_person("Othername")
    repair.name(store, "Othername", "Thirdname")
    repair.reject(store, "Secretname", face_ids(store, "Secretname")[1:])
    repair.undo(store)
    store.give_consent("Secretname", Consent("1", "proofofit.pdf"))
    store.withdraw_consent("Secretname")
    store.add_photographs([Photograph("sourceofit.jpg", "ab", (make_face(3),))])
    store.set_calibration(model, {"cosine": []})
    store.record("identify", {"faces": 1, "candidates": [1], "answers": ["match"]})
    store.add_faces(1, [make_face(4)])
    store.remove_face(face_ids(store, "Secretname")[0])
    store.forget("Secretname")
    return store


ACTS = [
    "create", "enroll", "add person", "rename", "reject", "undo reject", "consent", "withdraw consent", "index",
    "calibrate", "identify", "enroll", "remove faces", "forget",
]  # fmt: skip


def broken(store):
    start = chain.origin(store.info().uuid, store.sign)
    return chain.verify(store.entries(), store.sign, start, store.head())


def test_every_act_is_logged_once_in_order(busy):
    entries = list(busy.entries())
    assert [entry.action for entry in entries] == ACTS
    assert [entry.seq for entry in entries] == list(range(1, len(ACTS) + 1))
    assert {entry.actor for entry in entries} == {"test"}
    assert (busy.head().seq, busy.head().link) == (entries[-1].seq, entries[-1].link)
    assert list(busy.entries(after=10)) == entries[10:]
    assert broken(busy) is None


def test_no_name_source_proof_or_vector_is_in_it(busy):
    text = " ".join(chain.canonical(entry.detail) for entry in busy.entries())
    for told in ("Secretname", "Othername", "Thirdname", "sourceofit", "proofofit", ".jpg"):
        assert told not in text
    assert max(len(chain.canonical(entry.detail)) for entry in busy.entries()) < 300


def test_a_log_takes_no_vectors(store):
    before = store.head()
    for detail in ({"v": [0.5] * 128}, {"v": b"abc"}, {"v": "x" * 1000}, {"v": float("nan")}):
        with pytest.raises(ArgumentError, match="log entry"):
            store.record("identify", detail)
    assert store.head() == before


def test_who_acts_is_said(store, reopen):
    with reopen(actor="Zoë") as other:
        other.add_person("Ada")
    assert [entry.actor for entry in store.entries()] == ["test", "Zoë"]


@pytest.mark.parametrize(
    ("harm", "seq", "what"),
    [
        ("UPDATE audit SET actor = 'another' WHERE seq = 5", 5, "changed"),
        ("UPDATE audit SET detail = '{}' WHERE seq = 7", 7, "changed"),
        ("UPDATE audit SET time = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 1", 1, "changed"),
        ("DELETE FROM audit WHERE seq = 4", 4, "missing"),
        ("DELETE FROM audit WHERE seq < 3", 1, "missing"),
        ("DELETE FROM audit WHERE seq > 12", 13, "cut off"),
        ("DELETE FROM audit", 1, "cut off"),
        ("UPDATE audit SET seq = 100 WHERE seq = 6", 6, "missing"),
    ],
)
def test_the_first_broken_link_is_named(store, execute, harm, seq, what):
    for case in range(13):
        store.record("identify", {"case": case, "candidates": [1, None]})
    assert store.problems() == []
    execute(harm)
    found = broken(store)
    assert (found.seq, found.what) == (seq, what)
    assert store.problems() == [found.reason]


def test_a_log_that_is_cut_off_with_its_end_differs_from_a_head_kept_elsewhere(busy, execute):
    kept = busy.head()
    execute("DELETE FROM audit WHERE seq > 12")
    execute("UPDATE gallery SET last_entry = 12, last_link = (SELECT link FROM audit WHERE seq = 12)")
    assert broken(busy) is None
    found = chain.verify(busy.entries(), busy.sign, chain.origin(busy.info().uuid, busy.sign), kept)
    assert (found.seq, found.what) == (13, "cut off")


def test_signatures_are_of_this_gallery(store, reopen, factory, request):
    with reopen() as other:
        assert other.sign(b"x") == store.sign(b"x") != store.sign(b"y")
        assert other.secret("a") == store.secret("a") != store.secret("b")
    with factory.open(factory.new(request.getfixturevalue(factory.needs)), factory.key, create=True) as other:
        assert other.sign(b"x") != store.sign(b"x")
        assert other.secret("rotation") != store.secret("rotation")
    assert len(store.sign(b"x")) == len(store.secret("a")) == 32
