"""Peaks of loudness are counted where a voice is and where dips set them apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.features.voice.syllables import Nuclei


def waves(count, depth, hops=20):
    """(n,) dB, `count` humps of that height in a row."""
    return (-30 + depth / 2 * (1 - np.cos(2 * np.pi * np.arange(count * hops) / hops))).astype(np.float32)


@pytest.mark.parametrize(("depth", "counted"), [(6.0, 7), (2.5, 7), (1.5, 0)])
def test_humps_are_counted_if_they_are_deep_enough(depth, counted):
    energy = waves(7, depth)
    assert Nuclei().found(energy, np.ones(len(energy), bool)).sum() == counted


def test_only_voiced_peaks_count():
    energy = waves(6, 6.0)
    voiced = np.arange(len(energy)) < 60
    assert Nuclei().found(energy, voiced).sum() == 3


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-60, 0, width=32), min_size=1, max_size=200), st.integers(1, 199))
def test_where_the_curve_is_cut_does_not_matter(levels, cut):
    energy, voiced = np.array(levels, np.float32), np.arange(len(levels)) % 3 > 0
    whole, parts = Nuclei(), Nuclei()
    after = [parts.found(energy[:cut], voiced[:cut]), parts.found(energy[cut:], voiced[cut:])]
    np.testing.assert_array_equal(whole.found(energy, voiced), np.concatenate(after))
    np.testing.assert_array_equal(whole.memory, parts.memory)
