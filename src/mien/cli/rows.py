"""Records of identified files as rows: of the table for people, and of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from mien.cli.output import clock, percent

HEAD = ("file", "who", "probability", "when", "why")
SPANS = 3  # that are printed of each person; JSON and CSV have all
FIELDS = (
    *("file", "kind", "answer", "name", "candidate", "probability", "similarity", "reason"),
    *("x0", "y0", "x1", "y1", "quality", "issues", "time", "spans"),
)


def table_rows(record: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each face or person in a file; none for a file that could not be read."""
    if "error" in record:
        return
    found = found_in(record)
    if not found:
        yield record["file"], "", "", "", "no face found"
    for one in found:
        yield record["file"], who(one), chance(one), when(one), one["reason"]


def found_in(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The faces of an image or the appearances of a video; none where it could not be read."""
    found: list[dict[str, Any]] = record.get("faces") or record.get("appearances") or []
    return found


def who(verdict: dict[str, Any]) -> str:
    """The name, or what stands in its place."""
    return str({"match": verdict["name"], "no match": "unknown"}.get(verdict["answer"], verdict["answer"]))


def chance(verdict: dict[str, Any]) -> str:
    """The probability, and of whom where the row names nobody; nothing where nobody was compared."""
    if verdict["candidate"] is None:
        return ""
    whose = "" if verdict["answer"] == "match" else f" ({verdict['candidate']})"
    return percent(verdict["probability"]) + whose


def when(appearance: dict[str, Any]) -> str:
    """When somebody is in view in a video, and the time of the best look; nothing for a still."""
    spans = appearance.get("spans", [])
    if not spans:
        return ""
    told = [f"{clock(start)} - {clock(end)}" for start, end in spans[:SPANS]]
    more = [f"{len(spans) - SPANS} more"] if len(spans) > SPANS else []
    return f"{', '.join(told + more)}; best at {clock(appearance['time'])}"


def csv_text(records: Iterable[dict[str, Any]]) -> str:
    """All faces and appearances as CSV with a head; spreadsheets and other programs read it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, extrasaction="ignore")
    writer.writeheader()
    for record in records:
        for one in found_in(record):
            box = dict(zip(("x0", "y0", "x1", "y1"), one["box"], strict=True))
            spans = "; ".join(f"{start} - {end}" for start, end in one.get("spans", ()))
            writer.writerow({**record, **one, **box, "issues": ", ".join(one["issues"]), "spans": spans})
    return text.getvalue()
