"""A gallery's own calibration: as counted where it can be, the card's tail beyond, and too little is refused."""

import numpy as np
import pytest

from mien import models
from mien.audit.own import COUNTED, as_table, changes, own_calibration
from mien.errors import AuditError
from mien.gallery.decide import Calibration, threshold

CARD = Calibration.from_card(models.card("sface").decision, "sface")


def crowd(people, photos, alike=0.0, seed=0):
    """(vectors, person): unit vectors with a cosine of about 0.6 within a person and `alike` between people."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(128) / np.sqrt(128)
    centres = np.sqrt(alike) * common + np.sqrt(1 - alike) * rng.standard_normal((people, 128)) / np.sqrt(128)
    person = np.repeat(np.arange(people), photos)
    vectors = np.sqrt(0.6) * centres[person] + np.sqrt(0.4) * rng.standard_normal(
        (len(person), 128)
    ) / np.sqrt(128)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), person


def test_rates_are_those_that_are_counted():
    vectors, person = crowd(60, 4)
    own = own_calibration(vectors, vectors, person, CARD)
    cosines = (vectors.astype(float) @ vectors.T.astype(float))[person[:, None] != person[None]]
    for i in range(10, len(CARD.cosine)):
        counted = (cosines >= CARD.cosine[i]).sum()
        if counted >= COUNTED:
            assert own.log10_fmr[0, i] == pytest.approx(np.log10(counted / len(cosines)), abs=1e-12)
    assert (np.diff(own.log10_fmr, axis=1) <= 1e-9).all(), "fewer reach a higher cosine"
    assert (np.diff(own.log_ratio, axis=1) >= 0).all(), "more alike is never less likely the same"


def test_beyond_what_is_counted_the_tail_is_the_cards_moved():
    vectors, person = crowd(60, 4)
    own = own_calibration(vectors, vectors, person, CARD)
    slope = np.diff(own.log10_fmr[0])[-10:]
    assert slope == pytest.approx(np.diff(CARD.log10_fmr[0])[-10:], rel=0.5)


def test_people_who_look_alike_need_more_likeness():
    vectors, person = crowd(80, 4)
    apart = own_calibration(vectors, vectors, person, CARD)
    vectors, person = crowd(80, 4, alike=0.3)
    alike = own_calibration(vectors, vectors, person, CARD)
    assert threshold(alike, [100, 0, 0], 0.01) > threshold(apart, [100, 0, 0], 0.01) + 0.1


def test_the_rate_holds_for_other_people_of_the_same_kind():
    vectors, person = crowd(150, 3, alike=0.2, seed=1)
    own = own_calibration(vectors, vectors, person, CARD)
    others, who = crowd(400, 2, alike=0.2, seed=1)  # the same kind: one common direction
    gallery, strangers = others[who < 100][::2], others[who >= 100]
    named = (strangers @ gallery.T).max(axis=1) >= threshold(own, [100, 0, 0], 0.05)
    assert 0.02 < named.mean() < 0.1
    by_card = (strangers @ gallery.T).max(axis=1) >= threshold(CARD, [100, 0, 0], 0.05)
    assert by_card.mean() > 2 * named.mean() or by_card.mean() < named.mean() / 2, (
        "the card's is another kind"
    )


def test_what_changes_is_told_and_the_table_reads_back():
    vectors, person = crowd(60, 4, alike=0.3)
    own = own_calibration(vectors, vectors, person, CARD)
    told = changes(CARD, own, 0.01)
    assert [one.people for one in told] == [10, 100, 1000]
    assert all(one.after > one.before for one in told)
    again = Calibration.from_card(as_table(own, "a test"), "own")
    assert again.log10_fmr == pytest.approx(own.log10_fmr, abs=1e-4)


@pytest.mark.parametrize(("people", "photos"), [(29, 20), (30, 1), (1, 200)])
def test_too_few_are_refused(people, photos):
    vectors, person = crowd(people, photos)
    with pytest.raises(AuditError, match="too few to measure by"):
        own_calibration(vectors, vectors, person, CARD)
