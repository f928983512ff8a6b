"""Several timelines as one, such as what two annotators said of the same film."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import count

import pyarrow as pa

from mien.errors import TimelineError
from mien.timeline import whose
from mien.timeline.build import column, ordered
from mien.timeline.timeline import Timeline


def joined(timelines: Sequence[Timeline]) -> Timeline:
    """All media, tracks, segments and samples in one timeline.

    A medium that several have is one: of equal content, or, where the content of one of them is not known, of equal
    name or the only one. So is a person: of one name, else of one lane, else in view together. Tracks are numbered
    anew. Where a medium is known twice, the first one's facts stay. TimelineError where two have a family of one name
    and different columns.
    """
    return reduce(_both, timelines)


def _both(a: Timeline, b: Timeline) -> Timeline:
    media = _media(a, b)
    ours = {number: number for number in column(a.media, "media").tolist()}
    people = whose.same_people(whose.lanes(a, ours), whose.lanes(b, media))
    lanes, tracks = _fresh(a, b, "lane"), _fresh(a, b, "track")
    lanes |= {theirs: mine for mine, theirs in people}
    numbers = {"media": media, "track": tracks, "lane": lanes}
    new = _renumbered(b.media, numbers).filter(
        [media[one] not in ours for one in column(b.media, "media").tolist()]
    )
    return Timeline(
        media=ordered(pa.concat_tables([a.media, new])),
        tracks=ordered(pa.concat_tables([a.tracks, _renumbered(b.tracks, numbers)])),
        segments=ordered(pa.concat_tables([a.segments, _renumbered(b.segments, numbers)])),
        samples={
            **{name: a.samples[name] for name in a.samples},
            **{name: _samples(a, name, _renumbered(b.samples[name], numbers)) for name in b.samples},
        },
        provenance={"joined": [*a.provenance.get("joined", [a.provenance]), b.provenance]},
    )


def _media(a: Timeline, b: Timeline) -> dict[int, int]:
    """The number of each medium of b in both; never that of one whose content is known to be another."""
    content = [
        dict(zip(*(column(one.media, key).tolist() for key in ("media", "sha256")), strict=True))
        for one in (a, b)
    ]
    found = whose.same_media(a, b)
    free = count(max([*content[0], *found.values()], default=-1) + 1)
    return {
        theirs: next(free)
        if content[0].get(mine) and content[1][theirs] not in ("", content[0][mine])
        else mine
        for theirs, mine in found.items()
    }


def _fresh(a: Timeline, b: Timeline, name: str) -> dict[int, int]:
    """For each number of b one that a does not use."""
    free = count(max(column(a.tracks, name).tolist(), default=-1) + 1)
    return {number: next(free) for number in sorted(set(column(b.tracks, name).tolist()))}


def _renumbered(table: pa.Table, numbers: dict[str, dict[int, int]]) -> pa.Table:
    for name, new in numbers.items():
        if name in table.column_names:
            at, old = table.column_names.index(name), table.column(name).to_pylist()
            values = pa.array([None if one is None else new[one] for one in old], table.schema.field(at).type)
            table = table.set_column(at, table.schema.field(at), values)
    return table


def _samples(a: Timeline, name: str, new: pa.Table) -> pa.Table:
    if name not in a.samples:
        return new
    known = a.samples[name]
    if known.schema != new.schema:
        odd = sorted({str(one) for one in known.schema} ^ {str(one) for one in new.schema}) or [
            "their meaning"
        ]
        raise TimelineError(
            f"{name}: two of the timelines have different columns of it ({', '.join(odd)}), so they cannot be joined."
        )
    return ordered(pa.concat_tables([known, new]))
