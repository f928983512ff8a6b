"""The filter that steadies regions, against One Euro written for one number, and its own promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bodies.steady import LEAST, SLOPE, SPEEDS, Steady

AXIS = np.array([[[100.0, 300.0], [100.0, 100.0]]])


def alpha(cutoff, pause):
    """Casiez et al. 2012, equation 5: 1 / (1 + tau / Te), tau = 1 / (2 pi fc)."""
    return 1 / (1 + 1 / (2 * np.pi * cutoff) / pause)


def test_one_coordinate_is_filtered_as_in_the_paper():
    rng = np.random.default_rng(0)
    pauses = rng.uniform(0.02, 0.1, 20)
    shifts = np.cumsum(rng.normal(0, 4, 20))
    steady, time = Steady.start(AXIS, 0.0), 0.0
    smooth, raw, speed = 100.0, 100.0, 0.0
    for pause, shift in zip(pauses, shifts, strict=True):
        time += pause
        steady = steady.then(AXIS + np.array([shift, 0]), time)
        now = 100 + shift
        speed += alpha(SPEEDS, pause) * ((now - raw) / 400 / pause - speed)  # the region is 400 pixels wide
        smooth += alpha(LEAST + SLOPE * abs(speed), pause) * (now - smooth)
        raw = now
        assert steady.axis[0, 0, 0] == pytest.approx(smooth, abs=1e-9)


@given(st.floats(0.001, 1.0), st.integers(1, 20))
def test_what_does_not_move_stays(pause, steps):
    steady = Steady.start(AXIS, 5.0)
    for k in range(1, steps + 1):
        steady = steady.then(AXIS, 5.0 + k * pause)
    assert steady.axis == pytest.approx(AXIS)
    assert not steady.speed.any()


@given(st.floats(-300, 300), st.floats(-300, 300), st.floats(0, 2.0))
def test_the_smoothed_axis_lies_between_the_old_and_the_new(dx, dy, pause):
    new = AXIS + np.array([dx, dy])
    steady = Steady.start(AXIS, 0.0).then(new, pause)
    low, high = np.minimum(AXIS, new) - 1e-6, np.maximum(AXIS, new) + 1e-6
    assert ((steady.axis >= low) & (steady.axis <= high)).all()


def test_a_fast_body_is_followed_faster():
    share = [
        abs(Steady.start(AXIS, 0.0).then(AXIS + np.array([step, 0]), 1 / 30).axis[0, 0, 0] - 100) / step
        for step in (1, 10, 100)
    ]
    assert share[0] < 0.1 < share[2]
    assert share == sorted(share)
