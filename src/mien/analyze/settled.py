"""Gives out rows of a running pass as soon as nothing that is still to come can change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from mien.features.gaps import fill_gaps
from mien.features.records import Record
from mien.timeline.build import column, sample_table

LAG = 1.5  # seconds after which a track has ended or has lasted: the tracker's patience (1 s), BRIEF, and a margin
REACH = 6  # frames to both sides on which a row may depend: gaps of up to five frames are closed


class Settled:
    """The rows of one medium, on their way from the streams of a pass to the timeline.

    media: its number. offset: to be added to the numbers of its tracks.
    """

    def __init__(self, media: int, offset: int) -> None:
        self._media, self._offset = media, offset
        self._tables: dict[str, pa.Table] = {}  # what is not given out, and REACH frames before it
        self._given = -1  # the last frame that was given out
        self._brief: set[int] = set()

    def take(
        self, frames: pa.Table, tables: Mapping[str, pa.Table], ended: Iterable[Record]
    ) -> Iterator[tuple[str, pa.Table]]:
        """Add a chunk; then the rows, by family, that are settled. frames: of the stream of that name."""
        self._brief |= {one.track for one in ended if one.identity is None}
        for name, table in {"frames": frames, **tables}.items():
            known = self._tables.get(name)
            self._tables[name] = table if known is None else pa.concat_tables([known, table])
        numbers, times = (column(self._tables["frames"], name) for name in ("frame", "time"))
        count = min(int(np.searchsorted(times, times[-1:] - LAG).sum()), len(times) - REACH)
        if count > 0:
            yield from self._give(int(numbers[count - 1]))

    def rest(self) -> Iterator[tuple[str, pa.Table]]:
        """The medium is at its end: all other rows."""
        yield from self._give(np.iinfo(np.int64).max)

    def _give(self, until: int) -> Iterator[tuple[str, pa.Table]]:
        """The rows up to a frame that were not given yet."""
        for name, table in self._tables.items():
            whole = self._lasting(table)
            whole = closed(whole) if name == "hands" else whole
            at = column(whole, "frame")
            new = whole.filter(pa.array((at > self._given) & (at <= until)))
            yield name, renumbered(new, self._media, self._offset)
            self._tables[name] = table.filter(pa.array(column(table, "frame") > until - REACH))
        self._given = max(self._given, until)

    def _lasting(self, table: pa.Table) -> pa.Table:
        """The rows without those of brief tracks."""
        if "track" not in table.column_names:
            return table
        return table.filter(pa.array(~np.isin(column(table, "track"), list(self._brief))))


def renumbered(table: pa.Table, media: int, offset: int) -> pa.Table:
    """The same rows with the timeline's numbers of medium and track."""
    for name, value in (("media", media), ("track", offset)):
        if name in table.column_names:
            i = table.column_names.index(name)
            numbers = pa.array(column(table, name) + np.int32(value), pa.int32())
            table = table.set_column(i, table.schema.field(name), numbers)
    return table


def closed(hands: pa.Table) -> pa.Table:
    """The rows of the family "hands", gaps of up to five frames filled and marked."""
    from mien.features.extractors.hands import HANDS, SIDES

    rows = {name: column(hands, name) for name in hands.column_names if name != "media"}
    for side in SIDES:
        filled = fill_gaps(rows["frame"], rows["track"], rows[side])
        rows[side], rows[f"{side}_filled"] = filled
    times, frames = rows.pop("time"), rows.pop("frame")
    return sample_table(HANDS, 0, times, frames, None, rows)
