"""The secret rotation: it keeps every cosine, is drawn evenly, and cuts galleries off from each other."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mien.gallery.protection.rotation import _normals, rotation, turn

ONE, TWO = b"1" * 32, b"2" * 32
KEPT = [  # the corner of rotation(bytes(range(32)), 128)
    [-0.15350922380648346, -0.051032104526505924, -0.03545955305577229],
    [0.07873151286141448, -0.017051984263624524, 0.0033324402402852508],
]


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.integers(1, 130))
def test_it_is_orthogonal(secret, dim):
    matrix = rotation(secret, dim)
    assert np.abs(matrix @ matrix.T - np.eye(dim)).max() < 1e-12
    assert np.array_equal(matrix, rotation(secret, dim))


def test_it_is_the_same_everywhere():
    """Numbers kept from the first version: another platform or numpy must not lock a gallery up.

    QR is stable to the condition of the matrix, here under 10^3, times 2^-53.
    """
    corner = rotation(bytes(range(32)), 128)[:2, :3]
    assert corner == pytest.approx(np.array(KEPT), abs=1e-12)


def test_it_is_what_gram_and_schmidt_make_of_the_normals():
    columns = []
    for column in _normals(ONE, 64).reshape(8, 8).T:
        for done in columns:
            column = column - (column @ done) * done
        columns.append(column / np.linalg.norm(column))
    assert rotation(ONE, 8) == pytest.approx(np.array(columns).T, abs=1e-12)


def test_the_normals_are_those_of_another_implementation():
    """The same stream, read number by number with the standard library."""
    stream = hashlib.shake_256(b"mien 1 rotation" + ONE).digest(16 * 5)
    u = [
        ((int.from_bytes(stream[i : i + 8], "little") >> 11) + 0.5) / 2**53 for i in range(0, len(stream), 8)
    ]
    radius, angle = [math.sqrt(-2 * math.log(x)) for x in u[:5]], [2 * math.pi * x for x in u[5:]]
    expected = [f(a) * r for f in (math.cos, math.sin) for r, a in zip(radius, angle, strict=True)]
    assert _normals(ONE, 9) == pytest.approx(expected[:9], abs=1e-12)


def test_it_is_drawn_evenly():
    """Haar's measure: the first component of a turned axis, squared, is Beta(1/2, (d-1)/2), whatever the axis."""
    matrices = np.array([rotation(b"%032d" % i, 5) for i in range(2000)])
    for row, column in ((0, 0), (0, 4), (4, 0), (3, 3)):
        entries = matrices[:, row, column]
        assert stats.kstest(entries**2, stats.beta(0.5, 2).cdf).pvalue > 0.001
        assert abs(np.sign(entries).mean()) < 4 / np.sqrt(2000)  # four standard errors
    assert abs((np.linalg.det(matrices) > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(2000)


def test_secrets_have_nothing_in_common():
    relative = rotation(ONE, 128).T @ rotation(TWO, 128)
    # An entry of a uniform orthogonal matrix has standard deviation 1 / sqrt(128); 16,384 of them stay under 5.5.
    assert np.abs(relative).max() < 5.5 / np.sqrt(128)


def test_turning_back():
    vectors = np.random.default_rng(0).standard_normal((50, 128))
    matrix = rotation(ONE, 128)
    assert turn(turn(vectors, matrix), matrix.T) == pytest.approx(vectors, abs=1e-12)


def test_cosines_of_real_faces_stay(pairs):
    """1e-6 is what the scores of a gallery are promised to; float32 templates differ by 2^-24 a component."""
    first, second = pairs
    matrix = rotation(ONE, 128)
    plain = first.astype(np.float32) @ second.astype(np.float32).T
    turned = turn(first, matrix).astype(np.float32) @ turn(second, matrix).astype(np.float32).T
    assert np.abs(plain - turned).max() < 1e-6
    assert np.array_equal(plain.argmax(axis=1), turned.argmax(axis=1))


def test_a_face_in_two_galleries_is_a_stranger(pairs):
    """Unlinkability (ISO/IEC 24745): the very same photographs, and others of the same people.

    Cosines of vectors turned independently have standard deviation 1 / sqrt(128) = 0.088 about 0, like those of
    two random directions. The people are told apart in the clear, so that it is not the photographs that fail.
    """
    first, second = pairs
    n = len(first)
    assert (np.argmax(first @ second.T, axis=1) == np.arange(n)).mean() > 0.9
    here, there = rotation(ONE, 128), rotation(TWO, 128)
    for other in (first, second):
        cosines = turn(first, here) @ turn(other, there).T
        same, strangers = np.diag(cosines), cosines[~np.eye(n, dtype=bool)]
        assert abs(same.mean()) < 4 * 0.088 / np.sqrt(n)
        assert same.max() < 4 * 0.088
        assert stats.ks_2samp(same, strangers).pvalue > 0.001
        assert (cosines.argmax(axis=1) == np.arange(n)).sum() <= 5  # chance finds one; P(more than 5) < 0.001


def test_sorted_magnitudes_give_signed_permutations_away_but_not_this(pairs):
    """Why the cheaper turn will not do: sort what a thief has, compare, and everybody is found."""
    first, _ = pairs
    rng = np.random.default_rng(0)
    permuted = (first * rng.choice([-1, 1], 128))[:, rng.permutation(128)]
    assert found_by_magnitudes(first, permuted) == len(first)
    assert found_by_magnitudes(turn(first, rotation(ONE, 128)), turn(first, rotation(TWO, 128))) <= 5


def found_by_magnitudes(ours, theirs) -> int:
    """How many rows of one have the row of the same number in the other as nearest by sorted magnitudes."""
    a, b = np.sort(np.abs(ours)), np.sort(np.abs(theirs))
    distances = np.linalg.norm(a[:, None] - b, axis=2)
    return int((distances.argmin(axis=1) == np.arange(len(a))).sum())
