"""Our decoding of YuNet against OpenCV's, on the same network."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien import models
from mien.faces import yunet
from mien.media import read_image

GROUPS = {"000_5.jpg": 5, "007_B.jpg": 1, "011_3.jpg": 3, "014_5.jpg": 5, "016_8.jpg": 9, "017_0.jpg": 0}


def same_as_opencv(engine, image, count):
    h, w = image.shape[:2]
    peer = cv2.FaceDetectorYN.create(str(models.prepared("yunet")), "", (w, h), 0.6, 0.3, 5000)
    theirs = peer.detect(image[..., ::-1].copy())[1]
    theirs = np.zeros((0, 15), np.float32) if theirs is None else theirs
    ours = engine.detector.once(image)
    assert len(ours) == len(theirs) == count
    for face in theirs:
        box = np.array([face[0], face[1], face[0] + face[2], face[1] + face[3]], np.float32)
        overlap = yunet.iou(box, ours.boxes)
        best = int(overlap.argmax())
        # The same arithmetic in another order: float32 rounding of coordinates below 1,000 px is 1e-4 px.
        assert overlap[best] > 0.99
        assert abs(face[14] - ours.scores[best]) < 1e-3
        assert np.abs(face[4:14].reshape(5, 2) - ours.keypoints[best]).max() < 0.05


@pytest.mark.parametrize(("name", "count"), GROUPS.items())
def test_the_same_faces_as_opencv_in_groups(engine, shared, name, count):
    same_as_opencv(engine, read_image(shared / "data/faces/group_photos" / name), count)


def test_the_same_faces_as_opencv_at_sizes_that_need_padding(engine, grace, astronaut, coffee):
    """512 x 512 needs none, 600 x 512 some below; odd sides need both."""
    same_as_opencv(engine, astronaut, 1)
    same_as_opencv(engine, grace, 1)
    same_as_opencv(engine, np.ascontiguousarray(grace[:531, :403]), 1)
    same_as_opencv(engine, coffee, 0)


def test_input_is_bgr_and_padded_right_and_below():
    image = np.full((33, 40, 3), (10, 20, 30), np.uint8)
    blob = yunet.blob(image)
    assert blob.shape == (1, 3, 64, 64)
    assert blob[0, :, 32, 39].tolist() == [30, 20, 10]
    assert not blob[0, :, 33:].any()
    assert not blob[0, :, :, 40:].any()


def test_grid_counts_every_cell_in_row_order():
    cells, strides = yunet.grid((64, 96))
    assert len(cells) == 8 * 12 + 4 * 6 + 2 * 3
    assert cells[13].tolist() == [1, 1]  # the second row of twelve begins at 12
    assert strides[[0, 96, 120], 0].tolist() == [8, 16, 32]


boxes = arrays(np.float32, (12, 4), elements=st.floats(0, 100, width=32)).map(
    lambda b: np.concatenate([b[:, :2], b[:, :2] + 1 + b[:, 2:]], axis=1)
)


@given(boxes, arrays(np.float32, 12, elements=st.floats(0, 1, width=32)))
def test_suppression_keeps_no_two_that_overlap_and_loses_none_that_stand_alone(boxes, scores):
    kept = yunet.suppress(boxes, scores)
    assert np.all(np.diff(scores[kept]) <= 0)
    for i, one in enumerate(kept):
        assert np.all(yunet.iou(boxes[one], boxes[kept[i + 1 :]]) <= 0.3)
    for lost in set(range(12)) - set(kept.tolist()):
        assert yunet.iou(boxes[lost], boxes[kept]).max() > 0.3


@given(boxes)
def test_iou_is_symmetric_and_one_for_the_same_box(boxes):
    table = np.stack([yunet.iou(box, boxes) for box in boxes])
    np.testing.assert_allclose(table, table.T, atol=1e-5)
    np.testing.assert_allclose(np.diag(table), 1, atol=1e-4)
    assert table.min() >= 0
    assert table.max() <= 1 + 1e-6  # a sum of areas rounded down in float32
