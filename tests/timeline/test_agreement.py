"""Krippendorff's alpha against the worked examples that he published, and over time."""

import math

import numpy as np
import pytest

from mien.timeline.agreement import alpha, over_time


def coded(*rows):
    """Codes of several coders, one string each; a point is a unit that was not coded."""
    symbols = sorted({symbol for row in rows for symbol in row} - {"."})
    return np.array([[symbols.index(symbol) if symbol != "." else -1 for symbol in row] for row in rows])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("0100000010", "1110010000"), 0.095),  # A: binary, two coders
        (("aabbdcccedda", "babbbccceddd"), 0.692),  # B: nominal, two coders
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),  # C: four, some missing
    ],
)
def test_the_published_examples(rows, expected):
    """Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", sections A, B and C (to three digits there)."""
    assert alpha(coded(*rows)) == pytest.approx(expected, abs=5e-4)


def test_a_weight_stands_for_units_that_are_the_same():
    values, weights = coded("aabbc", "abbbc"), np.array([3, 1, 2, 5, 4])
    assert alpha(values, weights) == pytest.approx(alpha(np.repeat(values, weights, axis=1)))


def test_one_value_alone_tells_nothing():
    assert math.isnan(alpha(coded("aaaa", "aaaa")))
    assert math.isnan(alpha(coded("ab..", "..ab")))


def test_time_counts_by_its_length():
    """Exact pieces agree with a grid of 10 ms on which the same was written down."""
    a = [(0.0, 2.0, "happy"), (5.0, 6.0, "sad")]
    b = [(0.5, 2.25, "happy"), (5.0, 5.75, "happy")]
    grid = np.arange(0.005, 10, 0.01)
    values = np.zeros((2, len(grid)), int)
    for row, segments in enumerate((a, b)):
        for start, end, label in segments:
            values[row, (grid > start) & (grid < end)] = 1 + (label == "sad")
    assert over_time([(a, b, [(0.0, 10.0)])]) == pytest.approx(alpha(values), abs=1e-9)


def test_agreement_on_nothing_counts_only_where_there_was_somebody():
    a, b = [(0.0, 1.0, "x")], [(0.0, 0.5, "x")]
    near = over_time([(a, b, [(0.0, 2.0)])])
    assert near == pytest.approx(1 - 0.25 / (1 - (0.375**2 + 0.625**2)), abs=0.01)
    assert over_time([(a, b, [(0.0, 100.0)])]) < near + 0.25
    assert math.isnan(over_time([(a, b, [])]))


def test_those_who_say_the_same_agree_and_those_who_say_the_opposite_do_not():
    a, b = [(0.0, 5.0, "x"), (2.0, 3.0, "y")], [(5.0, 10.0, "x")]
    assert over_time([(a, a, [(0.0, 10.0)])]) == 1.0
    assert over_time([(a[:1], b, [(0.0, 10.0)])]) == pytest.approx(-1, abs=0.01)
