"""Hands of a real signer, held against what MediaPipe recorded; and where hands are looked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bodies import LEFT, RIGHT
from mien.bodies.hands import ABSENT, Hand, followed, from_hand, from_pose, joined
from mien.bodies.regions import moved, to_region

# A flat left hand, fingers up, as HAND_POINTS orders them: wrist, then thumb to little finger from the root.
FLAT = np.array(
    [[50, 100]]
    + [[70 + 8 * k, 85 - 8 * k] for k in range(4)]
    + [[x, 55 - 12 * k] for x in (62, 52, 42, 32) for k in range(4)],
    np.float64,
)


@pytest.fixture(scope="module")
def pose(people, bodies, signer):
    return bodies.detect(signer, people.detect(signer).axis)


@pytest.fixture(scope="module")
def found(hands, signer, pose):
    return hands.detect(signer, pose)


def shoulders(pose):
    return np.linalg.norm(pose.points[0, 11, :2] - pose.points[0, 12, :2])


def test_they_are_what_mediapipe_recorded(found, pose, recorded):
    assert found.present.all()
    for side, name in ((LEFT, "LEFT"), (RIGHT, "RIGHT")):
        theirs = recorded.points[0, 0, recorded.component(f"{name}_HAND_LANDMARKS"), :2]
        apart = np.linalg.norm(found.points[0, side, :, :2] - theirs, axis=-1) / shoulders(pose)
        # A hand is a third of a shoulder width; poses that differ by 0.5 % move its region, and so the answer.
        assert apart.mean() < 0.02


def test_hands_look_like_the_side_they_are_at(found):
    assert (found.sides > 0.8).all()


def test_a_mirrored_signer_has_her_hands_swapped(people, bodies, hands, signer, pose, found):
    mirrored = np.ascontiguousarray(signer[:, ::-1])
    pose_there = bodies.detect(mirrored, people.detect(mirrored).axis)
    there = hands.detect(mirrored, pose_there)
    assert there.present.all()
    for side in (LEFT, RIGHT):
        back = there.points[0, 1 - side, :, :2] * [-1, 1] + [signer.shape[1], 0]
        apart = np.linalg.norm(back - found.points[0, side, :, :2], axis=-1)
        assert apart.mean() / shoulders(pose) < 0.05  # the networks are not symmetric, but nearly


def test_a_hand_out_of_the_picture_is_missing(hands, signer, pose):
    points = pose.points[0].copy()
    points[[15, 17, 19], 1] += 400  # the left wrist, under the lower border
    gone = hands.follow(signer, LEFT, points, pose.visibility[0])
    assert np.isnan(gone.points).all()
    assert gone.score == 0


def test_a_hand_whose_wrist_is_covered_is_not_looked_for(hands, signer, pose):
    hidden = pose.visibility[0].copy()
    hidden[16] = 0.05
    assert hands.follow(signer, RIGHT, pose.points[0], hidden) is ABSENT


def test_where_no_hand_is_none_is_found(hands, signer, pose):
    points = pose.points[0].copy()
    points[[15, 17, 19], :2] += [200, -160]  # onto the wall beside her
    gone = hands.follow(signer, LEFT, points, pose.visibility[0])
    assert np.isnan(gone.points).all()
    assert 0 <= gone.score < 0.5


def test_of_nobody_there_are_no_hands(hands, signer, pose):
    assert len(hands.detect(signer, pose[:0])) == 0


def test_a_hand_is_looked_for_again_around_its_own_points(hands, signer, pose, found):
    again = hands.follow(signer, LEFT, pose.points[0], pose.visibility[0], found.points[0, LEFT])
    apart = np.linalg.norm(again.points[:, :2] - found.points[0, LEFT, :, :2], axis=-1)
    assert 0 < apart.mean() / shoulders(pose) < 0.03  # another region, the same hand


@given(st.floats(-np.pi, np.pi), st.floats(0.3, 5), st.floats(-500, 500), st.floats(-500, 500))
def test_the_region_of_a_hand_turns_and_grows_with_it(turn, scale, x, y):
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    points = FLAT @ np.array([[cos, sin], [-sin, cos]]) + [x, y]
    one, other = to_region(FLAT, from_hand(FLAT)), to_region(points, from_hand(points))
    assert other == pytest.approx(one, abs=2e-3)
    assert np.abs(one).max() < 0.5  # all of the hand is in it
    assert one[12, 1] < one[0, 1]  # fingers up


def test_a_pose_tells_roughly_where_a_hand_is():
    region = from_pose(np.array([0, 100.0]), np.array([-30, 40.0]), np.array([15, 40.0]))
    # twice the 60 pixels from wrist to knuckles, 2.7 times, a tenth of that first side further up
    assert region == pytest.approx([0, 40 - 12, 324, 0], abs=1e-3)


def test_the_place_before_is_taken_only_if_the_recrop_agrees():
    own = from_hand(FLAT)
    assert np.array_equal(followed(FLAT, own), own)
    for elsewhere in (
        moved(own, 1.0, up=0.25),
        moved(own, 1.8),
        moved(own, 0.6),
        own + np.array([0, 0, 0, 0.8], np.float32),
    ):
        assert np.array_equal(followed(FLAT, elsewhere), elsewhere)
    near = moved(own, 1.1, up=0.05)
    assert np.array_equal(followed(FLAT, near), own)


def hand(points, side):
    return Hand(np.hstack([points, np.zeros((21, 1))]).astype(np.float32), 0.9, side)


@pytest.mark.parametrize(
    ("left", "right", "kept"),
    [
        ((0, 0.1), (5, 0.9), [False, True]),  # a right hand, by both arms
        ((0, 0.9), (5, 0.2), [True, False]),
        ((0, 0.9), (5, 0.9), [True, True]),  # folded hands
        ((0, 0.1), (5, 0.2), [True, True]),  # cannot be told
        ((0, 0.1), (60, 0.9), [True, True]),  # elsewhere
    ],
)
def test_a_hand_that_both_arms_lay_hold_of_is_one(left, right, kept):
    own = [hand(FLAT + np.array([shift, 0]), side) for shift, side in (left, right)]
    found = joined([*own, ABSENT, own[1]])
    assert found.present.tolist() == [kept, [False, True]]
    assert (found.scores[0] > 0).tolist() == kept


def test_a_hand_at_the_face_is_found_once(shared, bodies, hands):
    """A woman with her right hand before her face, whose left arm is out of view (frame 100 of the clip)."""
    from mien.bodies.pose import axis_under
    from mien.faces.detect import Detector
    from mien.media import read_frames

    image = next(read_frames(shared / "data/sign/action/test.avi", start=100)).image
    face = Detector().detect(image, search_orientation=False).largest()
    rough = bodies.follow(image, axis_under(face.keypoints[0], face.heights[0]))
    pose = bodies.follow(image, rough.axis[0])
    assert (pose.visibility[0, [15, 16]] > 0.5).all()  # wrists: the network sees two
    assert hands.detect(image, pose).present.tolist() == [[False, True]]
