"""What the tests of bodies share: the networks, a clip of a signer, and what MediaPipe recorded of it."""

import numpy as np
import pytest

from mien.bodies import BodyEngine, HandEngine, PersonDetector


@pytest.fixture(scope="session")
def weights(shared):
    """Makes the models' weights known; skips where they are absent."""
    folder = shared / "models"
    if not (folder / "mediapipe-0.10.21").is_dir():
        pytest.skip(f"MediaPipe's networks are not in {folder}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_MODELS", str(folder))
        yield


@pytest.fixture(scope="session")
def people(weights):
    with PersonDetector() as engine:
        yield engine


@pytest.fixture(scope="session")
def bodies(weights):
    with BodyEngine() as engine:
        yield engine


@pytest.fixture(scope="session")
def hands(weights):
    with HandEngine() as engine:
        yield engine


@pytest.fixture(scope="session")
def signer(shared) -> np.ndarray:
    """The first frame of a woman who signs FOOTBALL, 640 x 360, cut off below the hips, both hands in view."""
    from mien.media import read_frames

    return next(read_frames(shared / "data/sign/clips/FOOTBALL.mp4")).image


@pytest.fixture(scope="session")
def recorded(shared):
    """What MediaPipe Holistic found in that clip; its first frame is not smoothed yet."""
    from bench import pose_files

    return pose_files.read(shared / "data/sign/clips/FOOTBALL.pose")
