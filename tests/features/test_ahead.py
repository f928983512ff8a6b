"""Steps that overlap: the same things in the same order, errors and early ends included."""

import threading

import pytest

from mien.features.ahead import ahead


def numbers(count, made, error=None, closed=None):
    try:
        for i in range(count):
            made.append(i)
            yield i
        if error:
            raise error
    finally:
        if closed is not None:
            closed.set()


def test_the_same_things_in_the_same_order():
    made = []
    assert list(ahead(numbers(100, made), 3)) == list(range(100))


def test_never_more_ahead_than_asked():
    made, seen = [], []
    for i in ahead(numbers(50, made), 4):
        seen.append(len(made) - i)
    assert max(seen) <= 4 + 2, "four wait, one is being put there, one is in hand"


def test_an_error_comes_after_the_things_before_it():
    things, got = ahead(numbers(5, [], ValueError("the disk")), 2), []
    with pytest.raises(ValueError, match="the disk"):
        got.extend(things)
    assert got == list(range(5))


def test_whoever_stops_early_stops_the_other_thread():
    made, closed = [], threading.Event()
    things = ahead(numbers(1_000_000, made, closed=closed), 2)
    assert next(things) == 0
    things.close()
    assert closed.is_set(), "the generator was closed"
    assert len(made) <= 6
