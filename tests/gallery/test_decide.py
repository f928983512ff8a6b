"""Thresholds and probabilities from the calibration on the card of SFace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import ArgumentError, ModelError, models
from mien.gallery.decide import PHOTOS, Calibration, posterior, threshold, threshold_of_one

CARD = models.card("sface")
TABLE = Calibration.from_card(CARD.decision, "sface")
counts = st.lists(st.integers(0, 5000), min_size=PHOTOS, max_size=PHOTOS).filter(any)
rates = st.floats(0.001, 0.3)
cosines = st.lists(st.floats(-0.2, 0.9), min_size=1, max_size=5)


@given(counts, rates)
def test_the_threshold_gives_the_rate_that_was_asked_for(people, fpir):
    limit = threshold(TABLE, people, fpir)
    fmr = TABLE.fmr([limit] * PHOTOS, [1, 2, 3])
    back = 1 - np.prod((1 - fmr) ** np.array(people))
    # Lines between knots of 0.02 against the exact sum over the kinds of people: within 1 %.
    assert back == pytest.approx(fpir, rel=0.01)


@given(counts, rates)
def test_more_people_and_a_stricter_rate_need_more_likeness(people, fpir):
    limit = threshold(TABLE, people, fpir)
    assert threshold(TABLE, [2 * n for n in people], fpir) > limit
    assert threshold(TABLE, people, fpir / 2) > limit


def test_a_fixed_threshold_would_not_do():
    """OpenCV's 0.363 lets about one stranger in two into a gallery of 10,000, by SFace's own table."""
    assert 1 - (1 - TABLE.fmr(0.363, 1)) ** 10_000 > 0.3
    assert threshold(TABLE, [10, 0, 0], 0.01) < 0.3 < 0.4 < threshold(TABLE, [1000, 0, 0], 0.01)


def test_a_rate_that_no_likeness_is_enough_for():
    with pytest.raises(ArgumentError, match=r"1e-16 is stricter than this model can tell"):
        threshold_of_one(TABLE, 1e-16)
    assert threshold_of_one(TABLE, 1e-3) == threshold(TABLE, [1, 0, 0], 1e-3)


@pytest.mark.parametrize("fpir", [0, 1, -0.1, 2, float("nan")])
def test_impossible_rates(fpir):
    with pytest.raises(ArgumentError, match="between 0 and 1"):
        threshold(TABLE, [1, 0, 0], fpir)


def test_a_card_without_a_table_says_how_to_make_one():
    with pytest.raises(ModelError, match=r"'mine'.*bench decision"):
        Calibration.from_card({}, "mine")


def test_rates_fall_and_ratios_rise_with_the_cosine():
    grid = np.linspace(-0.5, 1, 151)
    for photos in (1, 2, 3):
        fmr = TABLE.fmr(grid, np.full(151, photos))
        assert np.all(np.diff(fmr) <= 0)
        assert fmr[0] == pytest.approx(1, abs=0.02)
        assert 0 < fmr[-1] < 1e-9
        assert np.all(np.diff(TABLE.log_likelihood_ratio(grid, np.full(151, photos))) >= 0)


def test_both_ends_of_the_table_go_on_as_lines():
    """Of the first and the last two knots, so that no cosine is outside the table."""
    x, row = TABLE.cosine, TABLE.log10_fmr[0]
    last = row[-1] + (row[-1] - row[-2]) / (x[-1] - x[-2]) * 0.1
    assert np.log10(TABLE.fmr(x[-1] + 0.1, 1)) == pytest.approx(last)
    assert TABLE.fmr(x[0] - 0.5, 1) == 1  # a rate is never above one
    ratio = TABLE.log_ratio[0]
    first = ratio[0] - (ratio[1] - ratio[0]) / (x[1] - x[0]) * 0.1
    assert TABLE.log_likelihood_ratio(x[0] - 0.1, 1) == pytest.approx(first)


def test_a_rate_is_never_above_one_even_where_the_table_begins_below():
    steep = Calibration(np.array([0.0, 0.5]), np.tile([-1.0, -3.0], (PHOTOS, 1)), np.zeros((PHOTOS, 2)))
    assert steep.fmr([-0.1, -0.5], [1, 1]) == pytest.approx([10**-0.6, 1])


def test_a_gallery_of_everybody_on_earth_has_a_threshold_that_only_the_same_picture_reaches():
    limits = [threshold(TABLE, [n, 0, 0], 0.01) for n in (10**4, 10**6, 10**8, 8 * 10**9)]
    assert np.all(np.diff(limits) > 0)
    assert limits[2] < 1 < limits[3]


def test_more_photographs_than_three_count_as_three():
    assert TABLE.fmr(0.4, 9) == TABLE.fmr(0.4, 3)


@given(cosines, st.integers(5, 10_000))
def test_probabilities_are_shared_out(found, size):
    found = sorted(found, reverse=True)
    chances = posterior(TABLE, found, [1] * len(found), size)
    assert np.all(chances >= 0)
    assert chances.sum() <= 1 + 1e-12
    assert np.all(np.diff(chances) <= 1e-12)


@given(st.floats(-0.2, 0.9), st.floats(-0.2, 0.8), st.floats(0, 0.1), st.sampled_from([1, 2, 3]))
def test_a_rival_who_is_more_alike_takes_more_away(cosine, rival, more, photos):
    before, after = (posterior(TABLE, [cosine, r], [1, photos], 100) for r in (rival, rival + more))
    assert after[0] <= before[0]
    assert after[1] >= before[1]


@given(st.floats(-0.2, 0.9))
def test_one_person_is_the_logistic_of_the_ratio(cosine):
    (chance,) = posterior(TABLE, [cosine], [1], 1)
    assert chance == pytest.approx(1 / (1 + np.exp(-TABLE.log_likelihood_ratio(cosine, 1))))


def test_a_rival_and_a_larger_gallery_take_probability_away():
    alone = posterior(TABLE, [0.45, 0.1], [1, 1], 100)[0]
    ratio = np.exp(TABLE.log_likelihood_ratio([0.45, 0.1], [1, 1]))  # the equation at the head of `decide`
    assert alone == pytest.approx(0.005 * ratio[0] / (0.5 + 0.005 * ratio.sum()), rel=1e-9)
    assert posterior(TABLE, [0.45, 0.44], [1, 1], 100)[0] < 0.7 * alone
    assert posterior(TABLE, [0.45, 0.1], [1, 1], 10_000)[0] < alone
    assert posterior(TABLE, [0.45, 0.1], [1, 1], 100, prior=0.01)[0] < alone


def test_no_claim_beyond_what_was_compared():
    assert posterior(TABLE, [1.0], [1], 1)[0] < 1 - 9e-7  # one in a million
