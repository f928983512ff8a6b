"""Regions: what a network is shown is where its answers are brought back to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bodies.regions import (
    DOWN,
    UP,
    around,
    crop,
    enclosing,
    matrix,
    moved,
    to_picture,
    to_region,
    whole,
    wrapped,
)

pixels = st.floats(-2000, 2000, width=32)
regions = st.builds(
    lambda x, y, side, turn: np.array([x, y, side, turn], np.float32),
    pixels,
    pixels,
    st.floats(2, 3000, width=32),
    st.floats(-np.pi, np.pi),
)


@given(regions, st.integers(16, 512), st.floats(-1, 2), st.floats(-1, 2))
def test_points_of_the_crop_come_back_from_the_picture(region, size, x, y):
    there = to_picture(np.array([[x * size, y * size, 7.0]]), region, size)
    back = to_region(there[:, :2], region)
    # float32 pixels of up to 5000 are right to 0.0005
    assert back[0] == pytest.approx([x - 0.5, y - 0.5], abs=float(0.002 / region[2]) + 1e-5)
    assert there[0, 2] == pytest.approx(7 * region[2] / size, rel=1e-5)


@given(regions)
def test_the_middle_of_a_crop_is_the_middle_of_the_region(region):
    assert matrix(region, 256) @ [128, 128, 1] == pytest.approx(region[:2], abs=1e-3)


@given(pixels, pixels, st.floats(1, 900), st.floats(-np.pi, np.pi))
def test_a_tip_lies_straight_above_or_below_the_middle(x, y, length, direction):
    centre = np.array([x, y])
    tip = centre + length * np.array([np.cos(direction), np.sin(direction)])
    # float32 centres of up to 2000 pixels are right to 0.0001, of a length of 1 or more
    assert to_region(tip, around(centre, tip, UP)) == pytest.approx([0, -0.5], abs=1e-3)
    assert to_region(tip, around(centre, tip, DOWN)) == pytest.approx([0, 0.5], abs=1e-3)


@given(regions, st.floats(0.5, 3), st.floats(-1, 1))
def test_moving_up_is_up_as_the_region_is_turned(region, scale, up):
    new = moved(region, scale, up)
    assert to_region(new[:2], region) == pytest.approx([0, -up], abs=float(0.002 / region[2]) + 1e-5)
    assert new[2:] == pytest.approx([region[2] * scale, region[3]], rel=1e-5)


@given(st.lists(st.tuples(pixels, pixels), min_size=3, max_size=12, unique=True), st.floats(-np.pi, np.pi))
def test_an_enclosing_region_holds_its_points(points, turn):
    points = np.array(points, np.float64)
    region = enclosing(points, turn, scale=1.0, up=0.0)
    if region[2] > 1:
        assert np.abs(to_region(points, region)).max() <= 0.5 + 0.002


def test_an_enclosing_region_is_moved_by_its_height_before_it_is_made_square():
    points = np.array([[0, 0], [100, 0], [0, 20], [100, 20]], np.float64)
    assert enclosing(points, 0.0, scale=2.0, up=0.1) == pytest.approx([50, 8, 200, 0])


@given(st.floats(-50, 50))
def test_angles_are_wrapped_to_one_turn(angle):
    assert -np.pi <= wrapped(angle) < np.pi
    assert np.exp(1j * wrapped(angle)) == pytest.approx(np.exp(1j * angle), abs=1e-9)


def test_a_crop_at_its_own_size_is_the_picture(astronaut):
    assert np.array_equal(crop(astronaut, whole(astronaut), 512), astronaut)


def test_a_region_turned_by_a_right_angle_shows_the_picture_turned_back(astronaut):
    region = np.array([256, 256, 512, np.pi / 2], np.float32)
    seen = crop(astronaut, region, 512).astype(int)
    # turned about the corner of pixels, so the turned picture lies one pixel further down
    assert (
        np.abs(seen[:, 1:] - np.rot90(astronaut)[:, :-1]).mean() < 1
        or np.abs(seen[1:] - np.rot90(astronaut)[:-1]).mean() < 1
    )


def test_outside_the_picture_is_its_border_or_black(astronaut):
    region = np.array([256, -512, 512, 0], np.float32)
    assert np.array_equal(crop(astronaut, region, 64)[:, 5], np.broadcast_to(astronaut[0, 40], (64, 3)))
    assert not crop(astronaut, region, 64, black=True).any()


def test_the_whole_of_a_wide_picture_has_margins_above_and_below():
    assert whole(np.zeros((360, 640, 3), np.uint8)).tolist() == [320, 180, 640, 0]
