"""Alignment: exact for similarities, right in sign, without aliasing."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import models
from mien.faces import align
from mien.media import read_image
from tests.faces.conftest import turned


@given(st.floats(0.05, 20), st.floats(-np.pi, np.pi), st.floats(-500, 500), st.floats(-500, 500))
def test_any_similarity_of_the_template_is_undone(scale, angle, x, y):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = align.TEMPLATE @ turn.T + [x, y]
    (m,) = align.similarity(points[None])
    # float64 with coordinates below 3,000: the rounding of a sum is below 1e-9.
    np.testing.assert_allclose(points @ m[:, :2].T + m[:, 2], align.TEMPLATE, atol=1e-8)
    assert np.isclose(np.linalg.det(m[:, :2]), 1 / scale**2)  # no reflection
    (roll,) = align.rolls(points[None].astype(np.float32))
    difference = (np.degrees(angle) - float(roll) + 180) % 360 - 180
    # float32 points: 500 px of shift against a face of 3 px lose half a degree at most.
    assert abs(difference) < 0.5


def test_five_equal_points_give_no_nan():
    assert np.isfinite(align.similarity(np.ones((1, 5, 2)))).all()


def test_a_face_turned_clockwise_has_a_positive_roll(engine, grace):
    upright = engine.detect(grace).largest()
    matrix = cv2.getRotationMatrix2D((float(upright.centres[0, 0]), float(upright.centres[0, 1])), -30, 1)
    turned = cv2.warpAffine(grace, matrix, grace.shape[1::-1])
    face = engine.detect(turned).largest()
    # Points of a tilted face are some degrees off; 30 degrees stay 30 within 8.
    assert abs(face.rolls[0] - upright.rolls[0] - 30) < 8


def test_a_slight_tilt_is_read_as_exactly_as_none(engine, grace):
    """15 degrees: 2.4 off, a cosine of 0.985; with points read in the tilted picture it is 12 off and 0.91."""
    upright = engine.embed(grace, engine.detect(grace).largest())
    picture = turned(grace, 15)
    face = engine.embed(picture, engine.detect(picture).largest())
    assert abs(face.rolls[0] - upright.rolls[0] - 15) < 6
    assert face.embeddings[0] @ upright.embeddings[0] > 0.95


def test_the_same_crop_as_opencv(engine, astronaut):
    """Of a face that is not shrunk by two or more: there it samples and we average."""
    face = engine.detect(astronaut)
    box = np.concatenate([face.boxes[0, :2], face.boxes[0, 2:] - face.boxes[0, :2]])
    row = np.concatenate([box, face.keypoints[0].ravel(), face.scores]).astype(np.float32)
    peer = cv2.FaceRecognizerSF.create(str(models.prepared("sface")), "")
    theirs = peer.alignCrop(np.ascontiguousarray(astronaut[..., ::-1]), row[None])[..., ::-1]
    # One grey level here and there, for matrices that differ in the last bits.
    assert np.abs(theirs.astype(int) - align.crops(astronaut, face)[0]).mean() < 0.1


def test_warp_by_the_identity_changes_nothing(astronaut):
    square = astronaut[:200, :200]
    assert np.array_equal(align.warp(square, np.eye(2, 3), 200), square)


def test_a_large_face_is_averaged_down_and_not_sampled():
    """Stripes of one pixel alias to a pattern when sampled; averaged they are grey."""
    stripes = np.zeros((800, 800, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = align.warp(stripes, np.array([[0.14, 0, 0], [0, 0.14, 0]]), 112)
    assert np.abs(crop[2:-2, 2:-2].astype(float) - 127.5).max() < 8


def test_the_shrinking_path_keeps_every_pixel_in_its_place():
    """A bright dot lands where the matrix says, to a third of a pixel, whatever the shrinking."""
    for scale in (0.9, 0.45, 0.21, 0.1):
        image = np.zeros((1000, 1000, 3), np.uint8)
        cv2.circle(image, (500, 300), 20, (255, 255, 255), -1)
        matrix = np.array([[scale, 0, 56 - 500 * scale + 7], [0, scale, 56 - 300 * scale - 11]])
        crop = align.warp(image, matrix, 112)[..., 0].astype(float)
        y, x = np.mgrid[:112, :112]
        centre = (crop * x).sum() / crop.sum(), (crop * y).sum() / crop.sum()
        assert np.allclose(centre, (63, 45), atol=0.34), scale


def test_a_large_face_gives_the_crop_of_the_picture_shrunk_beforehand(engine, shared):
    """A face of 1,586 pixels: 1.4 grey levels apart on average; sampled without averaging it is 3.6."""
    image = read_image(shared / "data/faces/group_photos/005_A.jpg")
    face = engine.detect(image).largest()
    small = cv2.resize(image, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    points = ((face.keypoints + 0.5) / 8 - 0.5).astype(np.float32)
    from_large = align.crops(image, face)[0].astype(int)
    from_small = align.crops(small, face.having(keypoints=points))[0].astype(int)
    assert np.abs(from_large - from_small).mean() < 2


@pytest.mark.parametrize("scale", [0.9, 0.3])
def test_a_picture_longer_than_opencv_4_warps_from(astronaut, scale):
    """32,767 pixels is its limit; the same crop comes from the place where the head is, cut out."""
    long = np.zeros((512, 40_000, 3), np.uint8)
    long[:, 20_000:20_512] = astronaut
    matrix = np.array([[scale, 0, 56 - scale * 224], [0, scale, 56 - scale * 110]])
    there = matrix - [[0, 0, scale * 20_000], [0, 0, 0]]
    from_long, from_short = (
        align.warp(i, m, 112).astype(int) for i, m in ((long, there), (astronaut, matrix))
    )
    # One grey level for float32 coordinates of 20,000 against those of 200, where edges are steep.
    assert np.abs(from_long - from_short).mean() < 1


def test_crops_of_no_faces(engine, cat):
    assert align.crops(cat, engine.detect(cat)).shape == (0, 112, 112, 3)
