"""Pictures that are changed: faces stay findable, and places are where they are said to be."""

import numpy as np

from mien.demo.variants import WIDTHS, scaled, shrunk, side_by_side, turned, within
from mien.faces import default_engine


def test_shrunk_faces_are_as_wide_as_said(grace):
    engine = default_engine()
    box = engine.detect(grace).boxes[0]
    for width in WIDTHS:
        (found,) = engine.detect(shrunk(grace, box, width)).widths
        assert abs(found - width) < 0.2 * width  # the detector's box varies by a few pixels with the size


def test_a_turned_picture_is_held_whole(grace):
    h, w = grace.shape[:2]
    assert turned(grace, 90).shape[:2] == (w, h)
    diagonal = turned(grace, 45).shape
    assert abs(diagonal[0] - (h + w) / 2**0.5) <= 1
    assert abs(diagonal[1] - (h + w) / 2**0.5) <= 1


def test_side_by_side_keeps_every_picture_in_its_place(grace, cat):
    canvas, places = side_by_side([grace, cat], 300)
    for image, (x0, y0, x1, y1) in zip((grace, cat), places.astype(int), strict=True):
        assert y1 - y0 == 300
        assert np.array_equal(canvas[y0:y1, x0:x1], scaled(image, 300 / image.shape[0]))


def test_within_tells_whose_face_is_whose(grace, astronaut):
    canvas, places = side_by_side([grace, astronaut], 400)
    faces = default_engine().detect(canvas)
    assert len(faces) == 2
    own = [within(faces, place) for place in places]
    assert [len(one) for one in own] == [1, 1]
    assert own[0].boxes[0, 2] < own[1].boxes[0, 0]
