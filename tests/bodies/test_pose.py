"""Poses of real people, held against what MediaPipe recorded, and against the same picture turned and mirrored."""

import numpy as np
import pytest

from mien.bodies import POSE_POINTS
from mien.bodies.pose import SIZE, axis_under, refine

LEFT_SHOULDER, RIGHT_SHOULDER = POSE_POINTS.index("left shoulder"), POSE_POINTS.index("right shoulder")


@pytest.fixture(scope="module")
def pose(people, bodies, signer):
    return bodies.detect(signer, people.detect(signer).axis)


def width(points):
    return np.linalg.norm(points[LEFT_SHOULDER, :2] - points[RIGHT_SHOULDER, :2])


def test_it_is_what_mediapipe_recorded(pose, recorded):
    own = recorded.component("POSE_LANDMARKS")
    theirs, sure = recorded.points[0, 0, own, :2], recorded.confidence[0, 0, own] >= 0.5
    assert len(pose) == 1
    assert pose.presence[0] > 0.9
    apart = np.linalg.norm(pose.points[0, :, :2] - theirs, axis=-1)[sure] / width(theirs)
    # Two runs of MediaPipe itself differ by 0.6 % here, by version; the issue is what lies around the network.
    assert apart.mean() < 0.01
    assert np.abs(pose.visibility[0] - recorded.confidence[0, 0, own]).max() < 0.1


def test_world_points_are_of_human_size(pose):
    assert 0.2 < np.linalg.norm(pose.world[0, LEFT_SHOULDER] - pose.world[0, RIGHT_SHOULDER]) < 0.45
    hips = pose.world[0, [23, 24]].mean(axis=0)
    assert hips == pytest.approx(0, abs=0.03)  # their origin


def test_eileen_collins_shows_her_shoulders_but_not_her_knees(people, bodies, astronaut):
    pose = bodies.detect(astronaut, people.detect(astronaut).axis)
    assert len(pose) == 1
    assert (pose.visibility[0, [0, LEFT_SHOULDER, RIGHT_SHOULDER]] > 0.95).all()
    assert (pose.visibility[0, 25:] < 0.1).all()
    assert np.linalg.norm(pose.points[0, 0, :2] - [222, 128]) < 10  # nose
    assert pose.points[0, LEFT_SHOULDER, 0] > pose.points[0, RIGHT_SHOULDER, 0]  # she faces the camera


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_points_follow_a_turned_picture(bodies, signer, pose, quarter):
    turned = np.ascontiguousarray(np.rot90(signer, quarter))
    h, w = signer.shape[:2]

    def there(points):
        """Where np.rot90 brings points, by the corners of pixels: they are turned counter-clockwise."""
        for size in [(w, h), (h, w), (w, h)][:quarter]:
            points = np.stack([points[..., 1], size[0] - points[..., 0]], axis=-1)
        return points

    upright = bodies.follow(signer, pose.axis[0])
    found = bodies.follow(turned, there(pose.axis[0]).astype(np.float32))
    sure = upright.visibility[0] >= 0.5
    apart = np.linalg.norm(found.points[0, :, :2] - there(upright.points[0, :, :2]), axis=-1)[sure]
    # Exact but for a crop that is shifted by a pixel of the picture, as pixels are counted from their corners.
    assert apart.mean() / width(upright.points[0]) < 0.03
    off = found.world[0, :, :2] - turn_back(upright.world[0, :, :2], quarter)
    assert np.abs(off)[sure].max() < 0.03  # metres


def turn_back(points, quarter):
    """Points about the origin turned counter-clockwise in the picture."""
    for _ in range(quarter):
        points = np.stack([points[..., 1], -points[..., 0]], axis=-1)
    return points


def test_a_body_looked_for_in_an_empty_place_is_not_there(bodies):
    grey = np.full((400, 600, 3), 128, np.uint8)
    axis = np.array([[300, 300], [300, 100]], np.float32)
    assert bodies.follow(grey, axis).presence[0] < 0.01
    assert len(bodies.detect(grey, axis[None])) == 0


def test_an_axis_under_a_face_turns_with_it():
    face = np.array([[-10, 0], [10, 0], [0, 10], [-8, 20], [8, 20]], np.float32)
    assert axis_under(face, 40.0) == pytest.approx(np.array([[0, 110], [0, -30]]))
    lying = face[:, ::-1] * [-1, 1]  # a quarter turn clockwise: down is to the left
    assert axis_under(lying, 40.0) == pytest.approx(np.array([[-110, 0], [30, 0]]))


def plain_refine(points, heat):
    """What RefineLandmarksFromHeatmap is documented to do, one cell at a time."""
    refined = points.copy()
    for k, (x, y) in enumerate(points):
        column, row = int(x / SIZE * 64), int(y / SIZE * 64)
        if not (0 <= column < 64 and 0 <= row < 64):
            continue
        total = peak = across = down = 0.0
        for r in range(max(0, row - 3), min(64, row + 4)):
            for c in range(max(0, column - 3), min(64, column + 4)):
                weight = 1 / (1 + np.exp(-heat[r, c, k]))
                total, peak = total + weight, max(peak, weight)
                across, down = across + c * weight, down + r * weight
        if peak >= 0.5:
            refined[k] = across / total / 64 * SIZE, down / total / 64 * SIZE
    return refined


@pytest.mark.parametrize("seed", range(5))
def test_points_are_refined_as_by_a_plain_loop(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-30, SIZE + 30, (39, 2))
    points = points[
        (points < SIZE).all(axis=1) | (points >= SIZE + 12).any(axis=1)
    ]  # beyond, MediaPipe's wraps
    heat = rng.normal(-3, 2, (64, 64, len(points))).astype(np.float32)
    assert refine(points, heat) == pytest.approx(plain_refine(points, heat), abs=1e-3)
