"""Look-alikes are reported."""

import numpy as np
import pytest

from mien.gallery.clustering import Links, close_pairs, cluster


@pytest.fixture
def siblings(crowd):
    """Rows of 20 people of whom 0 and 1 look alike: a cosine of about 0.36 between them, 0.6 within."""
    rows, truth = crowd(people=20, photos=5, dim=256)
    mixed = rows[truth == 1] + 0.6 * rows[truth == 0].mean(axis=0)
    rows[truth == 1] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return rows, truth


def test_siblings_are_reported_and_not_merged(siblings):
    rows, truth = siblings
    labels = cluster(rows, threshold=0.5)
    a, b = sorted(int(labels[truth == person][0]) for person in (0, 1))
    pairs = close_pairs(rows, labels, least=0.25)
    assert [(pair.a, pair.b) for pair in pairs] == [(a, b)]
    cosines = rows[labels == a] @ rows[labels == b].T
    assert pairs[0].similarity == pytest.approx(cosines.mean(), abs=1e-5)
    assert pairs[0].cosine == pytest.approx(cosines.max(), abs=1e-5)
    x, y = pairs[0].faces
    assert (labels[x], labels[y]) == (a, b)
    assert rows[x] @ rows[y] == pytest.approx(cosines.max(), abs=1e-5)


def test_those_who_are_two_people_for_certain_are_not(siblings):
    rows, truth = siblings
    faces = [int(np.flatnonzero(truth == person)[0]) for person in (0, 1)]
    said = Links(cannot=np.array([faces]))
    assert close_pairs(rows, truth, least=0.25, links=said) == []
    anchors = np.full(len(rows), -1)
    anchors[faces] = [10, 11]
    assert close_pairs(rows, truth, least=0.25, links=Links(anchors=anchors)) == []


def test_the_most_alike_come_first_and_no_more_than_asked_for(siblings):
    rows, truth = siblings
    pairs = close_pairs(rows, truth, least=-0.5, most=7)
    means = np.stack([rows[truth == person].mean(axis=0) for person in range(20)])
    expected = np.sort((means @ means.T)[np.triu_indices(20, 1)])[::-1][:7]
    assert [pair.similarity for pair in pairs] == pytest.approx(expected.tolist(), abs=1e-5)


def test_faces_in_no_cluster_are_left_out(siblings):
    rows, truth = siblings
    labels = np.where(truth == 1, -1, truth + 100)
    assert close_pairs(rows, labels, least=0.25) == []
