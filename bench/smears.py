"""Faces of 22 x 28 pixels, as from afar: real ones made small, blurred, noisy or enlarged, and blobs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bench import lfw
from bench.shared import shared
from mien.faces import FaceEngine
from mien.faces.align import TEMPLATE
from mien.media import read_image
from mien.types import Faces, Image

SIZE = (22, 28)  # pixels, width and height
AROUND = 1.3  # times the width of the face's box that is cut out
# How a smear is made worse: blur (standard deviation, pixels), noise (grey levels), then how many times enlarged.
KINDS = ((0, 0, 1), (0, 0, 8), (1, 0, 1), (1, 6, 1), (1, 0, 8), (1, 6, 8))


@dataclass(frozen=True, eq=False)
class Smear:
    """A smear of an LFW picture: its row there (-1 for a blob), and the face with its embedding as it is enrolled."""

    row: int
    face: Faces


def smears(engine: FaceEngine, half: lfw.Lfw, rows: list[int], blobs: int, seed: int) -> list[Smear]:
    """One smear of each of these rows of LFW, of each kind in turn, and so many blobs."""
    rng = np.random.default_rng(seed)
    root = shared("faces/lfw")
    made = []
    for i, row in enumerate(rows):
        image = read_image(root / half.files[row])
        picture = worse(cut(image, lfw.middle(engine.detect(image))), *KINDS[i % len(KINDS)], rng)
        made.append(Smear(row, enrolled(engine, picture)))
    return made + [Smear(-1, enrolled(engine, blob(rng))) for _ in range(blobs)]


def cut(image: Image, face: Faces) -> Image:
    """The face and what is around it, at 22 x 28 pixels."""
    (x, y), half = face.centres[0], face.widths[0] * AROUND / 2
    tall = half * SIZE[1] / SIZE[0]
    part = image[max(0, int(y - tall)) : int(y + tall), max(0, int(x - half)) : int(x + half)]
    return np.asarray(cv2.resize(part, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def worse(smear: Image, blur: float, noise: float, times: int, rng: np.random.Generator) -> Image:
    if blur:
        smear = cv2.GaussianBlur(smear, (0, 0), blur)
    noisy = np.clip(smear + noise * rng.standard_normal(smear.shape), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(noisy, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def blob(rng: np.random.Generator) -> Image:
    """A spot of skin colour on a background of another grey."""
    background = np.full((SIZE[1], SIZE[0], 3), rng.integers(20, 200), np.uint8)
    colour = rng.integers((150, 110, 80), (230, 190, 160)).tolist()
    picture = cv2.ellipse(background, (11, 14), (8, 11), 0, 0, 360, colour, -1)
    return worse(np.asarray(picture, np.uint8), 1.5, 4, 1, rng)


def enrolled(engine: FaceEngine, picture: Image) -> Faces:
    """The largest face as `accept_poor=True` enrols it; where none is found, the whole picture as one of quality 0."""
    face = engine.detect(picture).largest()
    if not len(face):
        size = np.array(picture.shape[1::-1], np.float32)
        ones = np.ones(1, np.float32)
        points = (TEMPLATE / 112 * size).astype(np.float32)[None]
        face = Faces(np.array([[0, 0, *size]], np.float32), points, ones, 0 * ones, quality=0 * ones)
    return engine.embed(picture, face, flip=True)
