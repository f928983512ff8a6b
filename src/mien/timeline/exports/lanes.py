"""Names for whoever is on a timeline, and tiers on which no two segments overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

UNNAMED = "Person {}"
"""How somebody is called whom the gallery does not know; numbers are those of lanes, counted from 1."""
BETWEEN = " / "
"""Stands between person and layer in the name of a tier."""


@dataclass(frozen=True)
class Span:
    """What a tier is made of: a segment's number in its table, its bounds in any unit, whose it is and its layer."""

    row: int
    start: float
    end: float
    speaker: str | None
    layer: str


@dataclass(frozen=True)
class Tier:
    """One line of an annotation tool: spans in order of time, of which none overlap."""

    name: str
    speaker: str | None
    layer: str
    spans: tuple[Span, ...]


def speakers(tracks: pa.Table) -> dict[int, str]:
    """By track what its person is called: the name, or one that the lane has elsewhere, or "Person N"."""
    columns = [tracks[name].to_pylist() for name in ("track", "lane", "person")]
    rows = list(zip(*columns, strict=True))
    known = {lane: person for _, lane, person in reversed(rows) if person is not None}
    return {
        track: known.get(lane, UNNAMED.format(lane + 1)) if person is None else person
        for track, lane, person in rows
    }


def spans(segments: pa.Table, names: Mapping[int, str], media: int) -> list[Span]:
    """The segments of one medium, in seconds."""
    columns = [segments[name].to_pylist() for name in ("media", "start", "end", "track", "layer")]
    return [
        Span(row, start, end, None if track is None else names.get(track, f"Track {track}"), layer)
        for row, (medium, start, end, track, layer) in enumerate(zip(*columns, strict=True))
        if medium == media
    ]


def tiers(given: Iterable[Span]) -> list[Tier]:
    """A tier for each person and layer, and further ones, "Anna / gaze (2)", for what overlaps with the first.

    People are in the order of their first segments; what is of the medium as a whole comes last. No two tiers have the
    same name.
    """
    groups: dict[tuple[str | None, str], list[list[Span]]] = {}
    for span in sorted(given, key=lambda one: (one.start, one.end)):
        lines = groups.setdefault((span.speaker, span.layer), [])
        free = next((line for line in lines if line[-1].end <= span.start), None)
        if free is None:
            lines.append([span])
        else:
            free.append(span)
    people = dict.fromkeys(speaker for speaker, _ in groups if speaker is not None)
    taken: set[str] = set()
    return [
        Tier(_unused(named(whose, layer), taken), whose, layer, tuple(line))
        for whose in (*people, None)
        for (speaker, layer), lines in groups.items()
        for line in lines
        if speaker == whose
    ]


def named(speaker: str | None, layer: str) -> str:
    """The name of the first tier of a person's layer; never empty."""
    if speaker is None and layer and BETWEEN not in layer:
        return layer
    return (speaker or "") + BETWEEN + layer


def parts(name: str) -> tuple[str | None, str]:
    """Person and layer of a tier of that name; a person who is called "A / B" is not told from layer "B / …" of "A"."""
    speaker, between, layer = name.partition(BETWEEN)
    return (speaker or None, layer) if between else (None, name)


def _unused(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    taken.add(candidate)
    return candidate
