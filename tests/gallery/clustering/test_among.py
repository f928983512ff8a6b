"""The threshold follows from the number of people."""

import numpy as np

from mien import models
from mien.gallery.clustering import Links, bcubed, cluster, cluster_among, threshold_among
from mien.gallery.decide import Calibration

TABLE = Calibration.from_card(models.card("sface").decision, "sface")


def test_more_people_need_more_likeness():
    limits = [threshold_among(TABLE, people) for people in (1, 10, 100, 1000, 10_000)]
    assert limits == sorted(limits)
    # 0.02 alike among 1,000 people: a false match rate of 2e-5, between the card's 0.36 (8e-5) and 0.42 (8e-6).
    assert 0.36 < limits[3] < 0.42


def test_it_ends_at_the_threshold_of_as_many_people_as_it_finds(crowd):
    rows, truth = crowd(people=80, photos=8, dim=128)
    labels, limit = cluster_among(rows, TABLE)
    assert limit == threshold_among(TABLE, int(labels.max()) + 1)
    assert bcubed(labels, truth)[2] > 0.99
    # From a high threshold down to this one is the same as this one at once, as joins come in order of likeness.
    assert np.array_equal(labels, cluster(rows, threshold=limit))


def test_links_hold(crowd):
    rows, truth = crowd(people=10)
    a, b = np.flatnonzero(truth == 0)[:2]
    labels, _ = cluster_among(rows, TABLE, links=Links(cannot=np.array([[a, b]])))
    assert labels[a] != labels[b]


def test_nobody():
    labels, limit = cluster_among(np.zeros((0, 128)), TABLE)
    assert len(labels) == 0
    assert limit == threshold_among(TABLE, 1)
