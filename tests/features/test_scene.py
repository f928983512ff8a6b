"""Measures of whole pictures against values that others computed, or that can be worked out by hand."""

import numpy as np
import pytest

from mien.features.extractor import View
from mien.features.extractors.scene import FAMILY, WIDTH, Scene, measure, reduced
from mien.types import Faces, Frame

HALVES = np.zeros((64, 64, 3), np.uint8)
HALVES[:, :32, 0], HALVES[:, 32:, 1] = 255, 255  # red and green
BLUE_YELLOW = np.zeros((64, 64, 3), np.uint8)
BLUE_YELLOW[:, :32, 2], BLUE_YELLOW[:, 32:, :2] = 255, 255


@pytest.mark.parametrize(
    ("image", "colourfulness"),
    [
        (np.full((40, 40, 3), 128, np.uint8), 0.0),
        (np.full((40, 40, 3), (255, 0, 0), np.uint8), 0.3 * np.hypot(255, 127.5)),
        (HALVES, 255 + 0.3 * 127.5),  # rg is 255 or -255, yb always 127.5
        (BLUE_YELLOW, 255.0),  # rg is 0, yb 255 or -255
    ],
    ids=["grey", "red", "red and green", "blue and yellow"],
)
def test_colourfulness_by_hand(image, colourfulness):
    assert measure(image)["colourfulness"] == pytest.approx(colourfulness, abs=1e-3)


def test_a_photograph_against_the_formula_in_full_resolution(astronaut):
    """In full: C = 72.6, luma 0.4526 (float64). Averaging 2 x 2 pixels keeps the mean and loses little of the rest."""
    measured = measure(astronaut)
    assert measured["brightness"] == pytest.approx(0.4526, abs=0.003)
    assert measured["colourfulness"] == pytest.approx(72.6, rel=0.03)
    red, green, blue = reduced(astronaut).astype(np.float64).transpose(2, 0, 1)
    rg, yb = red - green, (red + green) / 2 - blue
    exact = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert measured["colourfulness"] == pytest.approx(exact, rel=1e-6)


def test_contrast_of_black_and_white_is_the_highest():
    image = np.zeros((32, 32, 3), np.uint8)
    image[::2] = 255
    assert measure(image)["contrast"] == pytest.approx(0.5, abs=1e-6)
    assert measure(np.full((32, 32, 3), 90, np.uint8))["contrast"] == 0


def test_a_blurred_picture_is_less_sharp_and_the_rest_stays(astronaut):
    import cv2

    sharp, blurred = measure(astronaut), measure(cv2.GaussianBlur(astronaut, (0, 0), 4))
    assert blurred["sharpness"] < 0.2 * sharp["sharpness"]
    assert blurred["brightness"] == pytest.approx(sharp["brightness"], abs=0.003)


def test_sharpness_by_hand():
    """One white pixel on black, far from the border: the Laplacian is -4 x 255 there and 255 beside it."""
    image = np.zeros((50, 50, 3), np.uint8)
    image[25, 25] = 255
    n = 2500
    assert measure(image)["sharpness"] == pytest.approx((16 + 4) * 255**2 / n, rel=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (720, 1280), (1080, 1920), (1, 5000), (3000, 1), (481, 641)])
def test_any_size(size):
    image = np.full((*size, 3), 200, np.uint8)
    assert min(size[1], WIDTH // 2) <= reduced(image).shape[1] <= WIDTH
    measured = measure(image)
    assert measured["brightness"] == pytest.approx(200 / 255, abs=1e-6)
    assert measured["sharpness"] == 0


def test_the_row_of_a_frame(astronaut):
    scene = Scene()
    view = View(Frame(astronaut), Faces.empty(), np.zeros(0, np.int32), cut=True)
    rows = scene.see(view)
    assert set(rows) == {column.name for column in FAMILY.columns}
    assert {name: (values.shape, str(values.dtype)) for name, values in rows.items()} == {
        column.name: ((1,), column.dtype) for column in FAMILY.columns
    }
    assert rows["cut"][0]
    assert not FAMILY.tracked
