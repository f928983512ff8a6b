"""The numbers of a family of samples, without reading its landmarks and other lists from the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.timeline.stored import Stored

KEYS = ("media", "time", "frame", "track")
"""What rows are found by; all other columns are measures."""


def schema_of(samples: Mapping[str, pa.Table], family: str) -> pa.Schema:
    """The columns of a family."""
    return samples.schemas[family] if isinstance(samples, Stored) else samples[family].schema


def columns_of(samples: Mapping[str, pa.Table], family: str, columns: Sequence[str]) -> pa.Table:
    """The table of a family with these columns alone."""
    return samples.read(family, columns) if isinstance(samples, Stored) else samples[family].select(columns)


def measures(schema: pa.Schema) -> list[str]:
    """The columns that hold one number in each row, keys left out."""
    return [one.name for one in schema if one.name not in KEYS and _is_number(one.type)]


def unit_and_meaning(schema: pa.Schema, measure: str) -> tuple[str, str]:
    """What the schema says of a measure; texts are empty where it says nothing."""
    about = schema.field(measure).metadata or {}
    return about.get(b"unit", b"").decode(), about.get(b"meaning", b"").decode()


def numbers(table: pa.Table, measure: str) -> npt.NDArray[np.float64]:
    """(n,) the column as float64, NaN where nothing was measured or the value is infinite."""
    column = table.column(measure)
    values = np.asarray(column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column, np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind))
