"""Templates lose little, say how little, and give the same bits every time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.errors import ArgumentError
from mien.gallery.templates import cosines, encode, mean, unit

finite = st.floats(-100, 100, width=32, allow_subnormal=False)


@given(st.integers(1, 300).flatmap(lambda d: arrays(np.float32, (3, d), elements=finite)))
def test_int8_is_within_half_a_step_of_the_float16_direction(vectors):
    vectors[:, 0] += np.float32(0.5) * (np.abs(vectors).max(axis=1) < 1e-3)  # no zeros
    half, int8, scale = encode(vectors)
    off = unit(half) - int8 * scale[:, None].astype(np.float64)
    assert (np.abs(off) <= scale[:, None] * 0.5001).all()  # 0.0001: the scale itself is float32
    assert (np.abs(int8).max(axis=1) == 127).all()


def test_float16_keeps_the_cosine_to_three_decimals():
    vectors = unit(np.random.default_rng(0).standard_normal((1000, 128)))
    exact = (vectors * vectors[::-1]).sum(axis=1)
    half = encode(vectors)[0]
    kept = np.array([cosines(half[i : i + 1], vectors[-1 - i])[0] for i in range(1000)])
    assert np.abs(kept - exact).max() < 3e-4  # each component is off by at most 2^-12 of itself


def test_a_cosine_has_the_same_bits_whoever_else_is_compared():
    rng = np.random.default_rng(1)
    half = encode(rng.standard_normal((257, 128)))[0]
    query = unit(rng.standard_normal((1, 128)))[0]
    together = cosines(half, query)
    alone = np.concatenate([cosines(half[i : i + 1], query) for i in range(len(half))])
    assert np.array_equal(together, alone)


def test_a_template_has_cosine_one_with_itself_and_zeros_have_none():
    half = encode(np.random.default_rng(2).standard_normal((50, 128)))[0]
    assert all(cosines(half[i : i + 1], unit(half[i : i + 1])[0])[0] == 1 for i in range(50))
    assert cosines(np.zeros((1, 128), np.float16), unit(half[:1])[0])[0] == 0


def test_the_mean_is_the_direction_of_the_sum_and_opposites_have_none():
    half = encode([[3.0, 0.0], [0.0, 5.0]])[0]
    assert mean(half) == pytest.approx([0.5**0.5, 0.5**0.5])
    assert mean(encode([[1.0, 2.0], [-1.0, -2.0]])[0]) is None


@pytest.mark.parametrize(
    ("vectors", "told"),
    [([[0.0, 0.0]], "length 0.0"), ([[np.nan, 1.0]], "length nan"), ([[np.inf, 1.0]], "length inf"),
     ([1.0, 2.0], r"shape \(2,\)"), (np.empty((2, 0)), r"shape \(2, 0\)")],
)  # fmt: skip
def test_what_has_no_direction_is_refused(vectors, told):
    with pytest.raises(ArgumentError, match=told):
        encode(vectors)
