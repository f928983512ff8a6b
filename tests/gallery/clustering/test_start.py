"""New faces are added to an earlier clustering without making it again."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien import ArgumentError
from mien.gallery.clustering import Links, bcubed, cluster, matched

UP, RIGHT = np.array([0.0, 1.0]), np.array([1.0, 0.0])
DIAGONAL = (UP + RIGHT) / np.sqrt(2)  # a cosine of 0.707 to both


def test_parts_are_as_good_as_all_at_once(crowd):
    rows, truth = crowd(people=300, photos=6, dim=128)
    batch = bcubed(cluster(rows, threshold=0.4), truth)[2]
    labels = np.full(len(rows), -1)
    seen = np.zeros(len(rows), bool)
    for part in np.array_split(np.random.default_rng(0).permutation(len(rows)), 10):
        seen[part] = True
        before = labels[seen]
        labels[seen] = matched(before, cluster(rows[seen], threshold=0.4, start=before))
    assert bcubed(labels, truth)[2] >= batch - 0.005


def test_a_new_face_joins_begins_or_bridges():
    start = np.array([0, 1, -1])
    joins = cluster([UP, RIGHT, UP], threshold=0.5, start=start)
    assert joins.tolist() == [0, 1, 0]
    begins = cluster([UP, RIGHT, -UP], threshold=0.5, start=start)
    assert begins.tolist() == [0, 1, 2]
    bridges = cluster([UP, RIGHT, DIAGONAL], threshold=0.3, start=start)
    # The bridge and one of the two have a mean cosine of (0 + 0.707) / 2 = 0.354 to the other.
    assert bridges.tolist() == [0, 0, 0]


def test_old_clusters_stay_as_they_are():
    """Two that are alike are not joined without a new face, and one whose faces are not alike is not taken apart."""
    near = (4 * UP + RIGHT) / np.sqrt(17)
    rows, start = [UP, near, RIGHT, -RIGHT, -UP], np.array([0, 1, 2, 2, -1])
    assert cluster(rows, threshold=0.5, start=start).tolist() == [0, 1, 2, 2, 3]


def test_links_take_old_clusters_apart():
    rows, start = [UP, UP, UP, RIGHT], np.array([0, 0, 0, 1])
    links = Links(cannot=np.array([[0, 2]]))
    labels = cluster(rows, threshold=0.5, start=start, links=links)
    assert labels[0] != labels[2]
    assert labels[3] not in labels[:3]
    links = Links(must=np.array([[2, 3]]))
    assert set(cluster(rows, threshold=0.5, start=start, links=links)) == {0}


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(4, 120), st.floats(-0.2, 0.9))
def test_whatever_the_start_links_hold_and_old_clusters_stay_whole(seed, n, threshold):
    """A start that has nothing to do with the faces, as after a change of model or of threshold."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    start = rng.integers(-1, n // 3 + 1, n)
    cannot = rng.integers(0, n, (3, 2))
    cannot = cannot[cannot[:, 0] != cannot[:, 1]]
    labels = cluster(rows, threshold=threshold, start=start, links=Links(cannot=cannot))
    assert (labels[cannot[:, 0]] != labels[cannot[:, 1]]).all()
    broken = {start[a] for a, b in cannot if start[a] == start[b]}
    for number in set(start) - broken - {-1}:
        assert len(set(labels[start == number])) == 1


def test_a_few_new_faces_cost_little(crowd):
    rows, _ = crowd(people=2000, photos=5)
    start = cluster(rows, threshold=0.5)
    start[:20] = -1

    def seconds(start):
        began = time.process_time()
        cluster(rows, threshold=0.5, start=start)
        return time.process_time() - began

    # 20 against 10,000 faces and not 10,000 against 10,000: what is left is the reading of labels and vectors.
    assert min(seconds(start) for _ in range(3)) < 0.3 * seconds(None)


@pytest.mark.parametrize("start", [[0, 1], [0, 1, -2], [0.0, 1.0, 2.0]])
def test_a_start_that_is_none(start):
    with pytest.raises(ArgumentError, match=r"start is .* expected 3 integers"):
        cluster([UP, RIGHT, UP], threshold=0.5, start=start)
