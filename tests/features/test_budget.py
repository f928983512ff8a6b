"""A budget drops the costly first, in the order that is told, says so, and takes it back."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from mien.errors import ArgumentError
from mien.features import budget
from mien.features.budget import STEPS, Budget, every
from mien.features.extractor import View
from mien.types import Faces, Frame


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on only where a test says so."""
    now = [0.0]
    monkeypatch.setattr(budget.time, "perf_counter", lambda: now[0])
    return now


def view(i):
    return View(Frame(np.zeros((2, 2, 3), np.uint8), i / 25, i), Faces.empty(), np.zeros(0, np.int32))


def steps(one, clock, count, seconds):
    """What is decided on each of so many frames that take so long each."""
    found = []
    for i in range(count):
        rows = one.see(
            View(Frame(np.zeros((2, 2, 3), np.uint8), i / 25, i), Faces.empty(), np.zeros(0, np.int32))
        )
        found.append(int(rows["step"][0]))
        clock[0] += seconds
    return found


def test_nothing_is_dropped_where_the_pace_is_kept(clock):
    assert set(steps(Budget(25), clock, 200, 1 / 30)) == {0}


def test_too_slow_drops_step_by_step_to_the_last(clock):
    found = steps(Budget(25), clock, 2000, 0.1)
    assert found[0] == 0
    assert set(np.diff(found)) == {0, 1}, "one step at a time"
    assert found[-1] == len(STEPS)


def test_fast_again_takes_it_back(clock):
    one = Budget(25)
    slow = steps(one, clock, 100, 0.1)[-1]
    assert steps(one, clock, 2000, 0.01)[-1] == 0 < slow


def test_just_fast_enough_does_not_swing(clock):
    one = Budget(25)
    slow = steps(one, clock, 60, 0.1)[-1]
    assert set(steps(one, clock, 500, 1 / 27)[60:]) <= {slow, slow + 1}


def test_the_order_that_is_told():
    assert every(0) == {}
    assert every(2) == {"hands": 2, "pose": 2}
    assert every(len(STEPS)) == {"hands": 8, "pose": 8, "mesh": 4, "emotion": 4}
    one = Budget(25)
    one.resume({"step": np.array(2)})
    views = [view(frame) for frame in range(6)]
    decided = [replace(each, rows={"budget": one.see(each)}) for each in views]
    assert [v.frame.index for v in decided if not one.skips("pose", v)] == [0, 2, 4]
    assert not any(one.skips("scene", v) for v in decided)


def test_what_is_dropped_is_logged(clock, caplog):
    with caplog.at_level(logging.WARNING, "mien"):
        steps(Budget(25), clock, 30, 0.1)
    assert "hands on every 2. frame" in caplog.text


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan")])
def test_no_such_budget(fps):
    with pytest.raises(ArgumentError, match="above 0"):
        Budget(fps)
