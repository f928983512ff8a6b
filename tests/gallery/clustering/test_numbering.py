"""A cluster keeps its number."""

import numpy as np
import pytest

from mien import ArgumentError
from mien.gallery.clustering import Links, matched


def test_the_largest_overlap_has_the_number():
    old = [7, 7, 7, 4, 4, -1, -1]
    new = [0, 0, 1, 1, 1, 1, 2]
    # 4 and cluster 1 share two faces and so do 7 and 0; cluster 2 is new and comes after the highest, 7.
    assert matched(old, new).tolist() == [7, 7, 4, 4, 4, 4, 8]


def test_of_a_cluster_that_was_split_one_part_keeps_the_number():
    assert matched([3, 3, 3], [0, 1, 1]).tolist() == [4, 3, 3]


def test_clusters_in_another_order_have_the_same_numbers():
    rng = np.random.default_rng(0)
    old = rng.integers(0, 30, 400)
    assert np.array_equal(matched(old, rng.permutation(30)[old]), old)


def test_anchors_have_their_number_and_nobody_else_has_it():
    links = Links(anchors=np.array([-1, -1, 5, -1]))
    # Two faces of cluster 5 went elsewhere, but the person 5 is where the anchor is.
    assert matched([5, 5, 5, 2], [0, 0, 1, 2], links).tolist() == [6, 6, 5, 2]


def test_a_rejected_face_takes_no_cluster_to_that_number():
    links = Links(rejected=np.array([[0, 3]]))
    assert matched([3, 3, 3], [0, 0, 1], links).tolist() == [4, 4, 3]


def test_labels_of_different_lengths():
    with pytest.raises(ArgumentError, match=r"new is .* expected 3"):
        matched([1, 2, 3], [1, 2])
