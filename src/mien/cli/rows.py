"""Records of identified files as rows: of the table for people, and of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from mien.cli.output import percent

HEAD = ("file", "who", "probability", "why")
FIELDS = (
    *("file", "kind", "answer", "name", "candidate", "probability", "similarity", "reason"),
    *("x0", "y0", "x1", "y1", "quality", "issues"),
)


def table_rows(record: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each face or person in a file; none for a file that could not be read."""
    if "error" in record:
        return
    found = record["faces"]
    if not found:
        yield record["file"], "", "", "no face found"
    for one in found:
        yield record["file"], who(one), chance(one), one["reason"]


def who(verdict: dict[str, Any]) -> str:
    """The name, or what stands in its place."""
    return str({"match": verdict["name"], "no match": "unknown"}.get(verdict["answer"], verdict["answer"]))


def chance(verdict: dict[str, Any]) -> str:
    """The probability, and of whom where the row names nobody; nothing where nobody was compared."""
    if verdict["candidate"] is None:
        return ""
    whose = "" if verdict["answer"] == "match" else f" ({verdict['candidate']})"
    return percent(verdict["probability"]) + whose


def csv_text(records: Iterable[dict[str, Any]]) -> str:
    """All faces and appearances as CSV with a head; spreadsheets and other programs read it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, extrasaction="ignore")
    writer.writeheader()
    for record in records:
        for one in record.get("faces", ()):
            box = dict(zip(("x0", "y0", "x1", "y1"), one["box"], strict=True))
            writer.writerow({**record, **one, **box, "issues": ", ".join(one["issues"])})
    return text.getvalue()
