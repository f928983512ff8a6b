"""Segments of one medium as a Praat TextGrid (long text format).

What is carried: whose each segment is, its layer, label, start and end, the times in full. A tier of intervals for each
person and layer, named "Anna / emotion", gaps as empty intervals, overlaps on numbered tiers; a segment without length
is a point on a tier of points, as Praat has no such intervals. An empty label is written as "∅", as Praat has no
interval that is there and empty. Model, probability, apex and samples have no place in the format.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mien.timeline.exports.lanes import Tier, spans, speakers, tiers
from mien.timeline.timeline import Timeline

EMPTY = "∅"
POINTS = " (points)"
"""Ends the name of a tier of points, so that it differs from that of the intervals."""


def text(timeline: Timeline, media: int = 0) -> Iterator[str]:
    """The TextGrid, piece by piece."""
    found = spans(timeline.segments, speakers(timeline.tracks), media)
    labels = timeline.segments["label"].to_pylist()
    lines = tiers(one for one in found if one.end > one.start)
    dots = tiers(one for one in found if one.end <= one.start)
    ends = [one.end for one in found] + [
        row["duration"] for row in timeline.media.to_pylist() if row["media"] == media
    ]
    first = min([0.0, *(one.start for one in found)])
    last = max([first, *ends]) if max([first, *ends]) > first else first + 1.0
    yield 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    yield f"xmin = {number(first)}\nxmax = {number(last)}\ntiers? <exists>\nsize = {len(lines) + len(dots)}\nitem []:\n"
    for place, tier in enumerate(lines, 1):
        yield from _intervals(tier, place, first, last, labels)
    for place, tier in enumerate(dots, len(lines) + 1):
        yield from _points(tier, place, first, last, labels)


def written(label: str) -> str:
    """The label such that none is empty: "" is "∅", and what consists of "∅" gets one more."""
    return label + EMPTY if not label.strip(EMPTY) else label


def number(value: float) -> str:
    """The shortest decimal that reads back as the same number, without an exponent."""
    return np.format_float_positional(value, trim="-")


def quoted(text: str) -> str:
    """The text as Praat quotes it."""
    return '"' + text.replace('"', '""') + '"'


def _head(kind: str, name: str, place: int, first: float, last: float, what: str, size: int) -> str:
    return (
        f"    item [{place}]:\n        class = {quoted(kind)}\n        name = {quoted(name)}\n"
        f"        xmin = {number(first)}\n        xmax = {number(last)}\n        {what}: size = {size}\n"
    )


def _intervals(tier: Tier, place: int, first: float, last: float, labels: list[str]) -> Iterator[str]:
    intervals: list[tuple[float, float, str]] = []
    at = first
    for span in tier.spans:
        if span.start > at:
            intervals.append((at, span.start, ""))
        intervals.append((span.start, span.end, written(labels[span.row])))
        at = span.end
    if at < last:
        intervals.append((at, last, ""))
    yield _head("IntervalTier", tier.name, place, first, last, "intervals", len(intervals))
    for n, (start, end, label) in enumerate(intervals, 1):
        yield f"        intervals [{n}]:\n            xmin = {number(start)}\n            xmax = {number(end)}\n"
        yield f"            text = {quoted(label)}\n"


def _points(tier: Tier, place: int, first: float, last: float, labels: list[str]) -> Iterator[str]:
    yield _head("TextTier", tier.name + POINTS, place, first, last, "points", len(tier.spans))
    for n, span in enumerate(tier.spans, 1):
        yield f"        points [{n}]:\n            number = {number(span.start)}\n"
        yield f"            mark = {quoted(written(labels[span.row]))}\n"
