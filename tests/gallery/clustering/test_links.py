"""What people said holds in every clustering, and contradictions are named."""

import numpy as np
import pytest

from mien.errors import ArgumentError, ConstraintConflict
from mien.gallery.clustering import Links, cluster

NONE = np.zeros((0, 2), np.int64)


def corrections(labels, count, rng):
    """Must- and cannot-links that contradict the labels, half of each, and not each other."""
    must, cannot = [], []
    group = np.arange(labels.max() + 1)  # clusters that must-links made one
    while len(must) + len(cannot) < count:
        i, j = rng.integers(0, len(labels), 2)
        if labels[i] == labels[j] and i != j and len(cannot) < count // 2:
            cannot.append((i, j))
        elif group[labels[i]] != group[labels[j]] and len(must) < count - count // 2:
            # Singles and parts of clusters, each cluster once: no chain of links can lead to what is apart.
            must.append((i, j))
            group[group == group[labels[j]]] = group[labels[i]]
    return np.array(must), np.array(cannot)


def test_links_hold_in_three_clusterings(crowd):
    rows, _ = crowd(people=300, photos=4)
    rng = np.random.default_rng(2)
    labels = cluster(rows, threshold=0.4)
    must, cannot = corrections(labels, 500, rng)
    place = np.arange(len(rows))
    for _ in range(3):
        links = Links(place[must], place[cannot])
        shuffled = np.empty_like(rows)
        shuffled[place] = rows
        found = cluster(shuffled, threshold=0.4, links=links)
        assert (found[links.must[:, 0]] == found[links.must[:, 1]]).all()
        assert (found[links.cannot[:, 0]] != found[links.cannot[:, 1]]).all()
        place = rng.permutation(len(rows))


def test_anchors_keep_twins_apart_and_a_person_together(crowd):
    rows, _ = crowd(people=1, photos=8)
    anchors = np.array([7, 7, 9, 9, -1, -1, -1, -1])
    labels = cluster(rows, threshold=0.4, links=Links(anchors=anchors))
    assert labels[0] == labels[1] != labels[2] == labels[3]
    assert set(labels) == {labels[0], labels[2]}  # the others belong to one of the two
    two, _ = crowd(people=2, photos=1)
    assert cluster(two, threshold=0.9, links=Links(anchors=np.array([5, 5]))).tolist() == [0, 0]


def test_a_rejected_face_is_never_with_that_person_whoever_it_is_joined_to(crowd):
    rows, _ = crowd(people=1, photos=6)
    anchors = np.array([3, -1, -1, -1, -1, -1])
    links = Links(np.array([[1, 2]]), NONE, anchors, np.array([[2, 3]]))
    labels = cluster(rows, threshold=0.2, links=links)
    assert labels[1] == labels[2] != labels[0]


def test_a_rejection_of_somebody_without_faces_changes_nothing(crowd):
    rows, _ = crowd(people=1)
    assert set(cluster(rows, threshold=0.4, links=Links(rejected=np.array([[0, 99]])))) == {0}


@pytest.mark.parametrize(
    ("links", "chain"),
    [
        (Links(np.array([[0, 1], [1, 2]]), np.array([[2, 0]])), [("face", 2), ("face", 1), ("face", 0)]),
        (Links(cannot=np.array([[4, 4]])), [("face", 4)]),
        (
            Links(np.array([[1, 2]]), anchors=np.array([7, 7, 9, -1, -1, -1])),
            [("person", 7), ("face", 1), ("face", 2), ("person", 9)],
        ),
        (
            Links(np.array([[0, 5]]), NONE, np.array([7, -1, -1, -1, -1, -1]), np.array([[5, 7]])),
            [("face", 5), ("face", 0), ("person", 7)],
        ),
    ],
)
def test_a_contradiction_is_named_as_a_chain(links, chain, crowd):
    rows, _ = crowd(people=1)
    with pytest.raises(
        ConstraintConflict, match="contradict each other: " + " = ".join(f"{k} {i}" for k, i in chain)
    ) as e:
        cluster(rows, threshold=0.4, links=links)
    assert list(e.value.chain) == chain


@pytest.mark.parametrize(
    ("links", "told"),
    [
        (Links(must=np.array([[0, 6]])), "must names 0 to 6; there are 6 faces"),
        (Links(cannot=np.array([[-1, 2]])), "cannot names -1"),
        (Links(cannot=np.array([1, 2, 3])), r"cannot is int64 of shape \(3,\)"),
        (Links(must=np.array([[0.0, 1.0]])), "must is float64"),
        (Links(anchors=np.array([1, 2])), "anchors .* expected 6"),
        (Links(rejected=np.array([[6, 1]])), "rejected names row 6"),
    ],
)
def test_links_to_faces_that_are_not_there(links, told, crowd):
    rows, _ = crowd(people=1)
    with pytest.raises(ArgumentError, match=told):
        cluster(rows, threshold=0.4, links=links)
