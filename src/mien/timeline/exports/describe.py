"""A table's schema as plain JSON, for files that do not carry one of their own, and back."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

TEXTS = "texts"  # a list of texts, as the notes on a medium


def described(schema: pa.Schema) -> dict[str, Any]:
    """Its columns, each with name, type, shape of a value, unit and meaning, and what is said of the whole."""
    about = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    return {"about": about, "columns": [_column(field) for field in schema]}


def schema(description: dict[str, Any]) -> pa.Schema:
    """The schema of which that is the description; `KeyError`, `TypeError` or `ValueError` where it is of none."""
    fields = [_field(one) for one in description["columns"]]
    return pa.schema(fields, metadata=description["about"] or None)


def _column(field: pa.Field) -> dict[str, Any]:
    kind, shape = field.type, []
    while pa.types.is_fixed_size_list(kind):
        shape.append(kind.list_size)
        kind = kind.value_type
    about = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    name = TEXTS if pa.types.is_list(kind) else str(kind)
    return {"name": field.name, "type": name, "shape": shape, "null": field.nullable, **about}


def _field(column: dict[str, Any]) -> pa.Field:
    kind = pa.list_(pa.string()) if column["type"] == TEXTS else pa.type_for_alias(column["type"])
    for size in reversed(column["shape"]):
        kind = pa.list_(kind, int(size))
    about = {key: str(column[key]) for key in ("unit", "meaning") if key in column}
    return pa.field(str(column["name"]), kind, bool(column["null"]), about or None)
