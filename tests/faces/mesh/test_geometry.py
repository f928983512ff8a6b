"""Head pose and openings of shapes whose truth is known: the mean face, turned and changed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.faces.mesh import points as at
from mien.faces.mesh.geometry import measure
from mien.faces.mesh.pose import AXES, angles, head_pose
from mien.faces.mesh.reference import REFERENCE, RIGID

SIZE = (2000, 2000)
FAR = 20000.0  # pixels of focal length; so far away, a face anywhere in the picture is seen straight

degrees = st.floats(-40, 40)


def turn(pitch, yaw, roll):
    """Ry(yaw) Rx(-pitch) Rz(-roll), as the module of poses states it."""
    p, y, r = np.radians([-pitch, yaw, -roll])
    about_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return np.array(about_y) @ np.array(about_x) @ np.array(about_z)


def face(rotation=None, scale=100.0, at_=(1000.0, 1000.0), shape=None):
    """(1, 478, 3) the mean face as a mesh in a picture; points that are not rigid lie in its middle."""
    whole = np.zeros((478, 3))
    whole[RIGID] = REFERENCE
    if shape is not None:
        whole[list(shape)] = list(shape.values())
    turned = whole @ (np.eye(3) if rotation is None else rotation).T
    points = turned * scale * AXES
    return np.asarray(points + np.array([*at_, 0.0]), np.float32)[None]


@settings(deadline=None)
@given(degrees, degrees, st.floats(-170, 170))
def test_angles_of_a_rotation_are_those_it_was_made_of(pitch, yaw, roll):
    assert angles(turn(pitch, yaw, roll)[None])[0] == pytest.approx([pitch, yaw, roll], abs=1e-3)


@settings(deadline=None)
@given(degrees, degrees, degrees, st.floats(20, 400))
def test_the_pose_of_the_mean_face_is_found_at_any_size(pitch, yaw, roll, scale):
    points = face(turn(pitch, yaw, roll), scale)
    assert head_pose(points, SIZE, FAR)[0] == pytest.approx([pitch, yaw, roll], abs=0.5)


def test_signs():
    """Up, to the right of the picture, and clockwise are positive."""
    nose, brow = 4, 10
    up, right, clockwise = (face(turn(*one))[0] for one in ((20, 0, 0), (0, 20, 0), (0, 0, 20)))
    straight = face()[0]
    assert up[nose, 1] < straight[nose, 1], "y grows downwards"
    assert right[nose, 0] > straight[nose, 0]
    assert clockwise[brow, 0] > straight[brow, 0]


def test_a_face_at_the_side_of_the_picture_that_looks_straight_at_the_camera():
    """It is seen from the front, so relative to the camera's axis it is turned by the angle of its ray."""
    points = face(at_=(1500.0, 1000.0))
    pitch, yaw, roll = head_pose(points, SIZE, 1000.0)[0]
    assert abs(yaw) == pytest.approx(np.degrees(np.arctan2(500, 1000)), abs=1.0)
    assert yaw < 0, "towards the middle, where the camera is"
    assert (pitch, roll) == pytest.approx((0, 0), abs=1.0)


def openings(**changed):
    """The measures of a face with lids, brows and lips at given heights, in faces."""
    told = {"lids": 0.04, "brow": 0.25, "lips": 0.02, "corner": -0.6} | changed
    shape = {}
    for lids, brow, x in (
        (at.RIGHT_LIDS, at.RIGHT_BROW, -0.35),
        (at.LEFT_LIDS, at.LEFT_BROW, 0.35),
    ):
        for above, below in lids:
            shape[above], shape[below] = (x, 0.06 + told["lids"] / 2, 0), (x, 0.06 - told["lids"] / 2, 0)
        for upper, lower in brow:
            shape[upper] = shape[lower] = (x, told["brow"], 0)
    for upper, lower in at.INNER_LIPS:
        shape[upper], shape[lower] = (0, -0.6, 0), (0, -0.6 - told["lips"], 0)
    shape[at.RIGHT_CORNER], shape[at.LEFT_CORNER] = (-0.25, told["corner"], 0), (0.25, told["corner"], 0)
    rows = measure(face(turn(*told.get("pose", (0, 0, 0))), shape=shape), SIZE, FAR)
    return {name: float(values[0]) for name, values in rows.items()}


def test_openings_in_faces():
    told = openings()
    assert told["eye_gap_right"] == pytest.approx(0.04, abs=0.002)
    assert told["eye_gap_left"] == pytest.approx(0.04, abs=0.002)
    assert told["mouth_opening"] == pytest.approx(0.02, abs=0.002)
    assert told["mouth_width"] == pytest.approx(0.5, abs=0.01)


def test_each_measure_follows_what_it_is_named_for_and_nothing_else():
    plain = openings()
    for change, names in (
        ({"lids": 0.08}, {"eye_gap", "eye_opening"}),
        ({"lips": 0.2}, {"mouth_opening"}),
        ({"brow": 0.35}, {"brow_inner", "brow_middle", "brow_outer"}),
        ({"corner": -0.5}, {"mouth_corner"}),
    ):
        other = openings(**change)
        moved = {name for name in plain if other[name] - plain[name] > 0.01}
        assert {name.removesuffix("_left").removesuffix("_right") for name in moved} == names


@pytest.mark.parametrize("pose", [(0, 30, 0), (20, 0, 0), (0, 0, 40), (-15, 25, 10)])
def test_turning_the_head_opens_nothing(pose):
    plain, turned = openings(), openings(pose=pose)
    for name in plain:
        if not name.startswith("head_"):
            assert turned[name] == pytest.approx(plain[name], abs=0.02), name
