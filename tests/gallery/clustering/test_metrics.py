"""BCubed against a case done by hand and against its definition; edits against the smallest of all ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.gallery.clustering import bcubed, edits

partitions = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2)
)


def test_by_hand():
    labels, truth = [0, 0, 0, 1, 1], [0, 0, 1, 1, 1]
    # Precision of the five faces: 2/3, 2/3, 1/3, 1, 1; recall: 1, 1, 1/3, 2/3, 2/3; both have the mean 11/15.
    assert bcubed(labels, truth) == pytest.approx((11 / 15, 11 / 15, 11 / 15))
    assert edits(labels, truth) == 2  # split the third face off, put it to the others


def test_everybody_alone_and_everybody_together():
    truth = [0, 0, 1, 1]
    assert bcubed([0, 1, 2, 3], truth)[:2] == (1, 0.5)
    assert bcubed([0, 0, 0, 0], truth)[:2] == (0.5, 1)
    assert edits([0, 1, 2, 3], truth) == 2
    assert edits([0, 0, 0, 0], truth) == 1
    assert bcubed([], []) == (1, 1, 1)


@given(partitions)
def test_the_definition(both):
    labels, truth = map(np.array, both)
    together, same = labels[:, None] == labels, truth[:, None] == truth
    precision = ((together & same).sum(axis=1) / together.sum(axis=1)).mean()
    recall = ((together & same).sum(axis=1) / same.sum(axis=1)).mean()
    assert bcubed(labels, truth)[:2] == pytest.approx((precision, recall))
    assert (edits(labels, truth) == 0) == np.array_equal(together, same)
    assert edits(labels, truth) == edits(truth, labels)
