"""What the law asks of a gallery: purpose, consent and retention, kept by the store itself."""

from datetime import UTC, datetime, timedelta

import pytest

from mien.errors import ConsentMissing, PersonNotFound
from mien.gallery import repair
from mien.gallery.stores.records import Charter, Consent, Photograph
from mien.gallery.verifying import verify_receipt
from tests.gallery.conformance.conftest import face_ids

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def strict(reopen):
    """A gallery whose legal basis is consent and which keeps a face for 30 days."""
    with reopen(create=True, charter=Charter("entrance of the office", "consent", 30.0)) as opened:
        yield opened


def test_the_charter_is_kept(strict, reopen):
    with reopen(
        create=True, charter=Charter("another", "household", None)
    ) as other:  # it exists: not made again
        assert other.info().charter == Charter("entrance of the office", "consent", 30.0)


def test_nobody_is_enrolled_without_consent(strict, make_face):
    for act in (
        lambda: strict.enroll("Ada", [make_face(1)]),
        lambda: strict.enroll_many([("Ada", [make_face(1)])]),
        lambda: strict.add_photographs([Photograph("1.jpg", "ab", (make_face(1),))]),
        lambda: strict.add_faces(strict.add_person("Eve").id, [make_face(1)]),
    ):
        with pytest.raises(ConsentMissing, match="mien people consent"):
            act()
    strict.give_consent("Ada", Consent("1", "form.pdf"))
    assert strict.enroll("Ada", [make_face(1)]).faces == 1
    with pytest.raises(ConsentMissing):
        strict.enroll_many([("Ada", [make_face(2)]), ("Bob", [make_face(3)])])
    assert (strict.person("Ada").faces, strict.info().people) == (1, 2)
    assert strict.add_photographs([Photograph("2.jpg", "cd", (), "no face")]) == 1


def test_consents_are_listed_as_they_were_given(store):
    first = Consent("1", "form ä.pdf", NOW - 3 * DAY, NOW - DAY)
    second = Consent("2", "", NOW - DAY, None)
    for consent in (first, second):
        store.give_consent("Ada", consent)
    assert store.consents("Ada") == [first, second]
    store.give_consent("Ada", Consent("3", "now"))
    assert abs(store.consents("Ada")[2].given - datetime.now(UTC)) < timedelta(seconds=60)
    with pytest.raises(PersonNotFound):
        store.consents("Bob")


@pytest.mark.parametrize("over", ["expired", "withdrawn"])
def test_a_consent_that_is_over_is_none(strict, make_face, over):
    strict.give_consent("Ada", Consent("1", "", NOW - 2 * DAY, NOW - DAY if over == "expired" else None))
    if over == "withdrawn":
        strict.withdraw_consent("Ada")
        assert strict.consents("Ada")[0].withdrawn is not None
    with pytest.raises(ConsentMissing):
        strict.enroll("Ada", [make_face(1)])
    strict.give_consent("Ada", Consent("2", ""))
    assert strict.enroll("Ada", [make_face(1)]).faces == 1


def test_the_sweep_forgets_whose_consents_have_ended(strict, make_face):
    for name, expires in (("Ada", None), ("Bob", NOW + 2 * DAY), ("Eve", None)):
        strict.give_consent(name, Consent("1", "", NOW - DAY, expires))
        strict.enroll(name, [make_face(len(name))])
    assert strict.sweep() == []
    strict.withdraw_consent("Ada")
    (gone,) = strict.sweep()
    assert gone.faces == 1
    assert all(check.ok for check in verify_receipt(strict, gone.receipt))
    assert [p.name for p in strict.people()] == ["Bob", "Eve"]
    assert len(strict.sweep(NOW + 3 * DAY)) == 1
    assert [p.name for p in strict.people()] == ["Eve"]
    assert strict.problems() == []


def test_withdrawn_consent_forgets_nobody_where_it_is_not_the_basis(store, make_face):
    store.enroll("Ada", [make_face(1)])
    store.give_consent("Ada", Consent("1", ""))
    store.withdraw_consent("Ada")
    assert store.sweep(NOW + 1000 * DAY) == []
    assert store.person("Ada").faces == 1


def test_the_sweep_ends_what_is_kept_too_long(reopen, make_face, execute):
    with reopen(create=True, charter=Charter("tests", "contract", 10.0)) as store:
        store.enroll("Ada", [make_face(1)])
        store.enroll("Bob", [make_face(2), make_face(3)])
        store.add_photographs([Photograph("4.jpg", "ab", (make_face(4),))])
        store.add_person("Without a face")
        young = face_ids(store, "Bob")[1]
        execute(f"UPDATE faces SET enrolled = enrolled + 86400 * 5 WHERE id = {young}")
        assert store.sweep(NOW + 9 * DAY) == []
        (gone,) = store.sweep(NOW + 11 * DAY)
        assert gone.faces == 1
        assert [p.name for p in store.people()] == ["Bob", "Without a face"]
        assert face_ids(store, "Bob") == [young]
        assert store.info().loose == 0
        assert store.problems() == []
        assert len(store.sweep(NOW + 20 * DAY)) == 1
        assert store.sweep(NOW + 20 * DAY) == []


def test_a_gallery_without_an_end_keeps_everything(store, make_face):
    store.enroll("Ada", [make_face(1)])
    head = store.head()
    assert store.sweep(NOW + 10_000 * DAY) == []
    assert (store.person("Ada").faces, store.head()) == (1, head)


def test_consents_go_where_the_faces_go(strict, make_face):
    for name in ("Ada", "Adele"):
        strict.give_consent(name, Consent(name, "form", NOW))
        strict.enroll(name, [make_face(len(name))])
    repair.merge(strict, "Ada", ["Adele"])
    assert [c.version for c in strict.consents("Ada")] == ["Ada", "Adele"]
    strict.withdraw_consent("Ada")
    assert len(strict.sweep()) == 1
    assert strict.info().faces == 0


def test_what_was_split_off_has_no_consent_of_its_own(strict, make_face):
    strict.give_consent("Ada", Consent("1", ""))
    strict.enroll("Ada", [make_face(1), make_face(2)])
    someone = repair.split(strict, "Ada", face_ids(strict, "Ada")[1:])
    assert strict.consents(someone.name) == []
    with pytest.raises(ConsentMissing):
        strict.add_faces(someone.id, [make_face(3)])
