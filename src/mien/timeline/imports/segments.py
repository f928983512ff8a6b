"""Reads segments from a table with a header, such as spreadsheets, BORIS and the exports of annotation tools hold.

Needed are a start and an end or a duration; label, layer, person, probability, annotator and medium are taken where
they are there. Columns go by the usual names, in any case. Times are seconds, or milliseconds where the header says so,
as in "start_ms" or "Begin (ms)"; "01:02:03.450" is understood in both.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from mien.errors import TimelineInvalid
from mien.timeline.imports import gather
from mien.timeline.imports.table import Table
from mien.timeline.timeline import Timeline

NAMES = {
    "start": ("start", "begin", "onset", "from", "xmin", "tmin", "start time", "begin time", "start_time"),
    "end": ("end", "stop", "offset", "to", "xmax", "tmax", "end time", "end_time"),
    "duration": ("duration", "length"),
    "label": ("label", "annotation", "value", "text", "behavior", "behaviour", "code", "name"),
    "layer": ("layer", "tier", "category", "behavioral category"),
    "person": ("person", "participant", "speaker", "subject"),
    "probability": ("probability",),
    "model": ("model", "annotator", "coder", "rater"),
    "source": ("source",),
    "media": ("media", "medium", "file", "path", "video", "media file name", "observation id"),
}
UNIT = re.compile(r"[\s_]*[\[(]?\b(?P<unit>ms|msec|milliseconds|s|sec|seconds)\b[\])]?$")
CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")


def columns(header: tuple[str, ...]) -> dict[str, tuple[int, float]]:
    """By what is understood the place of its column and, for times, how many seconds its unit lasts."""
    found: dict[str, tuple[int, float]] = {}
    for place, name in enumerate(header):
        plain = name.strip().lower()
        unit = UNIT.search(plain.replace("_", " "))
        bare = plain[: unit.start()].strip() if unit and unit.start() else plain
        for meaning, names in NAMES.items():
            if meaning not in found and bare in names:
                found[meaning] = (place, 0.001 if unit and unit["unit"].startswith("m") else 1.0)
    return found


def understood(header: tuple[str, ...]) -> bool:
    """Whether a header is one of segments."""
    found = columns(header)
    return "start" in found and ("end" in found or "duration" in found)


def timeline(table: Table) -> Timeline:
    """The timeline of a table of segments; `TimelineInvalid`, with the line, where a time or a probability is none."""
    found = columns(table.header)
    media: dict[str, int] = {}
    spoken = []
    for line, fields in table.rows:
        row = {meaning: fields[place].strip() for meaning, (place, _) in found.items()}
        where = f"{table.name!r}, line {line}"
        start, end = _times(row, found, where)
        known: dict[str, Any] = {"media": media.setdefault(row.get("media", ""), len(media))}
        if row.get("probability"):
            known["probability"] = _probability(row["probability"], where)
        known |= {key: row[key] for key in ("model", "source") if row.get(key)}
        made = gather.segment(start, end, row.get("layer") or "label", row.get("label", ""), **known)
        spoken.append((row.get("person") or None, made))
    ends = {
        n: max((row["end"] for _, row in spoken if row["media"] == n), default=0.0) for n in media.values()
    }
    rows = [gather.medium(n, path=path, duration=ends[n]) for path, n in media.items()]
    return gather.timeline(spoken, rows, {"imported": Path(table.name).name, "format": "segments as CSV"})


def _times(row: dict[str, str], found: dict[str, tuple[int, float]], where: str) -> tuple[float, float]:
    start = _seconds(row["start"], found["start"][1], where)
    if row.get("end"):
        end = _seconds(row["end"], found["end"][1], where)
    elif row.get("duration"):
        end = start + _seconds(row["duration"], found["duration"][1], where)
    else:
        end = start  # a point, as BORIS has them
    if end < start:
        raise TimelineInvalid(f"{where}: the end, {row.get('end')}, is before the start, {row['start']}.")
    return start, end


def _seconds(text: str, unit: float, where: str) -> float:
    clock = CLOCK.fullmatch(text)
    if clock:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TimelineInvalid(f"{where}: {text!r} is no time; expected a number or hours:minutes:seconds.")
    return value * unit if unit == 1.0 else value / 1000


def _probability(text: str, where: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise TimelineInvalid(f"{where}: the probability is {text!r}; expected a number from 0 to 1.")
    return value
