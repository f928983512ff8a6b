"""What the tests of the faces room share."""

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
