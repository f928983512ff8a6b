"""What the tests of the faces room share."""

import cv2
import numpy as np
import pytest

from mien.faces import FaceEngine, default_engine
from mien.types import Faces


@pytest.fixture(scope="session")
def engine() -> FaceEngine:
    return default_engine()


@pytest.fixture(scope="session")
def lfw(request):
    """Every 25th picture of LFW, with the face nearest the middle."""
    from mien.media import read_image

    root = request.getfixturevalue("shared") / "data/faces/lfw"
    return [read_image(path) for path in sorted(root.glob("*/*.jpg"))[::25]]


def middle(image, faces: Faces) -> Faces:
    """The face nearest the middle of the picture, as `Faces` of length 1."""
    centre = np.array(image.shape[1::-1]) / 2
    return faces[int(np.argmin(np.linalg.norm(faces.centres - centre, axis=1)))]


def turned(image, angle):
    """The picture turned clockwise on a canvas that holds all of it."""
    h, w = image.shape[:2]
    c, s = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
    size = (round(h * s + w * c), round(h * c + w * s))
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -angle, 1)
    matrix[:, 2] += [(size[0] - w) / 2, (size[1] - h) / 2]
    return cv2.warpAffine(image, matrix, size)
