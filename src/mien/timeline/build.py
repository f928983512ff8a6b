"""From arrays and records to the tables of a timeline, and back to arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.errors import ArgumentError
from mien.timeline.schema import MEDIA, SEGMENTS, TRACKS, samples
from mien.types import Family, Rows, objects

NOBODY = -1  # in arrays, the track of what is nobody's; and any other whole number that is missing
Array = npt.NDArray[Any]


def table(schema: pa.Schema, rows: Rows) -> pa.Table:
    """A table of the columns, sorted by medium, time and track.

    rows: arrays of equal length n by column name, (n, *shape) where a column has a shape. Columns that may be missing
    and are not given are null. NaN becomes null in columns of single floats, so that SQL sees what was not measured;
    within lists it stays. ArgumentError for a column that is missing, unknown, or of another shape or kind.
    """
    if unknown := sorted(set(rows) - set(schema.names)):
        raise ArgumentError(
            f"columns {', '.join(unknown)} are not of this table; it has {', '.join(schema.names)}."
        )
    lengths = {name: len(values) for name, values in rows.items()}
    if len(set(lengths.values())) > 1:
        raise ArgumentError(
            f"columns of different lengths: {lengths}; expected one value in each for every row."
        )
    n = next(iter(lengths.values()), 0)
    return ordered(pa.table([_array(field, rows.get(field.name), n) for field in schema], schema=schema))


def _array(field: pa.Field, values: Any, n: int) -> pa.Array:
    if values is None:
        if not field.nullable and n:
            raise ArgumentError(
                f"column {field.name!r} is missing; only columns that may be empty can be left out."
            )
        return pa.nulls(n, field.type)
    kind, shape = field.type, []
    while pa.types.is_fixed_size_list(kind):
        shape.append(kind.list_size)
        kind = kind.value_type
    try:
        if not shape:
            array = pa.array(values, from_pandas=pa.types.is_floating(kind)).cast(kind)
        else:
            array = _nested(np.asarray(values), kind, shape)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ArgumentError(f"column {field.name!r}: expected {field.type} ({error}).") from error
    if array.null_count and not field.nullable:
        raise ArgumentError(
            f"column {field.name!r}: {array.null_count} values are missing; each row needs one."
        )
    return array


def _nested(values: Array, kind: pa.DataType, shape: Sequence[int]) -> pa.Array:
    if values.shape[1:] != tuple(shape):
        raise ValueError(f"found shape {values.shape}, expected (n, {', '.join(map(str, shape))})")
    array = pa.array(np.ascontiguousarray(values, kind.to_pandas_dtype()).reshape(-1))
    for size in reversed(shape):
        array = pa.FixedSizeListArray.from_arrays(array, size)
    return array


def sample_table(
    family: Family,
    media: int | Array,
    times: Array,
    frames: Array | None,
    tracks: Array | None,
    rows: Rows,
) -> pa.Table:
    """The table of samples of a family, sorted by medium, time and track.

    media: the medium of all rows, or (n,) of each. times: (n,) seconds. frames: (n,) numbers of frames, or None for
    sound. tracks: (n,), or None where the family is of no track, or where rows have a column "track".
    rows: the family's columns, (n, *shape) each. ArgumentError as of `table`.
    """
    n = len(times)
    keys: dict[str, Any] = {"media": np.broadcast_to(np.asarray(media, np.int32), (n,)), "time": times}
    if frames is not None:
        keys["frame"] = frames
    if tracks is not None:
        keys["track"] = tracks
    return table(samples(family), {**rows, **keys})


def media(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The table of media from a mapping for each; what may be missing can be left out."""
    return _records(MEDIA, rows, {"sha256": "", "notes": []})


def tracks(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The table of tracks from a mapping for each; what may be missing can be left out."""
    return _records(TRACKS, rows, {"kind": "face"})


def segments(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The table of segments from a mapping for each, sorted by medium, start and track.

    Each has start, end, layer, label and model; medium 0 and a model as the source are taken where they are not given.
    """
    return _records(SEGMENTS, rows, {"media": 0, "source": "model"})


def _records(schema: pa.Schema, rows: Iterable[Mapping[str, Any]], usual: Mapping[str, Any]) -> pa.Table:
    records = [{**usual, **row} for row in rows]
    named = {name for record in records for name in record} | set(schema.names)
    return table(schema, {name: objects([record.get(name) for record in records]) for name in sorted(named)})


def column(table: pa.Table, name: str) -> Array:
    """The column as an array, (n, *shape); what is missing is NaN, -1 (whole numbers) or None (all else)."""
    if name not in table.column_names:
        raise ArgumentError(f"no column {name!r}; the table has {', '.join(table.column_names)}.")
    array = table.column(name).combine_chunks()
    shape: list[int] = []
    missing = array.is_null().to_numpy(zero_copy_only=False)
    while pa.types.is_fixed_size_list(array.type):
        size = array.type.list_size
        shape.append(size)
        array = array.values.slice(array.offset * size, len(array) * size)
    if pa.types.is_integer(array.type):
        array = array.fill_null(NOBODY)
    values: Array = array.to_numpy(zero_copy_only=False)
    if not shape:
        return values
    values = values.reshape(len(table), *shape)
    if missing.any():
        values = np.where(missing.reshape(-1, *[1] * len(shape)), np.nan, values).astype(values.dtype)
    return values


def ordered(table: pa.Table) -> pa.Table:
    """The rows sorted by medium, start or time, and track; those that are equal in all stay in their order."""
    keys = [column(table, name) for name in ("media", "start", "time", "track") if name in table.column_names]
    order = np.lexsort(keys[::-1])
    return table if (order[1:] > order[:-1]).all() else table.take(pa.array(order))
