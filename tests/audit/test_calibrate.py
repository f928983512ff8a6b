"""A collection's own calibration against distributions whose rates and ratios are known."""

import numpy as np
import pytest
from scipy.stats import norm

from mien import models
from mien.audit.calibrate import calibrated, calibration_of, changes, comparisons
from mien.gallery.decide import Calibration

CARD = Calibration.from_card(models.card("sface").decision, "sface")
SPREAD, MEAN, GENUINE = 0.09, 0.6, 0.12


@pytest.fixture(scope="module")
def own():
    rng = np.random.default_rng(0)
    impostors = [rng.normal(0, SPREAD, 400_000)] * 3
    genuine = [rng.normal(MEAN, GENUINE, 3000)] * 3
    return calibration_of(impostors, genuine, CARD)


@pytest.mark.parametrize("rate", [1e-1, 1e-2, 1e-3, 1e-4])
def test_false_match_rates_are_those_of_the_distribution(own, rate):
    """To a tenth of a power of ten, of 400,000 impostors, on a grid of 0.02."""
    assert np.log10(own.fmr(SPREAD * norm.isf(rate), 1)) == pytest.approx(np.log10(rate), abs=0.1)


def test_beyond_what_was_counted_nobody_is_promised_to_look_no_more_alike(own):
    """A normal tail falls faster than the fitted one, which errs on the careful side."""
    cosine = SPREAD * norm.isf(1e-7)
    assert -7.1 < np.log10(own.fmr(cosine, 1)) < -5.5


@pytest.mark.parametrize("cosine", [0.25, 0.3, 0.4])
def test_likelihood_ratios_are_those_of_the_distributions(own, cosine):
    true = norm.logpdf(cosine, MEAN, GENUINE) - norm.logpdf(cosine, 0, SPREAD)
    assert own.log_likelihood_ratio(cosine, 1) == pytest.approx(true, abs=1.0)


def test_too_little_leaves_the_card_as_it_is():
    few = calibration_of([np.zeros(100)] * 3, [np.ones(10)] * 3, CARD)
    assert np.array_equal(few.log10_fmr, CARD.log10_fmr)
    assert np.array_equal(few.log_ratio, CARD.log_ratio)


def test_a_collection_of_people_who_look_alike_needs_more_likeness(made_up):
    _, _, facts = made_up
    shared = np.zeros(128, np.float32)
    shared[0] = 0.6
    alike = facts.enrolled + shared
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    after = calibrated(alike, alike, facts.person, CARD)
    assert all(new > old + 0.05 for _, old, new in changes(CARD, after, (10, 100), 0.01))


def test_no_template_is_compared_with_a_photograph_in_it():
    person = np.repeat(np.arange(4), 3)
    vectors = np.eye(12, dtype=np.float32)
    for photos in (1, 2):
        impostor, genuine = comparisons(vectors, vectors, person, photos)
        assert len(genuine)
        assert not genuine.any()  # photographs are at right angles to all others
        assert not impostor.any()
    assert comparisons(vectors, vectors, np.arange(12), 2)[0].size == 0
