"""One engine for many threads, and what it says of itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np


def bits(engine, image):
    faces = engine.embed(image, engine.detect(image))
    return [array.tobytes() for array in (faces.boxes, faces.keypoints, faces.scores, faces.embeddings)]


def test_threads_get_the_same_bits_as_one_after_the_other(engine, astronaut, grace, cat):
    images = [astronaut, grace, cat, astronaut[:, ::-1].copy(), grace[100:500].copy()]
    serial = [bits(engine, image) for image in images]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            assert list(pool.map(lambda image: bits(engine, image), images)) == serial


def test_provenance_names_both_models(engine, grace):
    found = engine.detect(grace).provenance
    assert found["detector"]["name"] == "yunet"
    assert found["embedder"]["name"] == "sface"
    assert all(len(model["sha256"]) == 64 for model in found.values())


def test_mirrored_enrolment_is_an_option(engine, grace):
    face = engine.detect(grace).largest()
    plain, both = engine.embed(grace, face), engine.embed(grace, face, flip=True)
    assert not np.array_equal(plain.embeddings, both.embeddings)
    assert plain.embeddings[0] @ both.embeddings[0] > 0.9
