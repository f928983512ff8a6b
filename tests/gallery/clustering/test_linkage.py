"""Average linkage: against scipy's where nothing is known, against always joining the best pair where something is."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from mien.errors import ArgumentError, ConstraintConflict
from mien.gallery.clustering import Links, bcubed, cluster
from mien.gallery.clustering.arrays import numbered

seeds = st.integers(0, 2**32 - 1)


def random_rows(rng, n, dim):
    rows = rng.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(seeds, st.integers(2, 150), st.sampled_from([3, 8, 64]), st.floats(-0.3, 0.95))
def test_it_is_scipys_average_linkage(seed, n, dim, threshold):
    """In 3 dimensions everybody has far more than 16 neighbours, so lists run out; in 64 hardly anybody has any."""
    rows = random_rows(np.random.default_rng(seed), n, dim)
    distances = 1 - rows.astype(float) @ rows.T.astype(float)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    # A join at the threshold itself may go either way in float32.
    assume(np.abs(tree[:, 2] - (1 - threshold)).min() > 1e-6)
    expected = numbered(fcluster(tree, 1 - threshold, "distance").astype(np.int64))
    assert np.array_equal(cluster(rows, threshold=threshold), expected)


def best_first(rows, threshold, must, cannot, anchors, rejected):
    """Labels by the definition: always join the two most similar clusters that may be joined, in float64."""
    n = len(rows)
    cosines = rows.astype(float) @ rows.T.astype(float)
    forbidden = (anchors[:, None] >= 0) & (anchors >= 0) & (anchors[:, None] != anchors)
    for a, b in cannot:
        forbidden[a, b] = forbidden[b, a] = True
    for row, person in rejected:
        forbidden[row, anchors == person] = forbidden[anchors == person, row] = True
    same = {frozenset([i]) for i in range(n)}
    bonds = list(must)
    bonds += [(i, j) for i in range(n) for j in range(i) if anchors[i] == anchors[j] >= 0]
    for a, b in bonds:
        one, other = next(g for g in same if a in g), next(g for g in same if b in g)
        same = (same - {one, other}) | {one | other}
    groups = [sorted(g) for g in same]
    if any(forbidden[np.ix_(g, g)].any() for g in groups):
        return None
    if any(row in g and (anchors[g] == person).any() for row, person in rejected for g in groups):
        return None
    while True:
        pairs = [
            (cosines[np.ix_(a, b)].mean(), i, j)
            for i, a in enumerate(groups)
            for j, b in enumerate(groups[:i])
            if not forbidden[np.ix_(a, b)].any()
        ]
        if not pairs or max(pairs)[0] < threshold:
            break
        _, i, j = max(pairs)
        groups[j] = groups[j] + groups.pop(i)
    labels = np.zeros(n, np.int64)
    for number, group in enumerate(groups):
        labels[group] = number
    return numbered(labels)


@settings(deadline=None, max_examples=60)
@given(seeds, st.integers(4, 24), st.floats(-0.2, 0.8))
def test_within_links_it_is_the_best_pair_first(seed, n, threshold):
    """Rows of 3 dimensions and of any length up to 1, as poor faces have, with a few links of every kind."""
    rng = np.random.default_rng(seed)
    rows = random_rows(rng, n, 3) * rng.uniform(0.7, 1, (n, 1)).astype(np.float32)
    pairs = rng.permutation([(i, j) for i in range(n) for j in range(i)])
    must, cannot = pairs[: rng.integers(0, 4)], pairs[-rng.integers(1, 5) :]
    anchors = np.where(rng.random(n) < 0.2, rng.integers(0, 3, n), -1)
    rejected = np.stack([rng.integers(0, n, 2), rng.integers(0, 4, 2)], axis=1)
    expected = best_first(rows, threshold, must, cannot, anchors, rejected.tolist())
    links = Links(must, cannot, anchors, rejected)
    if expected is None:
        with pytest.raises(ConstraintConflict):
            cluster(rows, threshold=threshold, links=links)
    else:
        assert np.array_equal(cluster(rows, threshold=threshold, links=links), expected)


def test_the_order_of_faces_does_not_matter(crowd):
    rows, _ = crowd()
    order = np.random.default_rng(1).permutation(len(rows))
    there = numbered(cluster(rows, threshold=0.35)[order])
    assert np.array_equal(cluster(rows[order], threshold=0.35), there)


def test_people_are_found(crowd):
    rows, truth = crowd()
    # Means of six photographs of two people are less alike than 0.25 in 99.9 of 100 cases.
    assert bcubed(cluster(rows, threshold=0.4), truth)[2] > 0.99


def test_a_poor_face_is_a_shorter_row_and_needs_more_likeness(crowd):
    rows, truth = crowd(people=2)
    poor = np.flatnonzero(truth == 0)[0]
    others = (truth == 0) & (np.arange(len(rows)) != poor)
    likeness = float(rows[poor] @ rows[others].mean(axis=0))
    together = cluster(rows, threshold=0.4)
    assert (together[others] == together[poor]).all()
    rows[poor] *= 0.95 * 0.4 / likeness
    apart = cluster(rows, threshold=0.4)
    assert not (apart[others] == apart[poor]).any()


def test_copies_are_one_cluster_and_cost_nothing(crowd):
    rows, _ = crowd(people=2, photos=1)
    copies = np.repeat(rows, 5000, axis=0)
    began = time.process_time()
    labels = cluster(copies, threshold=0.4)
    # Without a step of their own, 5,000 equal faces would be joined one after the other: minutes.
    assert time.process_time() - began < 2
    assert np.array_equal(labels, np.repeat([0, 1], 5000))


def test_copies_that_are_said_to_be_two_people_are_two(crowd):
    """Two registrations with one photograph: what a person says counts for more than that they look the same."""
    rows, _ = crowd(people=1, photos=1)
    labels = cluster(np.repeat(rows, 60, axis=0), threshold=0.4, links=Links(cannot=np.array([[3, 50]])))
    assert labels[3] != labels[50]
    assert labels.max() == 1


def test_memory_grows_with_faces_and_not_with_pairs(crowd):
    rows, _ = crowd(people=2500, photos=4, dim=32)
    tracemalloc.start()
    cluster(rows, threshold=0.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # 10,000 x 10,000 float32 would be 381 MiB; blocks of 16 MiB and their masks are held, and 192 bytes a face.
    assert peak < 64 * 2**20


def test_nobody_and_one(crowd):
    assert cluster(np.zeros((0, 4)), threshold=0.4).shape == (0,)
    assert cluster(crowd(1, 1)[0], threshold=0.4).tolist() == [0]


@pytest.mark.parametrize(
    ("rows", "threshold", "told"),
    [
        (np.zeros(3), 0.4, "shape"),
        (np.full((2, 3), 0.9), 0.4, "length 1.559"),
        (np.array([[1.0, 0], [np.nan, 0]]), 0.4, "Row 1"),
        (np.eye(3), 1.5, "threshold is 1.5"),
        (np.eye(3), float("nan"), "threshold"),
    ],
)
def test_bad_arguments_are_named(rows, threshold, told):
    with pytest.raises(ArgumentError, match=told):
        cluster(rows, threshold=threshold)
