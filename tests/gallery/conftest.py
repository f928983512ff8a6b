"""A store with made-up faces: what is stored does not depend on whose faces they are."""

import numpy as np
import pytest

from mien.gallery.stores.base import Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore
from mien.types import Issue

MODEL = Model("sface", "2021dec", "ab" * 32, 128)


@pytest.fixture
def model() -> Model:
    return MODEL


@pytest.fixture
def path(tmp_path):
    return tmp_path / "family.mien"


@pytest.fixture
def store(path):
    with SQLiteStore.open(path, create=True) as opened:
        yield opened


@pytest.fixture
def make_face():
    """A face by number: the same number gives the same embedding and source."""

    def make(number: int, model: Model = MODEL) -> NewFace:
        embedding = np.random.default_rng(number).standard_normal(model.dim).astype(np.float32)
        return NewFace(
            {model: embedding}, f"{number}.jpg", f"{number:064x}", (1, 2, 30.5, 40), 0.75, (Issue.OCCLUDED,)
        )

    return make
