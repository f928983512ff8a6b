"""How pictures are spread over workers that die: each is looked at once or told of, and nothing waits for ever."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.gallery.stores.records import Photograph
from mien.indexing.crew import KILLED, TRIES, Sign, spread
from mien.indexing.look import Look
from mien.indexing.reading import Indexed, Picture


class Script:
    """Workers whose fate is written: for each thing that one of them says, whether it dies instead."""

    def __init__(self, count, deaths, killers=()):
        self.deaths = iter(deaths)
        self.killers = killers
        self.numbers = iter(range(10**6))
        self.told = [(next(self.numbers), Sign.READY) for _ in range(count)]
        self.busy = {}
        self.given = []

    def give(self, worker, picture):
        assert worker not in self.busy, "one picture at a time"
        self.busy[worker] = picture
        self.given.append(picture.sha256)

    def wait(self):
        told, self.told = self.told, []
        if told:
            return told
        assert self.busy, "nobody has anything to do, and somebody waits"
        worker, picture = next(iter(self.busy.items()))
        del self.busy[worker]
        if picture.sha256 in self.killers or next(self.deaths, False):
            self.told = [(next(self.numbers), Sign.READY)]
            return [(worker, Sign.GONE)]
        return [(worker, Look(Photograph(picture.source, picture.sha256, ())))]


def picture(name):
    return Picture(Path(name), name, name, b"")


@given(
    st.lists(st.booleans(), max_size=12),
    st.integers(1, 4),
    st.lists(st.booleans(), max_size=20),
)
def test_every_picture_is_looked_at_once_or_told_of(kinds, count, deaths):
    items = [picture(str(i)) if kind else Indexed(Path(str(i))) for i, kind in enumerate(kinds)]
    results = list(spread(items, Script(count, deaths)))
    assert sorted(r.path if isinstance(r, Indexed) else r[0] for r in results) == sorted(
        item.path for item in items
    )
    lost = [r for r in results if isinstance(r, Indexed) and r.problem == KILLED]
    assert len(lost) <= sum(deaths) // TRIES


def test_a_picture_that_kills_is_tried_twice_and_told_of():
    crew = Script(2, [], killers={"b"})
    results = list(spread(map(picture, "abcd"), crew))
    assert [r.path.name for r in results if isinstance(r, Indexed)] == ["b"]
    assert crew.given.count("b") == TRIES
    assert sorted(crew.given) == ["a", "b", "b", "c", "d"]


def test_a_worker_that_dies_while_it_waits_gets_nothing_more():
    class Idle(Script):
        def wait(self):
            if (0, Sign.READY) in self.told:
                self.told.remove((0, Sign.READY))
                return [(0, Sign.READY), (0, Sign.GONE)]
            return super().wait()

        def give(self, worker, picture):
            assert worker != 0
            super().give(worker, picture)

    assert len(list(spread(map(picture, "abc"), Idle(2, [])))) == 3


def test_pictures_are_read_as_they_are_needed():
    """Memory stays flat: those in work, and one ahead."""
    taken = []

    def source():
        for i in range(100):
            taken.append(i)
            yield picture(str(i))

    results = spread(source(), Script(3, []))
    for number, _ in enumerate(results):
        assert len(taken) - number <= 3 + 2


def test_what_is_no_picture_passes_while_workers_start():
    class Never:
        def give(self, worker, picture):
            raise AssertionError

        def wait(self):
            raise AssertionError("there is something to give out")

    items = [Indexed(Path("known.jpg"), known=True), picture("a")]
    results = spread(items, Never())
    assert next(results).known
    with pytest.raises(AssertionError):
        next(results)
