"""How the tables of a timeline are laid into one: all columns side by side, lists flat, each kind described in JSON.

A column that several tables have is one column, of the widest of their types. Values with a shape, such as (478, 3),
are flat lists there: a fixed size would take room in the rows of all other tables too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from mien.errors import ArgumentError

TABLE = "table"  # the column that says of which table a row is

_NUMBERS = (pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32())
_SCALARS = {str(kind): kind for kind in (*_NUMBERS, pa.float32(), pa.float64(), pa.string(), pa.binary())}


def describe(schema: pa.Schema) -> dict[str, Any]:
    """The schema as plain JSON; ArgumentError for a type that timelines do not have."""
    return {"metadata": _texts(schema.metadata), "columns": [_describe(field) for field in schema]}


def _describe(field: pa.Field) -> dict[str, Any]:
    kind, shape = _shape(field.type)
    listed = pa.types.is_list(kind)
    scalar = kind.value_type if listed else kind
    if str(scalar) not in _SCALARS or field.name == TABLE:
        raise ArgumentError(
            f"column {field.name!r} of type {field.type}: expected numbers, text, bytes or lists of fixed size of "
            f"these, and a name other than {TABLE!r}."
        )
    return {
        "name": field.name,
        "type": str(scalar),
        "shape": list(shape),
        "list": listed,
        "null": field.nullable,
        "about": _texts(field.metadata),
    }


def schema_of(described: Mapping[str, Any]) -> pa.Schema:
    """The schema that `describe` described; KeyError or TypeError where it is none."""
    return pa.schema([_field(column) for column in described["columns"]], metadata=described["metadata"])


def _field(column: Mapping[str, Any]) -> pa.Field:
    kind = _SCALARS[column["type"]]
    if column["list"]:
        kind = pa.list_(kind)
    for size in reversed(column["shape"]):
        kind = pa.list_(kind, int(size))
    return pa.field(column["name"], kind, nullable=column["null"], metadata=column["about"])


def odd(a: pa.Schema, b: pa.Schema) -> str:
    """The columns that only one of the two schemas has, in words."""
    columns = [
        {f"{one.name} of {one.type}{'' if one.nullable else ', never missing'}" for one in each}
        for each in (a, b)
    ]
    return ", ".join(sorted(columns[0] ^ columns[1])) or "another order"


def union(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """All columns of all tables, by name, after the one that says of which table a row is.

    ArgumentError where a column is of one kind here and of another there, as text and numbers.
    """
    columns: dict[str, pa.Field] = {}
    for field in (field for schema in schemas for field in schema):
        stored = pa.field(field.name, _flat(field.type), metadata=field.metadata)
        before = columns.get(field.name)
        columns[field.name] = stored if before is None else _joined(before, stored)
    return pa.schema(
        [pa.field(TABLE, pa.dictionary(pa.int32(), pa.string()), nullable=False), *columns.values()]
    )


def _joined(a: pa.Field, b: pa.Field) -> pa.Field:
    listed = pa.types.is_list(a.type)
    if listed != pa.types.is_list(b.type):
        raise _clash(a, b)
    kind = _widest(a.type.value_type, b.type.value_type) if listed else _widest(a.type, b.type)
    if kind is None:
        raise _clash(a, b)
    about = (
        a.metadata if a.metadata == b.metadata else None
    )  # a meaning that holds in one table only says nothing
    return pa.field(a.name, pa.list_(kind) if listed else kind, metadata=about)


def _clash(a: pa.Field, b: pa.Field) -> ArgumentError:
    return ArgumentError(
        f"column {a.name!r} is {a.type} in one table and {b.type} in another, and all tables lie in one file; give "
        "one of them another name."
    )


def _widest(a: pa.DataType, b: pa.DataType) -> pa.DataType | None:
    """A type that holds the values of both exactly, or None."""
    if a == b:
        return a
    for same in (pa.types.is_integer, pa.types.is_floating):
        if same(a) and same(b):
            return pa.from_numpy_dtype(np.promote_types(a.to_pandas_dtype(), b.to_pandas_dtype()))
    return None


def pack(table: pa.Table, name: str, schema: pa.Schema) -> pa.Table:
    """Rows of the table `name` with the columns of the union."""
    rows = len(table)
    which = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([name]))
    columns = [which]
    for field in schema.remove(0):
        if field.name in table.column_names:
            columns.append(_flattened(table.column(field.name).combine_chunks(), field.name).cast(field.type))
        else:
            columns.append(pa.nulls(rows, field.type))
    return pa.table(columns, schema=schema)


def unpack(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of one table, in their own types, of rows that were packed."""
    columns = [_shaped(table.column(field.name).combine_chunks(), field.type) for field in schema]
    return pa.table(columns, schema=schema)


def _flattened(array: pa.Array, name: str) -> pa.Array:
    """A list for each row instead of lists of fixed size in one another."""
    kind, shape = _shape(array.type)
    if not shape:
        return array
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(valid * math.prod(shape))]).astype(np.int32)
    for _ in shape:
        array = array.flatten()
    if len(array) != offsets[-1]:
        raise ArgumentError(
            f"column {name!r}: a list within a row is missing; expected NaN in the place of each number."
        )
    return pa.ListArray.from_arrays(pa.array(offsets), array, type=pa.list_(kind), mask=pa.array(~valid))


def _shaped(array: pa.Array, kind: pa.DataType) -> pa.Array:
    scalar, shape = _shape(kind)
    if not shape:
        return array.cast(kind)
    fixed = array.cast(pa.list_(scalar, math.prod(shape)))
    if len(shape) == 1:
        return fixed
    missing = fixed.is_null()
    values = fixed.values[fixed.offset * fixed.type.list_size :]
    for size in reversed(shape[1:]):
        values = pa.FixedSizeListArray.from_arrays(values, size)
    return pa.FixedSizeListArray.from_arrays(values, shape[0], mask=missing)


def _flat(kind: pa.DataType) -> pa.DataType:
    scalar, shape = _shape(kind)
    return pa.list_(scalar) if shape else scalar


def _shape(kind: pa.DataType) -> tuple[pa.DataType, tuple[int, ...]]:
    """What a row's value is made of, and its shape."""
    shape = []
    while pa.types.is_fixed_size_list(kind):
        shape.append(kind.list_size)
        kind = kind.value_type
    return kind, tuple(shape)


def _texts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}
