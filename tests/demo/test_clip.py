"""The generated clip: people are in view when and where it is said, and nowhere else."""

import numpy as np
import pytest

from mien.demo import clip
from mien.demo.film import CAST
from mien.faces import default_engine


@pytest.fixture(scope="module")
def filmed(grace, astronaut, coffee):
    """Its frames, and the cast."""
    engine = default_engine()
    photos = {"Grace Hopper": grace, "Eileen Collins": astronaut}
    cast = {name: (photo, engine.detect(photo).boxes[0]) for name, photo in photos.items()}
    return list(clip.frames(coffee, cast, CAST))


def test_times_and_sizes(filmed):
    assert len(filmed) == round(clip.SECONDS * clip.RATE)
    assert {frame.image.shape for frame in filmed} == {(clip.SIZE[1], clip.SIZE[0], 3)}
    assert [frame.time for frame in filmed] == pytest.approx(np.arange(len(filmed)) / clip.RATE)


def test_whoever_is_in_view_is_found_at_the_place_that_is_known(filmed):
    engine = default_engine()
    for frame in filmed[::6]:
        places = [place for one in CAST if (place := one.place(frame.time)) is not None]
        faces = engine.detector.detect(frame.image, search_orientation=False)
        assert len(faces) == len(places), frame.time
        for place in places:
            distances = np.linalg.norm(faces.centres - place, axis=1)
            assert distances.min() < 8  # pixels; the faces are 80 to 100 wide


def test_the_end_of_an_appearance_is_outside_it():
    one = clip.Appearance("Ada", 1.0, 2.0, (0, 10), (100, 20), 50)
    assert one.place(0.99) is None
    assert one.place(1.0) == (0, 10)
    assert one.place(1.5) == (50, 15)
    assert one.place(2.0) is None
