"""Curves break where nothing was measured, and nowhere else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.timeline.gaps import after_gaps, with_gaps


def test_a_pause_and_another_track_are_gaps():
    times = np.array([0.0, 0.04, 0.08, 3.0, 3.04, 3.08])
    tracks = np.array([0, 0, 0, 0, 0, 1])
    assert after_gaps(times, tracks).tolist() == [3, 5]
    assert np.allclose(with_gaps(times, np.array([3, 5])), [0, 0.04, 0.08, 0.12, 3.0, 3.04, 3.08, 3.08])


def test_a_dropped_frame_is_no_gap():
    times = np.delete(np.arange(100) / 25, [7, 8, 50])
    assert len(after_gaps(times, np.zeros(97))) == 0


def test_slow_measures_have_their_own_usual_step():
    assert len(after_gaps(np.array([10.0, 11, 12, 14, 15]), np.zeros(5))) == 0


@given(st.lists(st.floats(0, 1e4), max_size=30), st.integers(1, 3))
def test_times_stay_in_order_and_none_is_lost(times, people):
    ordered = np.sort(np.array(times, np.float64))
    gaps = after_gaps(ordered, np.arange(len(ordered)) % people)
    more = with_gaps(ordered, gaps)
    assert (np.diff(more) >= 0).all()
    assert np.array_equal(np.delete(more, gaps + np.arange(len(gaps))), ordered)
