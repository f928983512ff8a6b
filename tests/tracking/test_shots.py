"""The best looks at a face: few, apart in time, and each better than what it replaced."""

import numpy as np
import pytest

from mien.tracking.shots import APART, LOOKS, MOST, PORTRAIT, Shots, portrait
from mien.types import Faces, Frame

IMAGE = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)


def face(quality: float, width: float = 60.0) -> Faces:
    """One face in the middle of the picture, with its points where a frontal face has them."""
    middle, half = np.array([160, 120], np.float32), np.float32(width / 2)
    points = (
        np.array([[-0.4, -0.3], [0.4, -0.3], [0, 0.1], [-0.3, 0.5], [0.3, 0.5]], np.float32) * half + middle
    )
    box = np.concatenate([middle - half, middle + half])[None]
    one = np.array([0.9], np.float32)
    return Faces(box, points[None], one, 0 * one, quality=np.array([quality], np.float32))


def offered(looks) -> Shots:
    """The shots that are kept of looks (time, quality)."""
    shots = Shots()
    for time, quality in looks:
        shots.offer(Frame(IMAGE, time), face(quality))
    return shots


def times(shots: Shots) -> list[float]:
    return sorted(shot.time for shot in shots.kept)


def test_any_number_of_looks_leaves_a_few_that_lie_apart():
    quality = np.random.default_rng(2).uniform(0, 1, 600)
    shots = offered((i / 10, q) for i, q in enumerate(quality))
    assert len(shots.kept) == MOST
    assert np.diff(times(shots)).min() >= APART
    assert min(shot.quality for shot in shots.kept) > 0.95, "the best 5 of a minute that are apart in time"


def test_a_better_look_takes_the_place_of_its_neighbour():
    assert times(offered([(0.0, 0.5), (0.3, 0.4)])) == [0.0]
    assert times(offered([(0.0, 0.5), (0.3, 0.6)])) == [0.3]
    assert times(offered([(0.0, 0.5), (APART, 0.4)])) == [0.0, APART], "far enough to tell something new"


def test_a_better_look_takes_the_place_of_the_worst_when_all_are_taken():
    looks = [(float(i), 0.2 + 0.1 * i) for i in range(MOST)]
    assert times(offered([*looks, (MOST + 1.0, 0.1)])) == [float(i) for i in range(MOST)]
    assert times(offered([*looks, (MOST + 1.0, 0.25)])) == [1.0, 2.0, 3.0, 4.0, MOST + 1.0]


def test_of_equal_quality_the_larger_face_is_better():
    shots = Shots()
    assert shots.offer(Frame(IMAGE, 0.0), face(1.0, width=40))
    assert shots.offer(Frame(IMAGE, 0.1), face(1.0, width=80))
    assert not shots.offer(Frame(IMAGE, 0.2), face(1.0, width=60))
    assert times(shots) == [0.1]


@pytest.mark.parametrize(("looks", "expected"), [(1, 1), (LOOKS, 1), (2 * LOOKS, 2), (1000 * LOOKS, MOST)])
def test_one_look_in_ten_is_embedded_at_most(looks, expected):
    shots = offered((float(i), 0.1 * i) for i in range(MOST))
    best = shots.best(looks)
    assert len(best) == expected
    qualities = [shot.quality for shot in best]
    assert qualities == sorted((shot.quality for shot in shots.kept), reverse=True)[:expected]


@pytest.mark.parametrize(("width", "side"), [(4, 16), (30, 60), (80, PORTRAIT), (220, PORTRAIT)])
def test_a_portrait_is_square_and_small(width, side):
    picture = portrait(IMAGE, face(0.9, width))
    assert picture.shape == (side, side, 3)
    assert picture.dtype == np.uint8


def test_a_portrait_shows_the_face_in_its_middle_and_black_beyond_the_picture():
    image = np.full((240, 320, 3), 50, np.uint8)
    image[80:160, 120:200] = 200  # the face is 80 wide
    picture = portrait(image, face(0.9, 80))
    assert (
        picture[PORTRAIT // 4 + 2 : -PORTRAIT // 4 - 2, PORTRAIT // 4 + 2 : -PORTRAIT // 4 - 2].min() == 200
    )
    assert picture[0, 0, 0] == 50
    assert portrait(image, face(0.9, 220))[0, PORTRAIT // 2, 0] == 0, "440 pixels are more than there are"


def test_memory_of_a_track_does_not_grow_with_its_length():
    shots = offered((i / 10, q) for i, q in enumerate(np.linspace(0, 1, 300)))
    held = sum(shot.crop.nbytes + shot.portrait.nbytes for shot in shots.kept)
    assert held <= MOST * (112 * 112 * 3 + PORTRAIT * PORTRAIT * 3)
    assert all(shot.crop.base is None or shot.crop.base.nbytes <= shot.crop.nbytes for shot in shots.kept)
    assert all(
        shot.portrait.base is None or shot.portrait.base.nbytes <= shot.portrait.nbytes for shot in shots.kept
    ), "a view would keep the whole frame"
