"""Cuts between real pictures are found, and nothing that happens inside a shot is taken for one."""

import numpy as np
import pytest

from mien.tracking import Cuts

LOOKS = 10  # of each shot


def cuts(images) -> list[int]:
    """Numbers of the images that begin a new shot."""
    watch = Cuts()
    return [i for i, image in enumerate(images) if watch.is_cut(image)]


@pytest.fixture(scope="module")
def pictures(astronaut, cat, coffee, grace):
    """Four photographs of 320 x 240 pixels, each with room around that for a pan."""
    import cv2

    return [
        cv2.resize(image, (480, 360), interpolation=cv2.INTER_AREA)
        for image in (astronaut, cat, coffee, grace)
    ]


def window(picture, x=80, y=60):
    return picture[y : y + 240, x : x + 320]


def shot(picture, change):
    return [np.ascontiguousarray(change(picture, i)) for i in range(LOOKS)]


def noise(picture, i):
    """What a camera adds in poor light: sigma of 12 grey levels."""
    rough = window(picture) + np.random.default_rng(i).normal(0, 12, (240, 320, 3))
    return np.clip(rough, 0, 255).astype(np.uint8)


def brightness(picture, i):
    """A lamp is dimmed to half its light within a second."""
    return (window(picture) * (1 - 0.5 * i / (LOOKS - 1))).astype(np.uint8)


def pan(picture, i):
    """Half the picture's width a second."""
    return window(picture, x=16 * i, y=60)


def zoom(picture, i):
    """To 1.8 times in a second."""
    import cv2

    w, h = round(320 / 1.8 ** (i / (LOOKS - 1))), round(240 / 1.8 ** (i / (LOOKS - 1)))
    return cv2.resize(picture[180 - h // 2 : 180 + h // 2, 240 - w // 2 : 240 + w // 2], (320, 240))


@pytest.mark.parametrize("change", [noise, brightness, pan, zoom], ids=lambda change: change.__name__)
def test_cuts_only_between_the_shots(pictures, change):
    images = [image for picture in pictures for image in shot(picture, change)]
    assert cuts(images) == [LOOKS, 2 * LOOKS, 3 * LOOKS]


@pytest.mark.parametrize("change", [noise, brightness, pan, zoom], ids=lambda change: change.__name__)
def test_cuts_in_the_dark(pictures, change):
    """At a third of the light: the pictures differ by 20 grey levels there, and a pan changes as much."""
    images = [image // 3 for picture in pictures for image in shot(picture, change)]
    assert cuts(images) == [LOOKS, 2 * LOOKS, 3 * LOOKS]


def test_other_colours_in_the_same_arrangement_are_another_picture(cat):
    negative = np.ascontiguousarray(cat[..., ::-1] // 2)  # ginger turns to blue and dim, light and dark stay
    assert cuts([cat, cat, negative, negative]) == [2]


def test_an_empty_wall_in_changing_light_is_no_cut():
    wall = np.full((240, 320, 3), 61, np.uint8)
    assert cuts([wall + step for step in range(0, 120, 10)]) == [], (
        "each step fills another cell of the histogram"
    )


def test_noise_without_a_picture_is_no_cut():
    random = np.random.default_rng(3)
    assert cuts([random.integers(0, 12, (240, 320, 3), np.uint8) for _ in range(10)]) == []


def test_the_first_frame_follows_no_cut(cat):
    assert cuts([cat]) == []


def test_somebody_who_walks_before_the_camera_makes_no_cut(pictures):
    """A head of a fifth of the picture's width crosses it in a second."""

    def walker(picture, i):
        image = window(picture).copy()
        image[40:140, 28 * i : 28 * i + 64] = pictures[3][60:160, 200:264]
        return image

    assert cuts([image for picture in pictures[:3] for image in shot(picture, walker)]) == [LOOKS, 2 * LOOKS]


def test_black_between_two_shots(cat, coffee):
    """It is a shot of its own; what matters is that nothing goes on across it."""
    black = np.zeros_like(cat)
    assert cuts([cat, cat, black, black, coffee, coffee]) == [2, 4]


def test_the_size_of_the_picture_does_not_matter(cat):
    import cv2

    half = cv2.resize(cat, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert cuts([cat, half, cat]) == [], "a stream may change its resolution in the middle of a shot"
