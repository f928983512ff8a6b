"""Faces under a wrong name: which are found, which cannot be told apart, and that right ones stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien import models
from mien.faces.embed import unit
from mien.gallery.decide import Calibration
from mien.gallery.selfaudit.mislabelled import find

TABLE = Calibration.from_card(models.card("sface").decision, "sface")


def named(vectors, owner):
    """Rows that are wrong, and rows that are one of two, with the comparison."""
    compared, wrong, either = find(vectors, owner, owner.max() + 1, TABLE)
    return np.flatnonzero(wrong).tolist(), np.flatnonzero(either).tolist(), compared


def test_two_photographs_that_changed_places(crowd):
    vectors, true = crowd(4, 4, 4, 1)
    owner = true.copy()
    owner[[0, 4]] = 1, 0
    wrong, either, compared = named(vectors, owner)
    assert (wrong, either) == ([0, 4], [])
    assert compared.rival.person[[0, 4]].tolist() == [0, 1]  # to whom they belong
    assert (compared.other[[0, 4]] > 0.99).all()
    assert (compared.right[[0, 4]] < 0.01).all()
    assert np.abs(compared.own[[0, 4]]).max() < 0.3


def test_a_stranger_among_three_is_nobody_here(crowd):
    vectors, owner = crowd(3, 3, 1)
    owner[6] = 0
    wrong, either, compared = named(vectors, owner)
    assert (wrong, either) == ([6], [])
    assert compared.right[6] + compared.other[6] < 0.2


def test_of_two_that_are_unlike_each_other_it_cannot_be_told(crowd):
    vectors, owner = crowd(1, 1, 3)
    owner[1] = 0
    owner[owner == 2] = 1
    assert named(vectors, owner)[:2] == ([], [0, 1])


def test_of_two_the_one_that_is_somebody_elses_is_told(crowd):
    vectors, owner = crowd(1, 4)
    owner[1] = 0
    wrong, either, compared = named(vectors, owner)
    assert (wrong, either) == ([1], [])
    assert compared.rival.person[1] == 1


def test_two_pairs_that_swapped_look_alike_either_way(crowd):
    """The right photograph of each is as much like the other name as the wrong one is."""
    vectors, owner = crowd(2, 2, 3)
    owner[[0, 2]] = 1, 0
    assert named(vectors, owner)[:2] == ([], [0, 1, 2, 3])


def test_a_wrong_face_does_not_drag_right_ones_along(crowd):
    """Two of three are suspect at first: the right one for being compared with a mean that the wrong one spoiled."""
    vectors, owner = crowd(2, 1, 8)
    owner[2] = 0
    owner[owner == 2] = 1
    assert named(vectors, owner)[:2] == ([2], [])


def test_a_single_photograph_has_nothing_to_be_compared_with(crowd):
    vectors, owner = crowd(1, 1, 1)
    wrong, either, compared = named(vectors, owner)
    assert (wrong, either) == ([], [])
    assert np.isnan(compared.own).all()


def test_nobody(crowd):
    vectors, owner = crowd(1)
    assert named(vectors, owner)[:2] == ([], [])
    compared, wrong, either = find(vectors[:0], owner[:0], 0, TABLE)
    assert (len(compared.own), len(wrong), len(either)) == (0, 0, 0)


def test_many_wrong_faces_of_one_person(crowd):
    """Thirty of a hundred, each somebody else's."""
    vectors, true = crowd(70, *[3] * 30)
    owner = true.copy()
    moved = 70 + 3 * np.arange(30)
    owner[moved] = 0
    assert named(vectors, owner)[:2] == (moved.tolist(), [])


def test_two_percent_swapped_of_a_thousand(crowd):
    vectors, true = crowd(*[3, 4, 5] * 84)
    rng = np.random.default_rng(5)
    moved = rng.choice(len(true), 20, replace=False)
    owner = true.copy()
    owner[moved] = true[np.roll(moved, 1)]
    moved = np.flatnonzero(owner != true)
    wrong, either, compared = named(vectors, owner)
    assert set(wrong) >= set(moved)
    assert len(set(wrong) - set(moved)) + len(either) <= 1
    assert (compared.rival.person[moved] == true[moved]).all()


@pytest.mark.parametrize("seed", range(3))
def test_right_names_raise_no_alarm(crowd, seed):
    vectors, owner = crowd(*[1, 2, 3, 6] * 40, seed=seed)
    assert named(vectors, owner)[:2] == ([], [])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 7), min_size=1, max_size=40),
    st.integers(0, 2**32 - 1),
)
def test_any_labels_end_and_leave_each_person_a_face(labels, seed):
    """Whatever is said of whom: nothing is both wrong and doubtful, and nobody loses all faces."""
    owner = np.unique(labels, return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((4, 16))
    vectors = unit(centres[rng.integers(0, 4, len(owner))] + 0.5 * rng.standard_normal((len(owner), 16)))
    compared, wrong, either = find(vectors, owner, owner.max() + 1, TABLE)
    assert not (wrong & either).any()
    assert set(owner[~wrong]) == set(owner)
    assert not np.isnan(compared.own[wrong | either]).any()
    assert ((compared.right[wrong] < 0.5) & (compared.right[wrong] >= 0)).all()
    assert (compared.right + compared.other <= 1 + 1e-9).all()
