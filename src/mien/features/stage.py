"""One extractor at its place in a pass: views come in, and go out with its rows."""

from __future__ import annotations

from collections.abc import Generator, Iterable, MutableMapping
from dataclasses import replace

import numpy as np

from mien.features import replay
from mien.features.budget import Budget
from mien.features.extractor import Extractor, View
from mien.features.looks import Item
from mien.features.state import pack, unpack
from mien.features.store import Entry
from mien.features.timing import timed
from mien.types import Rows


class Stage:
    """Gives views the rows of one extractor: read where its stream has the chunk, else computed.

    budget: decides which frames are left out; those views go on without rows. seconds: on the clock, to which what the
    extractor takes is added.
    """

    def __init__(
        self, extractor: Extractor, stream: Entry, budget: Budget | None, seconds: MutableMapping[str, float]
    ) -> None:
        self._extractor, self._stream, self._budget, self._seconds = extractor, stream, budget, seconds
        self._name, self._have = extractor.family.name, stream.count

    def items(self, items: Iterable[Item], first: int) -> Generator[Item]:
        """The same items, from chunk `first` on; ends of chunks with what the extractor carries on."""
        number, known = first, self._begin(first)
        for item in items:
            if isinstance(item, View):
                rows = self._computed(item) if known is None else known.get(item.frame.index, self._none())
                yield item if rows is None else replace(item, rows={**item.rows, self._name: rows})
                continue
            if known is None:
                item = replace(item, states={**item.states, self._name: pack(self._extractor.state())})
            yield item
            number += 1
            known = self._begin(number)

    def _begin(self, number: int) -> dict[int, Rows] | None:
        """The rows of a chunk by frame, where the stream has it; else the extractor is made ready to go on."""
        if number < self._have:
            return replay.rows_of(self._stream.table(number))
        if number == self._have > 0:
            self._extractor.resume(unpack(self._stream.state(number - 1)))
        return None

    def _computed(self, view: View) -> Rows | None:
        """The rows of a frame; None where the budget leaves it out, or what they need."""
        one = self._extractor
        if self._budget and (
            self._budget.skips(self._name, view) or not all(n in view.rows for n in one.needs)
        ):
            return None
        with timed(self._seconds, self._name):
            return one.see(view)

    def _none(self) -> Rows:
        family = self._extractor.family
        return {**family.empty(), "track": np.zeros(0, np.int32)}
