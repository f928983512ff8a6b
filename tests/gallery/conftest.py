"""A store with made-up faces, as what is stored does not depend on whose they are; a gallery with real ones."""

import cv2
import numpy as np
import pytest

import mien
from mien.gallery.stores.records import Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore
from mien.types import Issue
from tests.gallery.servers import postgres_server, postgres_url  # noqa: F401

MODEL = Model("sface", "2021dec", "ab" * 32, 128)
EILEEN, GRACE = "Eileen Collins", "Grace Hopper"


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


@pytest.fixture
def people(path):
    with mien.open(path) as opened:
        yield opened


@pytest.fixture
def both(people, astronaut, grace):
    people.enroll(EILEEN, astronaut)
    people.enroll(GRACE, grace)
    return people


def beside(*images):
    """Pictures side by side at a height of 400."""
    return np.hstack([cv2.resize(i, (round(i.shape[1] * 400 / i.shape[0]), 400)) for i in images])
