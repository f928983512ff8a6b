"""Glimpses tell two people in the same place apart, and say nothing of faces that are too small or blurred."""

import cv2
import numpy as np
import pytest

from mien.faces import default_engine
from mien.tracking import Tracker, glimpses
from mien.tracking.glimpse import SAME_FACE
from mien.types import Faces


def look(image: np.ndarray) -> tuple[Faces, np.ndarray]:
    engine = default_engine()
    faces = engine.detect(image, search_orientation=False).largest()
    return faces, glimpses(faces, engine.crops(image, faces))


def test_two_people_differ_and_one_stays_the_same(grace, astronaut):
    (_, mine), (_, hers) = look(grace), look(astronaut)
    _, dim = look((grace * 0.6).astype(np.uint8))
    assert float(mine[0] @ hers[0]) < SAME_FACE
    assert float(mine[0] @ dim[0]) > 0.98, "brightness is not looks"


@pytest.mark.parametrize(
    "change", [lambda i: cv2.resize(i, None, fx=0.1, fy=0.1), lambda i: cv2.GaussianBlur(i, (0, 0), 12)]
)
def test_what_is_unclear_contradicts_nobody(change, grace, astronaut):
    (faces, clear), (_, unclear) = look(astronaut), look(change(grace))
    assert np.isnan(unclear).all()
    tracker = Tracker()
    first = tracker.update(0.0, faces, glimpses=clear)[0]
    assert tracker.update(0.1, faces, glimpses=unclear)[0] is first
    assert tracker.update(0.2, faces, glimpses=clear)[0] is first, "the last clear look is remembered"


def test_somebody_else_in_the_same_place_gets_a_track_of_their_own(grace, astronaut):
    (faces, mine), (_, hers) = look(grace), look(astronaut)
    tracker = Tracker()
    first = tracker.update(0.0, faces, glimpses=mine)[0]
    assert tracker.update(0.1, faces, glimpses=mine)[0] is first
    assert tracker.update(0.2, faces, glimpses=hers)[0] is not first
    assert tracker.finished() == [first]


def test_nobody():
    assert glimpses(Faces.empty(), np.zeros((0, 112, 112, 3), np.uint8)).shape == (0, 144)
