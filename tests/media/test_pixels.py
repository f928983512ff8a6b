"""Properties of orientation and depth that hold for all values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mien.media.pixels import to_8_bit, to_rgb, upright

BACK = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}  # which orientation undoes which


@given(st.integers(1, 8), st.integers(1, 9), st.integers(1, 9))
def test_each_orientation_is_undone_by_its_counterpart(orientation, height, width):
    image = np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)
    turned = upright(image, orientation)
    assert turned.flags.c_contiguous
    assert (upright(turned, BACK[orientation]) == image).all()


@given(st.integers(9, 2**16))
def test_unknown_orientations_change_nothing(orientation):
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert (upright(image, orientation) == image).all()


@given(arrays.arrays(np.uint16, (3, 5)))
def test_16_bits_keep_their_order_and_round_to_nearest(values):
    scaled = to_8_bit(values)
    assert np.abs(scaled - values / 257.0).max() <= 0.5
    order = np.argsort(values, axis=None)
    assert (np.diff(scaled.ravel()[order].astype(int)) >= 0).all()


@given(arrays.arrays(np.float32, (3, 5)))
def test_any_floats_give_8_bits(values):
    scaled = to_8_bit(values)
    assert scaled.dtype == np.uint8
    assert (scaled[~np.isfinite(values) | (values <= 0)] == 0).all()


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "LA", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"]
)
def test_every_mode_of_pillow_becomes_rgb(mode):
    from PIL import Image

    picture = Image.new("I" if mode.startswith("I;") else mode, (3000, 1500)).convert(
        mode
    )  # more than one band
    image = to_rgb(picture)
    assert image.shape == (1500, 3000, 3)
    assert image.dtype == np.uint8
    assert (image == image[0, 0]).all()
