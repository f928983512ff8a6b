"""A whole timeline as tables of comma-separated values, one file each, and one of JSON that says what they hold.

    NAME.media.csv  NAME.tracks.csv  NAME.segments.csv  NAME.FAMILY.csv …
    NAME.schema.json       types, units and meanings of all columns, and the provenance

Every text is quoted and what is missing is an empty field without quotes, so the two differ. A value of several numbers
takes a column for each, as box_0 … box_3; a list of texts is JSON; bytes are in base64. Floats are written such that
they read back as the same ones.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from mien.timeline.exports.describe import described
from mien.timeline.exports.json import tables
from mien.timeline.exports.save import save
from mien.timeline.schema import VERSION
from mien.timeline.timeline import Timeline

FORMAT = "mien timeline as CSV"
SCHEMA = ".schema.json"
ROWS = 4096  # that are held in flat form at once


def write(timeline: Timeline, path: Path) -> list[Path]:
    """Write the files beside each other; NAME is the path's without ".csv". What was written comes back."""
    schemas, written = {}, []
    for name, table in tables(timeline):
        schemas[name] = described(table.schema)
        written.append(save(file(path, name), _lines(table)))
    about = {
        "format": FORMAT,
        "version": VERSION,
        "tables": schemas,
        "provenance": dict(timeline.provenance),
    }
    return [
        *written,
        save(path.with_suffix(SCHEMA), [json.dumps(about, ensure_ascii=False, indent=1) + "\n"]),
    ]


def file(path: Path, table: str) -> Path:
    """The file of a table."""
    return path.with_suffix(f".{table}.csv")


def flat(schema: pa.Schema) -> pa.Schema:
    """The columns that the file of a table has."""
    return pa.schema([pa.field(name, kind) for field in schema for name, kind in _columns(field)])


def _columns(field: pa.Field) -> list[tuple[str, pa.DataType]]:
    if pa.types.is_fixed_size_list(field.type):
        inner = field.type.value_type
        return [
            one for n in range(field.type.list_size) for one in _columns(pa.field(f"{field.name}_{n}", inner))
        ]
    text = pa.types.is_list(field.type) or pa.types.is_binary(field.type)
    return [(field.name, pa.string() if text else field.type)]


def _lines(table: pa.Table) -> Iterator[bytes]:
    schema = flat(table.schema)
    buffer = io.BytesIO()
    with pa.csv.CSVWriter(buffer, schema) as writer:
        for batch in table.to_batches(max_chunksize=ROWS):
            arrays = [array for column in batch.columns for array in _flattened(column)]
            writer.write(pa.record_batch(arrays, schema=schema))
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _flattened(column: pa.Array) -> list[pa.Array]:
    if pa.types.is_fixed_size_list(column.type):
        return [
            array for n in range(column.type.list_size) for array in _flattened(pc.list_element(column, n))
        ]
    if pa.types.is_list(column.type):
        return [_texts(column, lambda value: json.dumps(value, ensure_ascii=False))]
    if pa.types.is_binary(column.type):
        return [_texts(column, lambda value: base64.b64encode(value).decode())]
    return [column]


def _texts(column: pa.Array, write: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else write(value) for value in column.to_pylist()], pa.string())
