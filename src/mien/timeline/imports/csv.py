"""Reads the tables of comma-separated values that Mien writes, from any file of the set."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from mien.errors import TimelineInvalid, TimelineNewer
from mien.timeline.exports.csv import FORMAT, SCHEMA, file, flat
from mien.timeline.exports.describe import schema
from mien.timeline.imports.json import parsed
from mien.timeline.schema import FIXED, VERSION
from mien.timeline.timeline import Timeline

BLOCK = 64 * 2**20  # bytes that are parsed at once; a row must fit, one with a portrait too


def description(path: Path) -> Path | None:
    """The file that says what the tables hold: that path, or the one of the set to which NAME.TABLE.csv belongs.

    NAME.csv, which Mien does not write, is the name of the whole set. None where there is no such file.
    """
    if path.name.endswith(SCHEMA):
        return path
    if path.suffix != ".csv":
        return None
    beside = (path.with_suffix("") if path.exists() else path).with_suffix(SCHEMA)
    return beside if beside.is_file() else None


def read(path: Path) -> Timeline:
    """The timeline of the set to which the file of that description belongs; `TimelineInvalid` where it is damaged."""
    document = parsed(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TimelineInvalid(
            f'{str(path)!r} does not describe tables of a timeline; expected "format": "{FORMAT}".'
        )
    try:
        if document["version"] > VERSION:
            raise TimelineNewer(
                f"{str(path)!r} was written by a newer Mien (schema {document['version']}); update this one."
            )
        base = path.with_name(path.name.removesuffix(SCHEMA) + ".csv")
        tables = {key: _table(file(base, key), schema(one)) for key, one in document["tables"].items()}
        fixed = {key: tables.pop(key) for key in FIXED}
        return Timeline(**fixed, samples=tables, provenance=document["provenance"])
    except (KeyError, TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        raise TimelineInvalid(f"{str(path)!r} is damaged: {type(error).__name__}: {error}.") from error


def _table(path: Path, columns: pa.Schema) -> pa.Table:
    expected = flat(columns)
    try:
        table = pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=BLOCK),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=expected,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                include_columns=expected.names,
            ),
        ).combine_chunks()
        arrays = {name: table[name].combine_chunks() for name in table.column_names}
        return pa.table([_array(one.name, one.type, arrays) for one in columns], schema=columns)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise TimelineInvalid(
            f"{str(path)!r} is missing or damaged: {error}. The tables of a timeline belong together; "
            "for segments of your own, remove the file that ends in .schema.json."
        ) from error


def _array(name: str, kind: pa.DataType, arrays: dict[str, pa.Array]) -> pa.Array:
    if pa.types.is_fixed_size_list(kind):
        size = kind.list_size
        parts = [_array(f"{name}_{n}", kind.value_type, arrays) for n in range(size)]
        rows = len(parts[0])
        present = np.logical_or.reduce([part.is_valid().to_numpy(zero_copy_only=False) for part in parts])
        order = np.arange(size * rows).reshape(size, rows).T.ravel()
        values = pa.concat_arrays(parts).take(pa.array(order))
        return pa.FixedSizeListArray.from_arrays(values, size, mask=pa.array(~present))
    if pa.types.is_list(kind):
        return _read(arrays[name], json.loads, kind)
    if pa.types.is_binary(kind):
        return _read(arrays[name], base64.b64decode, kind)
    return arrays[name]


def _read(texts: pa.Array, parse: Any, kind: pa.DataType) -> pa.Array:
    return pa.array([None if text is None else parse(text) for text in texts.to_pylist()], kind)
