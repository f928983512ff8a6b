"""Filling gaps: short ones by straight lines, long ones never, and nobody's by another's points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import ArgumentError
from mien.features.gaps import fill_gaps


def line(frames):
    """Points (n, 2, 3) that move evenly, so that filling gives back what was taken away."""
    return np.asarray(frames, np.float32)[:, None, None] * np.array([[1, 2, 3], [-1, 0, 5]], np.float32)


@pytest.mark.parametrize(("missing", "filled"), [(1, True), (5, True), (6, False)])
def test_gaps_of_up_to_five_frames_are_filled(missing, filled):
    frames = np.arange(missing + 2)
    points = line(frames)
    points[1:-1] = np.nan
    result, marks = fill_gaps(frames, np.zeros(len(frames), int), points)
    assert marks.tolist() == [False, *[filled] * missing, False]
    if filled:
        assert result == pytest.approx(line(frames), abs=1e-5)
    else:
        assert np.array_equal(result, points, equal_nan=True)


def test_frames_without_rows_count_as_missing():
    frames = np.array([0, 3, 7])  # 1, 2, 4, 5, 6 have no rows: six frames are missing
    points = line(frames)
    points[1] = np.nan
    assert not fill_gaps(frames, np.zeros(3, int), points)[1].any()
    assert fill_gaps(frames, np.zeros(3, int), points, most=6)[0] == pytest.approx(line(frames))


def test_half_of_a_hand_is_filled_as_a_whole():
    points = line([0, 1, 2])
    points[1, 0, 1] = np.nan
    points[1, 1] = 99
    result, marks = fill_gaps(np.arange(3), np.zeros(3, int), points)
    assert marks.tolist() == [False, True, False]
    assert result == pytest.approx(line([0, 1, 2]))


rows = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 2), st.booleans()),
    max_size=40,
    unique_by=lambda row: row[:2],
)


@given(rows, st.integers(0, 7))
def test_what_is_filled_lies_between_two_looks_of_the_same_track(table, most):
    frames = np.array([frame for frame, _, _ in table], int)
    tracks = np.array([track for _, track, _ in table], int)
    known = np.array([there for _, _, there in table], bool)
    values = np.where(known, 100.0 * tracks + frames, np.nan)[:, None]
    result, marks = fill_gaps(frames, tracks, values, most)
    assert np.array_equal(result[~marks], values[~marks], equal_nan=True)
    assert not (marks & known).any()
    for i in np.flatnonzero(~known):
        own = frames[known & (tracks == tracks[i])]
        before, after = own[own < frames[i]], own[own > frames[i]]
        short = len(before) and len(after) and after.min() - before.max() - 1 <= most
        assert marks[i] == bool(short)
        if short:
            assert result[i, 0] == pytest.approx(100 * tracks[i] + frames[i])


@given(rows)
def test_the_order_of_rows_does_not_matter(table):
    frames = np.array([frame for frame, _, _ in table], int)
    tracks = np.array([track for _, track, _ in table], int)
    known = np.array([there for _, _, there in table], bool)
    values = np.where(known, np.sin(frames + 7 * tracks), np.nan)[:, None]
    order = np.random.default_rng(0).permutation(len(table))
    one, marks = fill_gaps(frames, tracks, values)
    other, marks_there = fill_gaps(frames[order], tracks[order], values[order])
    assert np.array_equal(one[order], other, equal_nan=True)
    assert np.array_equal(marks[order], marks_there)


def test_filling_twice_changes_nothing_more():
    points = line(range(20))
    points[[2, 3, 8, 9, 10, 11, 12, 13, 14, 17]] = np.nan
    once, _ = fill_gaps(np.arange(20), np.zeros(20, int), points)
    twice, marks = fill_gaps(np.arange(20), np.zeros(20, int), once)
    assert np.array_equal(once, twice, equal_nan=True)
    assert not marks.any()


def test_the_points_that_were_given_are_left_alone():
    points = line(range(3))
    points[1] = np.nan
    fill_gaps(np.arange(3), np.zeros(3, int), points)
    assert np.isnan(points[1]).all()


def test_unequal_lengths_and_negative_gaps_are_refused():
    with pytest.raises(ArgumentError, match="3 frames, 2 tracks and 3 points"):
        fill_gaps(np.arange(3), np.zeros(2, int), line(range(3)))
    with pytest.raises(ArgumentError, match="most is -1"):
        fill_gaps(np.arange(3), np.zeros(3, int), line(range(3)), most=-1)
