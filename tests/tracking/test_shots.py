"""The best looks at a face: few, apart, and better as time goes on."""

import cv2
import numpy as np

from mien.faces import default_engine
from mien.tracking.shots import APART, MOST, PORTRAIT, Shots, portrait
from mien.types import Frame


def test_few_apart_and_the_best_of_them(grace):
    engine, shots = default_engine(), Shots()
    blurs = [4, 3, 2, 0.5, 1, 2, 3, 4, 1, 0.3] * 4
    for i, sigma in enumerate(blurs):
        image = cv2.GaussianBlur(grace[50:450], (0, 0), sigma)
        shots.offer(Frame(image, i * 0.25, i), engine.detect(image).largest())
    times = sorted(shot.time for shot in shots.kept)
    assert len(times) <= MOST
    assert np.all(np.diff(times) >= APART - 0.25)  # a better look may replace its neighbour's neighbour
    assert min(shot.quality for shot in shots.kept) > 0.8
    assert [shot.crop.shape for shot in shots.kept] == [(1, 112, 112, 3)] * len(times)


def test_embeddings_are_earned_by_looks(grace):
    engine, shots = default_engine(), Shots()
    face = engine.detect(grace).largest()
    for i in range(6):
        shots.offer(Frame(grace, float(i), i), face)
    assert [len(shots.best(looks)) for looks in (1, 9, 20, 35, 1000)] == [1, 1, 2, 3, 5]


def test_a_portrait_shows_the_face_in_its_middle_and_black_beyond_the_picture(grace):
    face = default_engine().detect(grace).largest()
    picture = portrait(grace, face)
    assert picture.shape == (PORTRAIT, PORTRAIT, 3)
    again = default_engine().detect(picture).largest()
    assert np.abs(again.centres[0] - PORTRAIT / 2).max() < 8
    corner = face.having(boxes=np.array([[-50, -50, 50, 50]], np.float32))
    assert not portrait(grace, corner)[:30, :30].any()
