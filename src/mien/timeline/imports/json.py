"""Reads a timeline from the JSON that Mien writes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from mien.errors import TimelineInvalid, TimelineNewer
from mien.timeline.exports.describe import schema
from mien.timeline.exports.json import FORMAT
from mien.timeline.imports.source import text
from mien.timeline.schema import FIXED, VERSION
from mien.timeline.timeline import Timeline


def read(path: Path) -> Timeline:
    """The timeline of a file; `TimelineInvalid` where it is none or is damaged."""
    return timeline(parsed(path), str(path))


def parsed(path: Path) -> Any:
    """What a file of JSON holds."""
    try:
        return json.loads(text(path))
    except (ValueError, RecursionError) as error:
        raise TimelineInvalid(f"{str(path)!r} is not valid JSON: {error}.") from error


def timeline(document: Any, name: str) -> Timeline:
    """The timeline that a document as written by `mien.timeline.exports.json` holds. name: for messages."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TimelineInvalid(
            f'{name!r} is JSON, but no timeline: expected an object with "format": "{FORMAT}".'
        )
    try:
        if document["version"] > VERSION:
            raise TimelineNewer(
                f"{name!r} was written by a newer Mien (schema {document['version']}); update this one."
            )
        tables = {key: _table(one) for key, one in document["tables"].items()}
        fixed = {key: tables.pop(key) for key in FIXED}
        return Timeline(**fixed, samples=tables, provenance=document["provenance"])
    except (KeyError, TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        raise TimelineInvalid(f"{name!r} is damaged: {type(error).__name__}: {error}.") from error


def _table(description: dict[str, Any]) -> pa.Table:
    columns = schema(description)
    rows: Sequence[Mapping[str, Any]] = description["rows"]
    return pa.table([_array([row[one.name] for row in rows], one.type) for one in columns], schema=columns)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Numbers as they were: null in a list is NaN, as lists of numbers have no missing ones."""
    if pa.types.is_binary(kind):
        return pa.array([None if value is None else base64.b64decode(value) for value in values], kind)
    if pa.types.is_fixed_size_list(kind):
        return pa.array(
            [None if value is None else _numbers(value, kind.value_type) for value in values], kind
        )
    if pa.types.is_floating(kind):
        return pa.array([float(value) if isinstance(value, str) else value for value in values], kind)
    return pa.array(values, kind)


def _numbers(value: list[Any], kind: pa.DataType) -> list[Any]:
    if pa.types.is_fixed_size_list(kind):
        return [_numbers(one, kind.value_type) for one in value]
    if pa.types.is_floating(kind):
        return [float("nan") if one is None else float(one) for one in value]
    return value
