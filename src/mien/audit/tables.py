"""Reads the CSV files of an audit: pairs, and what is known of people or photographs."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.audit.collect import File
from mien.errors import TableInvalid
from mien.types import Objects, objects


@dataclass(frozen=True)
class TableRow:
    """A line of a table: its number in the file, from 1, and text by column."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A table with at least one row. sha256: of the file's bytes."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    sha256: str


def read_table(path: Path, required: Sequence[str]) -> Table:
    """The table in a CSV file with a head, in UTF-8; TableInvalid where it is none or lacks a column."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise TableInvalid(
            f"{path}: cannot be read ({error.strerror or error}); expected a CSV file."
        ) from error
    except UnicodeDecodeError as error:
        raise TableInvalid(f"{path}: is not UTF-8 text; save the table as CSV in UTF-8.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = tuple(column.strip() for column in next(reader, ()))
        rows = [(reader.line_num, values) for values in reader if any(values)]
    except csv.Error as error:
        raise TableInvalid(f"{path}, line {reader.line_num}: is no CSV ({error}).") from error
    if missing := [column for column in required if column not in columns]:
        raise TableInvalid(
            f"{path}: has no column {missing[0]!r}; found {', '.join(columns) or 'an empty file'}, "
            f"expected a first line with {', '.join(required)}."
        )
    if not rows:
        raise TableInvalid(f"{path}: has no lines below its head; expected at least one.")
    for line, values in rows:
        if len(values) != len(columns):
            raise TableInvalid(
                f"{path}, line {line}: has {len(values)} values; the head has {len(columns)} columns."
            )
    named = tuple(
        TableRow(line, dict(zip(columns, (value.strip() for value in values), strict=True)))
        for line, values in rows
    )
    return Table(path, columns, named, hashlib.sha256(data).hexdigest())


def read_slices(path: Path, files: Sequence[File]) -> tuple[dict[str, Objects], dict[str, str]]:
    """What a table says of photographs: by column (n,) text in the order of files, "" where it says nothing.

    The table has a column `person` with names, or `file` with the names of photographs, and others to slice by.
    Also the table's SHA-256 by its name. Raises TableInvalid where it is about none of the files.
    """
    table = read_table(path, required=())
    key = next((column for column in ("file", "person") if column in table.columns), None)
    if key is None:
        raise TableInvalid(
            f"{path}: has no column 'person' or 'file'; found {', '.join(table.columns)}. One of them has to say "
            "what each line is about."
        )
    said = {row.values[key]: row.values for row in table.rows}
    mine = [said.get(file.name if key == "file" else file.person) for file in files]
    if not any(mine):
        example = files[0].name if key == "file" else files[0].person
        raise TableInvalid(
            f"{path}: says nothing of any photograph; its column {key!r} has no {example!r}, for one."
        )
    columns = [column for column in table.columns if column not in ("file", "person")]
    if not columns:
        raise TableInvalid(f"{path}: has only the column {key!r}; expected others, to slice by.")
    by_column = {column: objects([values[column] if values else "" for values in mine]) for column in columns}
    return by_column, {path.name: table.sha256}
