"""Skin is looked for on forehead and cheeks, and the mean is over those pixels alone."""

import numpy as np
import pytest

from mien.faces import FaceEngine
from mien.faces.align import TEMPLATE
from mien.features.extractor import View
from mien.features.extractors.pulse import FAMILY, LEAST, Skin
from mien.features.pulse.skin import (
    FOREHEAD,
    LEFT_CHEEK,
    RECTANGLES,
    RIGHT_CHEEK,
    from_keypoints,
    from_mesh,
    mean_colour,
)
from mien.types import Faces, Frame


def test_the_regions_follow_the_five_points():
    """Turned, scaled and moved points give the rectangles turned, scaled and moved alike."""
    angle, scale, shift = np.radians(25), 1.7, np.array([200.0, 90.0])
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    regions = from_keypoints((TEMPLATE @ matrix.T + shift).astype(np.float32))
    x0, y0, x1, y1 = RECTANGLES[1]
    expected = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) @ matrix.T + shift
    assert len(regions) == 3
    assert np.allclose(regions[1], expected, atol=0.01)


def test_the_mean_is_that_of_the_pixels_inside():
    image = np.full((120, 120, 3), 255, np.uint8)
    image[20:40, 30:60] = (180, 120, 90)
    square = np.array([[30, 20], [59, 20], [59, 39], [30, 39]], np.float64)  # corners are inside
    colour, area = mean_colour(image, [square])
    assert colour == pytest.approx([180, 120, 90])
    assert area == 600


def test_what_lies_outside_of_the_picture_does_not_count():
    image = np.full((50, 50, 3), 77, np.uint8)
    square = np.array([[-10, -10], [9, -10], [9, 9], [-10, 9]], np.float64)
    assert mean_colour(image, [square]) == (pytest.approx([77, 77, 77]), 100)
    assert mean_colour(image, [square - 100])[1] == 0
    assert mean_colour(image, [square + 100])[1] == 0


def test_real_faces_show_skin_there(astronaut, grace):
    """Skin of all people is redder than green and greener than blue; and the three regions are about as light, which a
    hat, hair, or a brow would not be."""
    engine = FaceEngine()
    for image in (astronaut, grace):
        face = engine.detect(image).largest()
        lightness = []
        for region in from_keypoints(face.keypoints[0]):
            (red, green, blue), area = mean_colour(image, [region])
            assert red > 1.15 * green > 1.15 * blue
            assert area > 200
            lightness.append(green)
        assert min(lightness) > 0.6 * max(lightness)


def test_points_of_the_mesh_are_known_and_lie_around_each_other():
    """No point twice, all of the mesh; the cheeks are as many points, to be mirrored."""
    for region in (FOREHEAD, RIGHT_CHEEK, LEFT_CHEEK):
        assert len(set(region)) == len(region)
        assert max(region) < 468
    assert len(RIGHT_CHEEK) == len(LEFT_CHEEK)
    points = np.random.default_rng(0).uniform(0, 100, (478, 3)).astype(np.float32)
    assert [region.shape for region in from_mesh(points)] == [(18, 2), (11, 2), (11, 2)]


def square_face(scale):
    points = (TEMPLATE * scale + 20).astype(np.float32)[None]
    zero = np.zeros((1,), np.float32)
    return Faces(np.array([[20, 20, 20 + 112 * scale, 20 + 112 * scale]], np.float32), points, zero, zero)


def test_rows_of_faces_that_are_large_enough():
    image = np.full((300, 300, 3), (180, 120, 90), np.uint8)
    faces = Faces.concatenate([square_face(1.0), square_face(0.1), square_face(2.0)])
    rows = Skin().see(View(Frame(image), faces, np.array([3, 5, 8], np.int32)))
    assert rows["track"].tolist() == [3, 8]
    assert rows["r"].tolist() == [180, 180]
    assert rows["b"].tolist() == [90, 90]
    assert (rows["area"] >= LEAST).all()
    assert rows["area"][1] == pytest.approx(4 * rows["area"][0], rel=0.1)
    assert set(rows) == {"track", *(column.name for column in FAMILY.columns)}
    for column in FAMILY.columns:
        assert str(rows[column.name].dtype) == column.dtype
    none = Skin().see(View(Frame(image), Faces.empty(), np.zeros(0, np.int32)))
    assert {name: len(values) for name, values in none.items()} == dict.fromkeys(rows, 0)


def test_with_the_mesh_its_rows_are_used():
    image = np.zeros((200, 200, 3), np.uint8)
    image[:100] = (180, 120, 90)
    points = np.zeros((1, 478, 3), np.float32)
    for region in (FOREHEAD, RIGHT_CHEEK, LEFT_CHEEK):
        around = np.linspace(0, 2 * np.pi, len(region), endpoint=False)
        points[0, list(region), :2] = 50 + 20 * np.stack([np.cos(around), np.sin(around)], axis=1)
    mesh = {"track": np.array([7], np.int32), "points": points, "presence": np.ones(1, np.float32)}
    skin = Skin(mesh=True)
    assert skin.needs == ("mesh",)
    assert skin.facts != Skin().facts
    rows = skin.see(View(Frame(image), Faces.empty(), np.zeros(0, np.int32), rows={"mesh": mesh}))
    assert rows["track"].tolist() == [7]
    assert rows["r"].tolist() == [180]
    assert rows["area"][0] == pytest.approx(np.pi * 20**2, rel=0.1)
