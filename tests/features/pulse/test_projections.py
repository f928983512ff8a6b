"""POS and CHROM against plain transcriptions of the papers, and what they must not see."""

import numpy as np
import pytest

from mien.features.pulse.projections import chrom, green, pos

RATE = 20.0  # Hz; a short window of 1.6 s is 32 samples, as in the papers


@pytest.fixture
def rgb():
    rng = np.random.default_rng(1)
    t = np.arange(400) / RATE
    drift = 1 + 0.1 * np.sin(0.5 * t)
    beat = 0.004 * np.sin(2 * np.pi * 1.2 * t)
    return (np.array([170.0, 120, 100]) * drift[:, None]) * (
        1 + beat[:, None] * [0.3, 0.8, 0.5]
    ) + rng.normal(0, 0.1, (400, 3))


def test_pos_is_algorithm_1(rgb):
    """Line by line: the window that ends at n is divided by its mean, projected, tuned and added."""
    length = 32
    expected = np.zeros(len(rgb))
    for n in range(length - 1, len(rgb)):
        c = rgb[n - length + 1 : n + 1].T
        c = np.diag(1 / c.mean(axis=1)) @ c
        s = np.array([[0, 1, -1], [-2, 1, 1]]) @ c
        h = s[0] + s[0].std() / s[1].std() * s[1]
        expected[n - length + 1 : n + 1] += h - h.mean()
    inner = slice(length, -length)  # where every sample is in `length` windows, whose mean is taken here
    assert np.allclose(pos(rgb, RATE)[inner], expected[inner] / length, atol=1e-12)


@pytest.mark.parametrize("method", [pos, chrom])
def test_a_common_change_of_light_vanishes(method, rgb):
    """However strong: 20 % at 1.5 Hz, against a pulse of 0.3 %. Short windows make it an approximation."""
    lamp = 1 + 0.2 * np.sin(2 * np.pi * 1.5 * np.arange(len(rgb)) / RATE)
    plain, lit = method(rgb, RATE), method(rgb * lamp[:, None], RATE)
    assert np.corrcoef(plain, lit)[0, 1] > 0.9
    assert np.corrcoef(green(rgb, RATE), green(rgb * lamp[:, None], RATE))[0, 1] < 0.3


@pytest.mark.parametrize("method", [pos, chrom])
def test_the_colour_and_brightness_of_the_skin_do_not_matter(method, rgb):
    factors = np.array([0.3, 0.25, 0.4])  # a darker skin under another lamp
    assert np.allclose(method(rgb, RATE), method(rgb * factors, RATE), atol=1e-12)


@pytest.mark.parametrize("method", [pos, chrom, green])
def test_a_signal_shorter_than_the_window_is_taken_as_it_is(method):
    rgb = np.random.default_rng(0).normal(100, 1, (10, 3))
    assert method(rgb, RATE).shape == (10,)
    assert np.isfinite(method(rgb, RATE)).all()
