"""Intervals of curves: crossings, hysteresis, short drops, and people who go away."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import ArgumentError
from mien.timeline.curves import Span, spans

TENTHS = np.arange(100) / 10


def test_boundaries_are_where_the_line_between_samples_crosses_the_lower_threshold():
    values = np.interp(TENTHS, [2.0, 4.0, 6.0], [0.0, 1.0, 0.0])
    (span,) = spans(TENTHS, values, on=0.8, off=0.33)
    assert span == pytest.approx((2.66, 5.34, 4.0))  # the triangle is at 0.33 there, between two samples


def test_what_never_reaches_the_upper_threshold_is_none():
    values = np.interp(TENTHS, [2.0, 4.0, 6.0], [0.0, 0.7, 0.0])
    assert spans(TENTHS, values, on=0.8, off=0.3) == []
    assert len(spans(TENTHS, values, on=0.7, off=0.3)) == 1


def test_trembling_about_the_upper_threshold_is_one_interval():
    values = np.where((TENTHS > 3) & (TENTHS < 7), 0.6 + 0.05 * (-1) ** np.arange(100), 0.0)
    assert len(spans(TENTHS, values, on=0.6, off=0.4)) == 1
    assert len(spans(TENTHS, values, on=0.6, off=0.6)) > 10


def test_a_short_drop_is_bridged_a_longer_one_is_not():
    values = np.where((TENTHS >= 1) & (TENTHS < 5), 1.0, 0.0)
    values[(TENTHS >= 2.95) & (TENTHS < 3.25)] = 0.0
    assert len(spans(TENTHS, values, on=0.5, off=0.5, bridge=0.2)) == 2
    (span,) = spans(TENTHS, values, on=0.5, off=0.5, bridge=0.5)
    assert span[:2] == pytest.approx((0.95, 4.95))


def test_least_is_measured_after_bridging():
    values = np.where((TENTHS >= 1) & (TENTHS < 2) & (np.abs(TENTHS - 1.5) > 0.05), 1.0, 0.0)
    assert spans(TENTHS, values, on=0.5, off=0.5, least=0.8) == []
    assert len(spans(TENTHS, values, on=0.5, off=0.5, least=0.8, bridge=0.3)) == 1


def test_somebody_who_goes_away_ends_the_interval_at_the_last_sample():
    values = np.ones(100)
    values[30:40] = np.nan
    assert spans(TENTHS, values, on=0.5, off=0.5, bridge=5.0) == [(0.0, 2.9, 0.0), (4.0, 9.9, 4.0)]


def test_samples_that_are_left_out_while_away_end_it_too():
    there = (TENTHS < 3) | (TENTHS >= 4)
    ends = [span[:2] for span in spans(TENTHS[there], np.ones(there.sum()), on=0.5, off=0.5)]
    assert ends == [(0.0, 2.9), (4.0, 9.9)]
    assert len(spans(TENTHS[there], np.ones(there.sum()), on=0.5, off=0.5, bridge=2.0)) == 1


def test_pauses_of_a_variable_rate_are_no_absence():
    times = np.cumsum(np.tile([0.03, 0.05, 0.07], 20))
    assert len(spans(times, np.ones(60), on=0.5, off=0.5)) == 1


def test_nothing_and_nobody():
    assert spans(np.zeros(0), np.zeros(0), on=0.5, off=0.5) == []
    assert spans(TENTHS, np.full(100, np.nan), on=0.5, off=0.5) == []
    assert spans(np.array([2.0]), np.array([1.0]), on=0.5, off=0.5) == [Span(2.0, 2.0, 2.0)]


@pytest.mark.parametrize(
    ("times", "values", "on", "off", "about"),
    [
        ([0, 1, 1], [0, 0, 0], 0.5, 0.5, "rise"),
        ([0, 1, np.nan], [0, 0, 0], 0.5, 0.5, "finite"),
        ([0, 1], [0, 0, 0], 0.5, 0.5, "one length"),
        ([0, 1, 2], [0, 0, 0], 0.4, 0.5, "off=0.5"),
    ],
)
def test_what_cannot_be_a_curve_is_told(times, values, on, off, about):
    with pytest.raises(ArgumentError, match=about):
        spans(np.array(times, float), np.array(values, float), on=on, off=off)


LEVELS = st.integers(0, 16).map(lambda n: n / 16)
CURVES = st.lists(st.one_of(LEVELS, st.just(float("nan"))), min_size=1, max_size=40)


@given(CURVES, LEVELS, st.sampled_from([0.3, 0.5, 1.0]), st.sampled_from([0.0, 0.17, 0.31]))
def test_intervals_lie_apart_hold_their_apex_and_are_the_same_backwards(values, on, lower, bridge):
    values, off = np.array(values), on * lower
    times = np.arange(len(values)) * 0.125  # exact in binary, so that playing backwards is exact too
    found = spans(times, values, on=on, off=off, bridge=bridge)
    for span in found:
        assert times[0] <= span.start <= span.apex <= span.end <= times[-1]
        assert values[times == span.apex] >= on
    for one, after in itertools.pairwise(found):
        assert one.end <= after.start
    back = spans(times, values[::-1], on=on, off=off, bridge=bridge)
    mirrored = [(times[-1] - span.end, times[-1] - span.start) for span in reversed(back)]
    np.testing.assert_allclose(
        [span[:2] for span in found] or np.zeros((0, 2)), mirrored or np.zeros((0, 2)), atol=1e-9
    )
