"""Matching of intervals: as many pairs as can be, then the greatest overlap."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from mien.timeline.pairing import overlaps, pairs


def intervals(*spans):
    return np.array(spans, float).reshape(-1, 2)


def test_overlap_is_intersection_over_union():
    a = intervals((0, 10), (0, 10), (0, 10), (3, 3), (3, 3), (0, 1))
    b = intervals((5, 15), (0, 10), (20, 30), (3, 3), (3, 4), (1, 2))
    assert overlaps(a, b).tolist() == pytest.approx([1 / 3, 1, 0, 1, 0, 0])


def test_more_pairs_go_before_more_overlap():
    a, b = intervals((0, 10), (6, 16)), intervals((3, 13), (5, 13))
    # 0-0 and 1-1 overlap by 7/13 and 7/11; greedily 1-1 goes first too; with 1-0 first, 0 would have 5/13 only
    assert pairs(a, b, 0.5).tolist() == [[0, 0], [1, 1]]


def test_only_one_of_two_fragments_is_matched():
    assert pairs(intervals((0, 10)), intervals((0, 5), (5, 10)), 0.5).tolist() == [[0, 0]]
    assert pairs(intervals((0, 10)), intervals((0, 4), (4, 9.5)), 0.5).tolist() == [[0, 1]]


def test_none_on_one_side():
    assert pairs(intervals(), intervals((0, 1)), 0.5).shape == (0, 2)
    assert pairs(intervals((0, 1)), intervals(), 0.5).shape == (0, 2)


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=12).map(
    lambda spans: intervals(*((start, start + length) for start, length in spans))
)


@settings(max_examples=200)
@given(SPANS, SPANS, st.sampled_from([0.05, 0.3, 0.5, 0.9]))
def test_it_is_as_good_as_scipys_assignment(a, b, iou):
    found = pairs(a, b, iou)
    shares = overlaps(a[:, None], b[None])
    gain = np.where(shares >= iou, 100 + shares, 0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    best = gain[rows, columns]
    assert len(found) == (best > 0).sum()
    assert gain[found[:, 0], found[:, 1]].sum() == pytest.approx(best.sum())
    assert len(set(found[:, 0])) == len(set(found[:, 1])) == len(found)
    assert len(pairs(b, a, iou)) == len(found)


def test_long_chains_of_overlaps_are_one_problem():
    chain = intervals(*((i, i + 2) for i in range(60)))
    found = pairs(chain, chain + 0.5, 0.3)
    assert found.tolist() == list(
        itertools.starmap(lambda i, j: [i, j], zip(range(60), range(60), strict=True))
    )
