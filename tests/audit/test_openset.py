"""Searches of a collection that fits on a page, and the sizes that are tried."""

import numpy as np
import pytest

from mien import models
from mien.audit.intervals import by_person
from mien.audit.openset import Searches, match_curve, open_set, point, search
from mien.gallery.decide import Calibration

CALIBRATION = Calibration.from_card(models.card("sface").decision, "sface")


def at(degrees):
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1).astype(np.float32)


def test_searches_on_a_circle():
    """Enrolled at 0° and 90°; their other photographs at 10° and 40° (nearer to the wrong one); a stranger at 100°."""
    vectors, person = at([0, 10, 90, 40, 100]), np.array([0, 0, 1, 1, 2])
    found = search(vectors, vectors, person, np.array([0, 1]))
    assert found.mated == pytest.approx(np.cos(np.radians([10, 50])), abs=1e-6)
    assert found.rank.tolist() == [1, 2]
    assert found.best == pytest.approx(np.cos(np.radians([10])), abs=1e-6)
    assert found.person.tolist() == [0, 1]
    assert found.stranger.tolist() == [2]
    assert match_curve(found.rank, 2) == (0.5, 1.0)


def test_a_search_is_missed_when_the_person_is_second_or_below_the_threshold():
    found = Searches(
        np.array([0.9, 0.9, 0.2]), np.array([1, 2, 1]), np.arange(3), np.array([0.5, 0.1]), np.arange(2)
    )
    one = point(found, 0.5, 0.3)
    assert one.fnir.count == 2
    assert one.fpir.count == 1
    assert one.fpir == by_person(np.array([True, False]), np.arange(2))


def test_at_most_half_of_the_people_are_enrolled_so_that_there_are_strangers():
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(30), 2)
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    found = open_set(vectors, vectors, person, CALIBRATION)
    assert [size.people for size in found.sizes] == [10, 15]
    largest = found.sizes[-1]
    assert largest.draws > 1  # others could have been enrolled
    assert largest.mated == 15 * largest.draws
    assert largest.non_mated == 30 * largest.draws
    assert len(found.cmc) == 15
    assert list(found.cmc) == sorted(found.cmc)
    assert found.cmc[-1] == 1.0


def test_with_one_photograph_of_everybody_there_is_nothing_to_search():
    assert open_set(at([1, 2]), at([1, 2]), np.arange(2), CALIBRATION) is None


def test_mates_that_are_certain_are_always_found():
    person = np.repeat(np.arange(40), 2)
    vectors = np.eye(40, dtype=np.float32)[person]
    largest = open_set(vectors, vectors, person, CALIBRATION).sizes[-1]
    assert largest.rank1.value == 1.0
    assert largest.points[0].fnir.value == 0.0
    assert largest.own.fpir.value == 0.0
