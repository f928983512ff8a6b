"""Every comparison against the plain way to compute it, with blocks so small that many meet."""

import numpy as np
import pytest

from mien.gallery.selfaudit import likeness
from mien.gallery.selfaudit.likeness import Sums, own, pairs, rivals


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(likeness, "ROWS", 4)
    monkeypatch.setattr(likeness, "COLUMNS", 6)


@pytest.fixture
def scene(crowd):
    vectors, owner = crowd(1, 2, 5, 3, 1, 1, 2, 4, 1, 2, 1, 6)
    order = np.random.default_rng(1).permutation(len(owner))
    counts = np.random.default_rng(2).random(len(owner)) > 0.2
    return vectors[order], owner[order], counts


def mean(vectors):
    total = vectors.astype(np.float64).sum(axis=0)
    return total / np.linalg.norm(total)


def test_own_is_the_mean_of_the_others_that_count(scene):
    vectors, owner, counts = scene
    cosine, photos = own(vectors, owner, counts, Sums.of(vectors, owner, 12, counts))
    for i in range(len(owner)):
        others = (owner == owner[i]) & counts & (np.arange(len(owner)) != i)
        assert photos[i] == others.sum()
        if photos[i]:
            assert cosine[i] == pytest.approx(vectors[i] @ mean(vectors[others]), abs=1e-6)
        else:
            assert np.isnan(cosine[i])


def test_the_rival_is_the_likeliest_other_person(scene, calibration):
    vectors, owner, counts = scene
    found = rivals(vectors, owner, Sums.of(vectors, owner, 12, counts), calibration)
    for i in range(len(owner)):
        ratios = {}
        for person in range(12):
            faces = (owner == person) & counts
            if person != owner[i] and faces.any():
                cosine = vectors[i] @ mean(vectors[faces])
                ratios[person] = float(calibration.log_likelihood_ratio([cosine], [faces.sum()])[0])
        assert found.log_ratio[i] == pytest.approx(max(ratios.values()), abs=1e-4)
        assert ratios[found.person[i]] == pytest.approx(max(ratios.values()), abs=1e-4)


def test_nobody_else_is_there(crowd, calibration):
    vectors, owner = crowd(3)
    found = rivals(vectors, owner, Sums.of(vectors, owner, 1, np.ones(3, bool)), calibration)
    assert found.person.tolist() == [-1] * 3
    assert np.isneginf(found.log_ratio).all()


def test_pairs_are_all_pairs_at_the_limit(scene):
    vectors = scene[0]
    i, j, cosine = pairs(vectors, 0.4)
    every = np.triu(vectors @ vectors.T, 1)
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == set(zip(*np.nonzero(every >= 0.4), strict=True))
    assert np.allclose(cosine, every[i, j], atol=1e-6)
    assert len(i) > 10
    assert [len(column) for column in pairs(vectors[:0], 0.4)] == [0, 0, 0]


def test_faces_that_cancel_out_are_like_nothing(calibration):
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1]]
    vectors[1] *= -1
    sums = Sums.of(vectors, np.array([0, 0, 1]), 2, np.ones(3, bool))
    assert sums.templates()[0].tolist() == [0] * 4
    assert rivals(vectors, np.array([0, 0, 1]), sums, calibration).cosine[2] == 0
