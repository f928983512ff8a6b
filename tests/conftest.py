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


@pytest.fixture(scope="session")
def cast(grace, astronaut):
    """Who is in the film: photographs, with the boxes of the faces in them."""
    from mien.demo import clip
    from mien.faces import default_engine
    from tests.film import EILEEN, GRACE

    return clip.cast(default_engine(), {GRACE: grace, EILEEN: astronaut})


@pytest.fixture(scope="session")
def film_frames(cast, coffee, cat):
    """The film of `tests.film`, as frames."""
    from tests import film

    return film.frames(cast, coffee, cat)


@pytest.fixture(scope="session")
def film(film_frames, tmp_path_factory) -> Path:
    """The same as a file."""
    from mien.demo import clip
    from mien.media import write_video

    path = tmp_path_factory.mktemp("film") / "film.mp4"
    write_video(path, film_frames, clip.RATE)
    return path


@pytest.fixture(scope="session")
def family(tmp_path_factory, grace, astronaut):
    """A gallery that knows both who are in the film."""
    from mien.gallery import open_gallery
    from tests.film import EILEEN, GRACE

    with open_gallery(tmp_path_factory.mktemp("family") / "family.mien") as people:
        people.enroll(GRACE, grace)
        people.enroll(EILEEN, astronaut)
        yield people


@pytest.fixture(scope="session")
def weights(shared) -> Path:
    """A mirror folder with the networks that are added on request; a test that uses it names it in MIEN_MODELS."""
    folder = shared / "models"
    if not folder.is_dir():
        pytest.skip(f"there are no networks at {folder}")
    return folder
