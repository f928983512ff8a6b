"""Segments of one medium as WebVTT: cues that players show over the video.

A cue for each segment: its identifier is the layer and a number, its voice the person, its text the label, with layer,
probability and model where it is not speech. Times are whole milliseconds. This is a way out only; there is no import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mien.timeline.exports.eaf import slots
from mien.timeline.exports.lanes import speakers
from mien.timeline.exports.vocabulary import TEXT
from mien.timeline.timeline import Timeline


def text(timeline: Timeline, media: int = 0) -> Iterator[str]:
    """The cues in order of time."""
    names = speakers(timeline.tracks)
    rows = [row for row in timeline.segments.to_pylist() if row["media"] == media]
    yield "WEBVTT\n"
    for number, row in enumerate(sorted(rows, key=lambda row: (row["start"], row["end"])), 1):
        start, end = slots(row["start"], row["end"])
        yield f"\n{_line(row['layer'])} {number}\n{_clock(start)} --> {_clock(end)}\n"
        voice = "" if row["track"] is None else f"<v {_escaped(names.get(row['track'], ''))}>"
        if said := voice + _escaped(_said(row)):  # an empty line would end the cue twice
            yield said + "\n"


def _said(row: dict[str, Any]) -> str:
    if row["layer"] in TEXT:
        return str(row["label"])
    sure = "" if row["probability"] is None else f"{row['probability']:.2f}, "
    return f"{row['layer']}: {row['label']} ({sure}{row['model']})"


def _clock(ms: int) -> str:
    """Hours of two or more digits, minutes, seconds, milliseconds."""
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def _line(text: str) -> str:
    """On one line and without the arrow, which may only stand between times."""
    return " ".join(text.replace("\0", "\ufffd").split()).replace("-->", "→")


def _escaped(text: str) -> str:
    return _line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
