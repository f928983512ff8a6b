"""Comparisons of all with all: every pair once, sampling that is fair, and the most alike never lost."""

import numpy as np

from mien.audit import compare
from mien.audit.compare import all_pairs, listed

RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(90, 16)).astype(np.float32)
PERSON = RNG.integers(0, 25, 90)


def test_every_pair_is_there_once_in_blocks_of_any_size(monkeypatch):
    monkeypatch.setattr(compare, "CELLS", 700)  # several blocks
    rows = np.arange(3, 90)  # not all of them
    found = all_pairs(VECTORS, PERSON, rows)
    pairs = {
        tuple(sorted(pair))
        for part in (found.genuine, found.impostor)
        for pair in zip(part.a, part.b, strict=True)
    }
    assert len(pairs) == len(found.genuine) + len(found.impostor) == 87 * 86 // 2
    assert min(min(pair) for pair in pairs) == 3
    assert all(found.genuine.person_a == found.genuine.person_b)
    assert not any(found.impostor.person_a == found.impostor.person_b)
    exact = np.einsum("md,md->m", *(VECTORS[x].astype(float) for x in (found.impostor.a, found.impostor.b)))
    assert np.abs(found.impostor.score - exact).max() < 1e-12
    assert found.impostor.all_of == len(found.impostor)


def test_a_sample_is_of_the_size_asked_for_and_keeps_the_most_alike(monkeypatch):
    monkeypatch.setattr(compare, "CELLS", 700)
    everything = all_pairs(VECTORS, PERSON, np.arange(90))
    sample = all_pairs(VECTORS, PERSON, np.arange(90), limit=1000)
    assert abs(len(sample.impostor) - 1000) < 150  # five standard deviations
    assert sample.impostor.all_of == len(everything.impostor)
    assert len(sample.genuine) == len(everything.genuine)
    assert np.array_equal(sample.alike.score, everything.alike.score)
    highest = np.sort(everything.impostor.score)[::-1][: compare.EXTREMES]
    assert np.array_equal(everything.alike.score, highest)


def test_a_list_of_pairs_is_compared_as_it_is():
    a, b, same = np.array([0, 1, 2]), np.array([5, 6, 7]), np.array([True, False, True])
    found = listed(VECTORS, PERSON, a, b, same)
    assert found.genuine.a.tolist() == [0, 2]
    assert found.impostor.b.tolist() == [6]
    assert found.impostor.score[0] == VECTORS[1].astype(float) @ VECTORS[6].astype(float)
