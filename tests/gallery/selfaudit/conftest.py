"""Made-up people: faces of one person are about 0.55 alike, as photographs are, and of different people about 0."""

import numpy as np
import pytest

from mien import models
from mien.faces.embed import unit
from mien.gallery.decide import Calibration
from mien.gallery.selfaudit import Enrolled


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    return Calibration.from_card(models.card("sface").decision, "sface")


@pytest.fixture
def crowd():
    """Vectors (n, d) and true people (n,) of people with so many photographs each."""

    def make(*photos, seed=0):
        rng = np.random.default_rng(seed)
        person = np.repeat(np.arange(len(photos)), photos)
        centres = unit(rng.standard_normal((len(photos), 128)))
        return unit(centres[person] + 0.08 * rng.standard_normal((len(person), 128))), person

    return make


@pytest.fixture
def gallery():
    """Faces as they are enrolled: ids from 100, of person 10 and so on, sound unless said otherwise."""

    def make(vectors, owner, **columns):
        n = len(vectors)
        sound = {"quality": np.ones(n, np.float32), "sha256": ("",) * n, "issues": ((),) * n}
        return Enrolled(100 + np.arange(n), 10 + np.asarray(owner), vectors, **(sound | columns))

    return make
