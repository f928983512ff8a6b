"""From pictures of 8 bits to beats a minute: the extractor's rows go into the function that reads the pulse."""

import numpy as np
import pytest

from mien.faces.align import TEMPLATE
from mien.features.extractor import View
from mien.features.extractors.pulse import Skin
from mien.features.pulse import TRUSTED, pulse
from mien.types import Faces, Frame

RATE = 15.0


def film(bpm, depth, seed=0):
    """22 s of a patch of skin with five points that sway, sensor noise of 2 grey levels, and light that drifts."""
    rng = np.random.default_rng(seed)
    texture = np.array([180.0, 125.0, 105.0]) * rng.uniform(0.9, 1.1, (160, 160, 1))
    texture = texture.astype(np.float32)
    grain = rng.normal(0, 2, (192, 192, 3)).astype(np.float32)
    for i, time in enumerate(np.arange(0, 22, 1 / RATE)):
        beat = 0.5 * depth * np.sin(2 * np.pi * bpm / 60 * time) * np.array([0.43, 1.0, 0.69])
        light = 1 + 0.1 * np.sin(2 * np.pi * 0.1 * time)
        y, x = rng.integers(32, size=2)
        picture = texture * np.float32(light * (1 + beat)) + grain[y : y + 160, x : x + 160]
        points = (TEMPLATE + 24 + 4 * np.sin(2 * np.pi * 0.3 * time)).astype(np.float32)[None]
        one = np.ones(1, np.float32)
        face = Faces(np.array([[24, 24, 136, 136]], np.float32), points, one, one)
        image = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        yield View(Frame(image, float(time), i), face, np.zeros(1, np.int32))


def read(views):
    skin = Skin()
    rows = [(view.frame.time, skin.see(view)) for view in views]
    rgb = np.array([[row[name][0] for name in "rgb"] for _, row in rows])
    return pulse(np.array([time for time, _ in rows]), rgb)


@pytest.mark.parametrize("bpm", [55, 118])
def test_a_pulse_of_less_than_a_grey_level_is_found(bpm):
    """0.8 % of green's 125 is one grey level from peak to peak; the mean over 2,500 pixels has a noise of 0.04."""
    found = read(film(bpm, 0.008))
    assert np.abs(found["bpm"] - bpm).max() < 2
    assert (found["quality"] >= TRUSTED).all()


def test_without_a_pulse_nothing_is_trusted():
    assert (read(film(70, 0.0))["quality"] < TRUSTED).all()
