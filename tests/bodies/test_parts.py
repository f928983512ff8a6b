"""Poses and hands as arrays of equal length."""

import numpy as np
import pytest

from mien.bodies import HAND_POINTS, POSE_POINTS, Hands, Poses
from mien.errors import ArgumentError


def poses(n):
    rng = np.random.default_rng(0)
    shapes = ((n, 33, 3), (n, 33), (n,), (n, 33, 3), (n, 2, 2))
    return Poses(*(rng.random(shape).astype(np.float32) for shape in shapes))


def test_points_have_names():
    assert len(POSE_POINTS) == len(set(POSE_POINTS)) == 33
    assert len(HAND_POINTS) == len(set(HAND_POINTS)) == 21
    assert POSE_POINTS[11] == "left shoulder"
    assert HAND_POINTS[8] == "index finger, tip"


def test_rows_are_taken_and_joined():
    three = poses(3)
    assert len(three) == 3
    assert np.array_equal(three[three.presence > 2].points, np.zeros((0, 33, 3)))
    joined = Poses.concatenate([Poses.empty(), three[[2]], three[:2]])
    assert np.array_equal(joined.world, three.world[[2, 0, 1]])


def test_arrays_of_a_wrong_shape_are_refused():
    three = poses(3)
    with pytest.raises(ArgumentError, match=r"Poses\.visibility has shape \(2, 33\); expected \(3, 33\)"):
        Poses(three.points, three.visibility[:2], three.presence, three.world, three.axis)
    with pytest.raises(ArgumentError, match=r"Hands\.scores"):
        Hands(np.zeros((1, 2, 21, 3)), np.zeros((1, 3)), np.zeros((1, 2)))


def test_a_hand_with_points_is_present():
    points = np.full((1, 2, 21, 3), np.nan, np.float32)
    points[0, 1] = 5
    hands = Hands(points, np.ones((1, 2), np.float32), np.ones((1, 2), np.float32))
    assert hands.present.tolist() == [[False, True]]
