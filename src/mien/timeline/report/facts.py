"""What the script of a page is told besides the curves: people, segments, and groups of measures."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from mien.timeline.build import column
from mien.timeline.contents import Measured, Person, people
from mien.timeline.report.curves import Range
from mien.timeline.select import unit_and_meaning
from mien.timeline.timeline import Timeline

SHOWN = 3  # measures of a group that are drawn unless others are chosen: those that vary most


def lanes(timeline: Timeline) -> list[dict[str, Any]]:
    """Whoever is in view.

    Each is {"lane", "name", "said" (answer and probability), "why", "portrait" (base64, or null), "tracks": [[medium,
    start, end], ...]}.
    """
    return [
        {
            "lane": one.lane,
            "name": one.name,
            "said": _said(one),
            "why": one.reason,
            "portrait": base64.b64encode(one.portrait).decode("ascii") if one.portrait else None,
            "tracks": one.tracks,
        }
        for one in people(timeline)
    ]


def _said(person: Person) -> str:
    """What the gallery says of somebody; nothing where none was asked."""
    if person.answer is None:
        return ""
    if person.answer != "match" or person.probability is None:
        return {"no match": "unknown"}.get(person.answer, person.answer)
    return f"{100 * min(person.probability, 0.999):.1f} % sure"


def segments(timeline: Timeline) -> dict[str, Any]:
    """The segments as columns; texts are numbers of "texts", "row" keeps overlapping ones of a layer apart."""
    table = timeline.segments.sort_by([("media", "ascending"), ("start", "ascending")])
    lane = dict(zip(*(column(timeline.tracks, name).tolist() for name in ("track", "lane")), strict=True))
    columns: dict[str, list[Any]] = {
        name: [None if value != value else value for value in column(table, name).tolist()]
        for name in ("media", "start", "end", "apex", "probability")
    }
    columns["lane"] = [lane.get(track, -1) for track in column(table, "track").tolist()]
    texts: dict[str, int] = {}
    for name in ("layer", "label", "model", "source"):
        columns[name] = [texts.setdefault(text, len(texts)) for text in column(table, name).tolist()]
    columns["row"] = _rows(columns)
    return {**columns, "texts": list(texts)}


def _rows(columns: Mapping[str, list[Any]]) -> list[int]:
    """The first row of its lane and layer that is free when a segment begins."""
    free: dict[tuple[int, int, int], list[float]] = {}
    placed = []
    keys = zip(columns["media"], columns["lane"], columns["layer"], strict=True)
    for key, start, end in zip(keys, columns["start"], columns["end"], strict=True):
        ends = free.setdefault(key, [])
        row = next((i for i, until in enumerate(ends) if until <= start), len(ends))
        ends[row : row + 1] = [end]
        placed.append(row)
    return placed


def groups(family: Measured, schema: pa.Schema, ranges: Mapping[str, Range]) -> list[dict[str, Any]]:
    """Measures that share an axis: those of one family and unit.

    Each is {"family", "unit", "tracked", "low", "high" (of the axis), "names", "meanings", "shown" (at first)}.
    """
    units: dict[str, list[str]] = {}
    for name in ranges:
        units.setdefault(unit_and_meaning(schema, name)[0], []).append(name)
    return [
        {
            **{"family": family.family, "unit": unit, "tracked": family.tracked, "names": names},
            "meanings": [unit_and_meaning(schema, name)[1] for name in names],
            **_axis(unit, {name: ranges[name] for name in names}),
        }
        for unit, names in units.items()
    ]


def _axis(unit: str, ranges: Mapping[str, Range]) -> dict[str, Any]:
    """From the lowest to the highest value, or from 0 to 1 where numbers without a unit lie within."""
    low, high = min(one.low for one in ranges.values()), max(one.high for one in ranges.values())
    if not unit and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    most = sorted(ranges, key=lambda name: -ranges[name].deviation)[:SHOWN]
    return {"low": low, "high": high, "shown": [name in most for name in ranges]}
