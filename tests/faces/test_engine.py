"""One engine for many threads, and what it says of itself."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest

from mien import ArgumentError
from mien.faces import engine as engine_module


def bits(engine, image):
    faces = engine.embed(image, engine.detect(image))
    return [array.tobytes() for array in (faces.boxes, faces.keypoints, faces.scores, faces.embeddings)]


def test_threads_get_the_same_bits_as_one_after_the_other(engine, astronaut, grace, cat):
    images = [astronaut, grace, cat, astronaut[:, ::-1].copy(), grace[100:500].copy()]
    serial = [bits(engine, image) for image in images]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            assert list(pool.map(lambda image: bits(engine, image), images * 2)) == serial * 2


def test_the_default_engine_is_opened_once_however_many_ask(monkeypatch):
    """Eight threads made eight engines, 100 MB each, when the cache alone was relied on."""
    opened = []

    @cache
    def slowly():
        time.sleep(0.05)
        opened.append(1)
        return object()

    monkeypatch.setattr(engine_module, "_opened", slowly)
    with ThreadPoolExecutor(8) as pool:
        engines = list(pool.map(lambda _: engine_module.default_engine(), range(8)))
    assert len(opened) == 1
    assert all(engine is engines[0] for engine in engines)


def test_provenance_names_both_models(engine, grace):
    found = engine.detect(grace).provenance
    assert found["detector"]["name"] == "yunet"
    assert found["embedder"]["name"] == "sface"
    assert all(len(model["sha256"]) == 64 for model in found.values())


@pytest.mark.parametrize(("kind", "scale"), [(np.float32, 1 / 255), (np.uint16, 257)])
def test_a_picture_of_another_kind_is_not_embedded(engine, grace, kind, scale):
    """Cut to 8 bits it would give a vector that means nothing: cosines of 0.23 and -0.07 to the face's own."""
    face = engine.detect(grace).largest()
    other = (grace * np.array(scale, kind)).astype(kind)
    for use in (engine.embed, engine.crops):
        with pytest.raises(ArgumentError, match=str(other.dtype)):
            use(other, face)
        with pytest.raises(ArgumentError, match=r"uint8 \(600, 512\)"):
            use(grace[..., 0], face)


def test_mirrored_enrolment_is_an_option(engine, grace):
    face = engine.detect(grace).largest()
    plain, both = engine.embed(grace, face), engine.embed(grace, face, flip=True)
    assert not np.array_equal(plain.embeddings, both.embeddings)
    assert plain.embeddings[0] @ both.embeddings[0] > 0.9
