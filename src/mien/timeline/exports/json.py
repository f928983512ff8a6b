"""A whole timeline as JSON: every table with its schema, a row an object.

What is not measured is null, and an infinite number the text "Infinity" or "-Infinity", as JSON has neither; bytes are
in base64. Everything else is as in the tables, so `mien.timeline.imports.json` gives back the same timeline.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from mien.timeline.exports.describe import described
from mien.timeline.schema import VERSION
from mien.timeline.timeline import Timeline

FORMAT = "mien timeline"
ROWS = 1024  # that are held as objects at once


def text(timeline: Timeline) -> Iterator[str]:
    """The document, piece by piece."""
    head = {"format": FORMAT, "version": VERSION, "provenance": _plain(dict(timeline.provenance))}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "tables": {'
    separator = "\n"
    for name, table in tables(timeline):
        yield f"{separator}{json.dumps(name)}: {json.dumps(described(table.schema), ensure_ascii=False)[:-1]}"
        yield ', "rows": ['
        yield from _rows(table)
        yield "]}"
        separator = ",\n"
    yield "\n}}\n"


def tables(timeline: Timeline) -> Iterator[tuple[str, pa.Table]]:
    """All tables with their names; each of samples is read when its turn comes, so that one is held at a time."""
    yield from (("media", timeline.media), ("tracks", timeline.tracks), ("segments", timeline.segments))
    yield from timeline.samples.items()


def _rows(table: pa.Table) -> Iterator[str]:
    separator = "\n"
    for batch in table.to_batches(max_chunksize=ROWS):
        for row in batch.to_pylist():
            yield separator + _object(row)
            separator = ",\n"


def _object(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=_base64)
    except ValueError:  # some number is not finite; looking at each of a mesh takes five times as long
        return json.dumps(_plain(row), ensure_ascii=False, default=_base64)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
