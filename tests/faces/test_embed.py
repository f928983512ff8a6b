"""Embeddings: deterministic, of unit length, centred, mirrored."""

import hashlib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien import models
from mien.faces import Embedder, align
from mien.faces.embed import unit


@pytest.fixture(scope="module")
def crops(engine, astronaut, grace):
    """Two people; one of them darker, too."""
    images = (astronaut, grace, (grace * 0.5).astype(np.uint8))
    return np.concatenate([align.crops(image, engine.detect(image).largest()) for image in images])


def test_the_same_bits_alone_and_among_others(engine, crops):
    together = engine.embedder.embed(crops)
    for i, crop in enumerate(crops):
        assert np.array_equal(engine.embedder.embed(crop[None])[0], together[i])


def test_unit_length_and_type(engine, crops):
    vectors = engine.embedder.embed(crops)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert engine.embedder.embed(crops[:0]).shape == (0, 128)


def test_the_same_vectors_as_opencv(engine, crops):
    """From the same crops; with red and blue exchanged its vectors are at 0.93 to 0.95 of ours."""
    peer = cv2.FaceRecognizerSF.create(str(models.prepared("sface")), "")
    theirs = [peer.feature(np.ascontiguousarray(crop[..., ::-1]))[0].copy() for crop in crops]
    cosines = np.sum(engine.embedder.centred(unit(np.stack(theirs))) * engine.embedder.embed(crops), axis=1)
    # The same network on another runtime: float32 sums in another order.
    assert cosines.min() > 0.9999


def test_a_mirrored_face_gives_the_same_mirrored_average(engine, crops):
    both = engine.embedder.embed(crops, flip=True), engine.embedder.embed(crops[:, :, ::-1], flip=True)
    # The average of the same two vectors, in the other order.
    np.testing.assert_allclose(both[0], both[1], atol=1e-6)
    single = engine.embedder.embed(crops)
    assert 0.8 < np.sum(both[0] * single, axis=1).min() < 0.9999  # alike, but not the same


def test_the_cards_centre_is_taken_off(engine, crops):
    embedder = Embedder()
    centre = embedder.centre
    assert 0.2 < np.linalg.norm(centre) < 0.4  # faces have that much in common
    centred = embedder.embed(crops)
    embedder.centre = np.zeros(0, np.float32)
    np.testing.assert_allclose(unit(embedder.embed(crops) - centre), centred, atol=1e-6)


def test_identity_names_weights_and_centre(engine):
    embedder = engine.embedder
    alone = hashlib.sha256(bytes.fromhex(embedder.card.weights.sha256)).hexdigest()
    assert len(embedder.identity) == 64
    assert embedder.identity != alone
    assert embedder.identity == Embedder().identity


def test_another_centre_is_another_identity(engine):
    """Vectors with different centres do not compare, so a gallery must not take one for the other."""
    card = engine.embedder.card
    moved = replace(card, decision={**card.decision, "centre": [0.0] * 128})
    without = replace(card, decision={})
    identities = {Embedder(c).identity for c in (card, moved, without)}
    assert len(identities) == 3


def test_strangers_are_near_zero_and_the_same_face_near_one(engine, crops):
    vectors = engine.embedder.embed(crops)
    cosines = vectors @ vectors.T
    assert cosines[0, 1:].max() < 0.29  # one pair of strangers in a thousand is more alike
    assert cosines[1, 2] > 0.9
    noisy = np.clip(crops.astype(int) + np.random.default_rng(0).normal(0, 5, crops.shape), 0, 255)
    again = engine.embedder.embed(noisy.astype(np.uint8))
    assert np.sum(vectors * again, axis=1).min() > 0.9
