"""With a key: nothing of anybody in the raw rows, and no way in without that very key."""

from dataclasses import replace

import numpy as np
import pytest

from mien.errors import GalleryError, KeyUnusable, WrongKey
from mien.gallery import repair
from mien.gallery.stores.records import Consent, Kind, Photograph
from mien.gallery.templates import encode
from tests.gallery.conformance.conftest import face_ids
from tests.gallery.conformance.test_forgetting import everything

OTHER = bytes(range(50, 82))


@pytest.fixture
def told(store, make_face, model):
    """All that a thief might look for in a gallery where it all was put: bytes by what they are."""
    faces = [
        replace(make_face(n), source=f"ada/private/{n}.jpg", crop=b"\xff\xd8jpeg%d" % n * 9) for n in range(4)
    ]
    store.enroll("Ada Lovelace", faces[:2])
    store.enroll("Bob Unknown", faces[2:3])
    repair.name(store, "Bob Unknown", "Bob Known")
    store.give_consent("Ada Lovelace", Consent("1", "signed/form.pdf"))
    store.add_photographs([Photograph("ada/private/party.jpg", faces[3].sha256, (faces[3],))])
    repair.split(store, "Ada Lovelace", face_ids(store, "Ada Lovelace")[1:])
    exact, int8, _ = encode(np.stack([face.embeddings[model] for face in faces]))
    forms = (exact, exact.astype(">f4"), exact.astype("<f2"), int8)
    return {
        "name": [b"Lovelace", b"Bob Known", b"Bob Unknown"],
        "source": [b"ada/private", b"party"],
        "SHA-256": [face.sha256.encode() for face in faces] + [bytes.fromhex(face.sha256) for face in faces],
        "proof": [b"signed/form"],
        "crop": [face.crop[:8] for face in faces],
        "vector": [row.tobytes()[:24] for form in forms for row in form],
        "mean": [b.exact[0].tobytes()[:24] for b in store.templates(model, Kind.PERSON)],
    }


def test_raw_rows_tell_nothing_where_there_is_a_key(told, execute, factory):
    raw = everything(execute)
    found = {kind for kind, traces in told.items() if any(trace in raw for trace in traces)}
    assert found == (set() if factory.key else set(told))


def test_what_is_sealed_is_read_as_it_was(store, reopen, told, make_face, model):
    with reopen() as other:
        assert [p.name for p in other.people()] == ["Ada Lovelace", "Bob Known"]
        assert other.faces("Ada Lovelace")[0].source == "ada/private/0.jpg"
        assert other.crop(1) == b"\xff\xd8jpeg0" * 9
        assert other.consents("Ada Lovelace")[0].proof == "signed/form.pdf"
        assert np.allclose(
            other.fetch(model, Kind.FACE, [1]).exact[0], encode(make_face(0).embeddings[model][None])[0]
        )
        assert [n.before for n in other.step(1).namings] == ["Bob Unknown"]
    assert store.problems() == []


def test_without_the_key_or_with_another_it_does_not_open(store, factory, place, make_face):
    if factory.key:
        with pytest.raises(KeyUnusable, match=r"sealed, and no key was given"):
            factory.open(place, None)
        with pytest.raises(WrongKey):
            factory.open(place, OTHER)
        with pytest.raises(WrongKey):
            factory.open(place, OTHER, create=True)
    else:
        with pytest.raises(KeyUnusable, match="without a key"):
            factory.open(place, OTHER)
        with pytest.raises(KeyUnusable, match="without a key"):
            factory.open(place, OTHER, create=True)
    assert store.enroll("Ada", [make_face(1)]).faces == 1


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE people SET name = (SELECT name FROM people WHERE id = 2) WHERE id = 1",
        "UPDATE faces SET about = (SELECT about FROM faces WHERE id = 2) WHERE id = 1",
        "UPDATE templates SET exact = (SELECT exact FROM templates WHERE face_id = 2) WHERE face_id = 1",
        "UPDATE means SET exact = (SELECT exact FROM means WHERE person_id = 2) WHERE person_id = 1",
        "UPDATE people SET key = (SELECT key FROM people WHERE id = 2) WHERE id = 1",
    ],
)
def test_rows_that_were_exchanged_are_noticed(store, told, execute, factory, harm):
    if not factory.key:
        pytest.skip("without a key, rows can be changed by whoever can write")
    assert store.problems() == []
    execute(harm)
    assert store.problems() != []


@pytest.mark.parametrize(
    ("harm", "told_of"),
    [
        ("DELETE FROM templates WHERE face_id = 1", "face 1 has no template"),
        ("DELETE FROM means WHERE person_id = 1", "mean of person 1"),
        ("UPDATE faces SET confirmed = 0 WHERE id = 1", "mean of person 1"),
    ],
)
def test_the_check_finds_what_is_half(store, told, execute, harm, told_of):
    execute(harm)
    assert any(told_of in problem for problem in store.problems())


def test_the_same_face_looks_different_each_time(store, factory, make_face, execute):
    store.enroll("Ada", [make_face(1)])
    store.enroll("Bob", [make_face(1)])
    (one,), (two,) = execute("SELECT exact FROM templates ORDER BY face_id")
    assert (bytes(one) == bytes(two)) == (factory.key is None)


def test_a_removed_data_key_makes_noise_of_what_it_sealed(store, told, factory, execute):
    if not factory.key:
        pytest.skip("nothing is sealed")
    execute("UPDATE faces SET key = (SELECT key FROM faces WHERE id = 3) WHERE id = 1")  # its own is gone
    with pytest.raises(GalleryError, match="does not unseal"):
        store.crop(1)
    with pytest.raises(GalleryError, match="does not unseal"):
        store.faces_by_id([1])
