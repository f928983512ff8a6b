"""Real photographs that arrive with packages, and the shared data where it is there."""

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory):
    """Tests neither read nor write what the developer keeps in Mien's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("MIEN_SHARED", "../shared"))
    if not folder.is_dir():
        pytest.skip(f"the shared data is not at {folder} (set MIEN_SHARED)")
    return folder


@pytest.fixture(scope="session")
def grace() -> np.ndarray:
    """Grace Hopper: one frontal face, 512 x 600 pixels."""
    from matplotlib import cbook
    from PIL import Image

    with cbook.get_sample_data("grace_hopper.jpg") as file:
        return np.asarray(Image.open(file).convert("RGB"))


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """Eileen Collins: one frontal face, 512 x 512 pixels."""
    from skimage import data

    return data.astronaut()


@pytest.fixture(scope="session")
def cat() -> np.ndarray:
    from skimage import data

    return data.cat()


@pytest.fixture(scope="session")
def coffee() -> np.ndarray:
    from skimage import data

    return data.coffee()
