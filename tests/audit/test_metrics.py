"""Each figure against scikit-learn or a case computed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from mien.audit.metrics import (
    area,
    best_threshold,
    curve,
    discarded,
    equal_error,
    falling,
    reliability,
    share_at,
    threshold_at,
)

levels = st.integers(-20, 20).map(lambda i: i / 20)  # few, so that there are ties
many = st.lists(levels, min_size=1, max_size=40).map(np.array)


@given(many, st.floats(0.0, 1.0))
def test_the_threshold_is_the_lowest_that_keeps_the_rate(impostors, fmr):
    limit = threshold_at(falling(impostors), fmr)
    assert share_at(impostors, limit) <= fmr + 1e-9
    below = impostors[impostors < limit]
    assert not len(below) or share_at(impostors, below.max()) > fmr + 1e-9


@given(many, many)
def test_curve_and_area_are_scikit_learns(genuine, impostors):
    same = np.repeat([1, 0], [len(genuine), len(impostors)])
    score = np.concatenate([genuine, impostors])
    fpr, tpr, _ = roc_curve(same, score, drop_intermediate=False)
    theirs = {(round(float(x), 12), round(float(1 - y), 12)) for x, y in zip(fpr, tpr, strict=True)}
    ours = curve(genuine, impostors)
    assert all(np.diff(ours.threshold) < 0)
    assert all(np.diff(ours.fmr) >= 0)
    for fmr, fnmr in zip(ours.fmr, ours.fnmr, strict=True):
        # Thresholds just above an impostor's score let through what scikit-learn's next score does.
        assert (round(fmr, 12), round(fnmr, 12)) in theirs
    assert area(genuine, impostors) == pytest.approx(roc_auc_score(same, score), abs=1e-12)


def test_hand_computed_errors():
    """Genuine 0.9 0.8 0.4, impostors 0.5 0.3 0.2 0.1: at 0.4 FNMR 0, FMR ¼; at 0.5 FNMR ⅓, FMR ¼; at 0.8 ⅓ and 0."""
    genuine, impostors = np.array([0.9, 0.8, 0.4]), np.array([0.5, 0.3, 0.2, 0.1])
    assert equal_error(genuine, impostors) == pytest.approx((1 / 3 + 1 / 4) / 2)
    assert best_threshold(genuine, impostors) == 0.4
    assert area(genuine, impostors) == pytest.approx(11 / 12)
    assert threshold_at(falling(impostors), 0.25) == np.nextafter(0.3, 1)


@given(st.integers(0, 10_000))
def test_calibration_is_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    genuine, impostors = rng.beta(4, 1, 60), rng.beta(1, 4, 60)
    found = reliability(genuine, impostors)
    same, said = np.repeat([1, 0], 60), np.concatenate([genuine, impostors])
    assert found.brier == pytest.approx(brier_score_loss(same, said), abs=1e-12)
    came, told = calibration_curve(same, said, n_bins=10)
    assert [one.came for one in found.bins] == pytest.approx(came.tolist())
    assert [one.said for one in found.bins] == pytest.approx(told.tolist())
    assert found.ece == pytest.approx(sum(one.share * abs(one.said - one.came) for one in found.bins))


def test_a_rare_kind_weighs_as_much_as_a_common_one():
    """One genuine comparison at 0.5 against a thousand impostors at 0: Brier (0.25 + 0) / 2, ECE 0.25."""
    found = reliability(np.array([0.5]), np.zeros(1000))
    assert (found.brier, found.ece) == (pytest.approx(0.125), pytest.approx(0.25))


def test_discarding_by_quality_is_that_of_a_hand_computed_case():
    """Errors at qualities 0.1 and 0.5 (one of two equal ones): leaving out 1, 2 and 3 of 5 leaves 1/4, ½/3 and 0/2."""
    missed, quality = np.array([1.0, 1, 0, 0, 0]), np.array([0.1, 0.5, 0.5, 0.8, 0.9])
    assert discarded(missed, quality, np.array([0, 0.2, 0.4, 0.6])) == pytest.approx([2 / 5, 1 / 4, 1 / 6, 0])


@given(st.floats(0, 0.9))
def test_quality_that_says_nothing_changes_nothing(share):
    assert discarded(np.array([1.0, 0, 0, 1]), np.full(4, 0.7), np.array([share])) == pytest.approx([0.5])
