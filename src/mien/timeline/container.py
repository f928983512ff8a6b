"""One Parquet file that holds several tables: each row group is of one of them, the footer says of which."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import mien
from mien.errors import TimelineError, TimelineInvalid, TimelineNewer, TimelineNotFound
from mien.timeline import layout
from mien.timeline.schema import VERSION

KEY = b"mien"  # of the footer's metadata
NEW = ".new"  # ends the names of files that are being written
GROUP_ROWS, GROUP_BYTES = 65_536, 2**23  # of a row group at most: so much is in memory at once


@dataclass(frozen=True)
class Stream:
    """A table that comes in pieces, in order."""

    schema: pa.Schema
    pieces: Iterable[pa.Table]


def save(
    path: Path, tables: Mapping[str, Stream], facts: Mapping[str, Any], *, within: Path | None = None
) -> None:
    """Write the file whole or not at all.

    It is written within another folder of the same disk, or beside its place, flushed, and renamed. facts: what the
    footer holds besides, plain JSON.
    ArgumentError where tables do not go into one file, TimelineError where the disk does not take it.
    """
    schema = layout.union(stream.schema for stream in tables.values())
    temporary = (within or path.parent) / f"{path.name}.{os.getpid()}{NEW}"
    with writing(path):
        try:
            _write(temporary, schema, tables, facts)
            flush(temporary)
            temporary.replace(path)
            flush(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _write(path: Path, schema: pa.Schema, tables: Mapping[str, Stream], facts: Mapping[str, Any]) -> None:
    about: dict[str, Any] = {}
    words = [field.name for field in schema if pa.types.is_string(field.type) or field.name == layout.TABLE]
    floats = [place for field in schema for place in _floats(field)]
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=words,
        use_byte_stream_split=floats,  # a quarter less of landmarks, in no more time
        write_page_checksum=True,
    ) as file:
        for name, stream in tables.items():
            about[name] = {"rows": 0, "groups": 0, **layout.describe(stream.schema)}
            for group in _grouped(stream.pieces, group_rows(stream.schema)):
                file.write_table(layout.pack(group, name, schema))
                about[name]["rows"] += len(group)
                about[name]["groups"] += 1
        footer = {"version": VERSION, "mien": mien.__version__, "tables": about, **facts}
        file.add_key_value_metadata({KEY: json.dumps(footer, ensure_ascii=False)})


def _floats(field: pa.Field) -> Iterator[str]:
    """Where the floats of a column are in the file, if it is of floats."""
    if pa.types.is_floating(field.type):
        yield field.name
    elif pa.types.is_list(field.type) and pa.types.is_floating(field.type.value_type):
        yield f"{field.name}.list.element"


def group_rows(schema: pa.Schema) -> int:
    """Rows of a row group: fewer where rows are wide."""
    width = sum(_width(field.type) for field in schema)
    return min(GROUP_ROWS, max(1, GROUP_BYTES // width))


def _width(kind: pa.DataType) -> int:
    """Bytes that a value takes in memory, about."""
    if pa.types.is_fixed_size_list(kind):
        return int(kind.list_size) * _width(kind.value_type)
    return int(kind.byte_width) if pa.types.is_primitive(kind) and not pa.types.is_boolean(kind) else 32


def _grouped(pieces: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in pieces of that many, the last one excepted."""
    held: list[pa.Table] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        while count >= rows:
            whole = pa.concat_tables(held)
            yield whole.slice(0, rows)
            held, count = [whole.slice(rows)], count - rows
    if count:
        yield pa.concat_tables(held)


@dataclass(frozen=True)
class Footer:
    """What the end of a file says: of each table its schema, rows and row groups; and the facts given to `save`."""

    schemas: Mapping[str, pa.Schema]
    rows: Mapping[str, int]
    groups: Mapping[str, range]
    facts: Mapping[str, Any]


def footer(path: Path) -> Footer:
    """Of the file. TimelineNotFound, TimelineInvalid, TimelineNewer."""
    with opened(path) as file:
        return _footer(path, file)


def pieces(path: Path, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The table, a row group at a time, with all its columns or those named. Raises as `footer` does."""
    with opened(path) as file:
        about = _footer(path, file, only=[name])
        if name not in about.schemas:  # a part from before the table's first rows
            return
        schema = about.schemas[name]
        if columns is not None:
            schema = pa.schema([schema.field(column) for column in columns], metadata=schema.metadata)
        for group in about.groups[name]:
            yield _group(file, group, schema)


def tables(path: Path, names: Sequence[str]) -> dict[str, list[pa.Table]]:
    """All pieces of several small tables, for which the file is opened once. Raises as `footer` does."""
    with opened(path) as file:
        about = _footer(path, file, only=names)
        return {
            name: [_group(file, group, schema) for group in about.groups[name]]
            for name, schema in about.schemas.items()
        }


def _group(file: pq.ParquetFile, group: int, schema: pa.Schema) -> pa.Table:
    return layout.unpack(file.read_row_group(group, columns=schema.names, use_threads=False), schema)


@contextmanager
def opened(path: Path) -> Iterator[pq.ParquetFile]:
    """The Parquet file, mapped into memory; what goes wrong within is told of the file."""
    try:
        with pq.ParquetFile(path, memory_map=True, page_checksum_verification=True) as file:
            yield file
    except FileNotFoundError as error:
        raise TimelineNotFound(f"{path}: there is no such file. Give the path of a timeline.") from error
    except PermissionError as error:
        raise TimelineError(f"{path}: reading it is not allowed ({error.strerror}).") from error
    except (pa.ArrowException, OSError) as error:
        why = str(error).splitlines()[0]
        raise TimelineInvalid(
            f"{path}: it is not a Parquet file, or it is damaged or cut off ({why}); expected a timeline that Mien "
            "wrote. Make it again, or go back to a copy."
        ) from error


def _footer(path: Path, file: pq.ParquetFile, only: Sequence[str] | None = None) -> Footer:
    """With all schemas, or with those of some tables, which is quicker where a run has thousands of files."""
    text = (file.metadata.metadata or {}).get(KEY)
    if text is None:
        raise TimelineInvalid(
            f"{path}: a Parquet file, but not one of Mien's (its footer says nothing of tables); expected a timeline."
        )
    try:
        facts = json.loads(text)
        version = int(facts.pop("version"))
        if version > VERSION:
            raise TimelineNewer(
                f"{path}: written by Mien {facts['mien']} in version {version} of the tables; this Mien "
                f"{mien.__version__} reads up to {VERSION}. Update Mien to read it."
            )
        tables = facts.pop("tables")
        rows = {name: int(table["rows"]) for name, table in tables.items()}
        ends = np.cumsum([0, *(int(table["groups"]) for table in tables.values())]).tolist()
        groups = {name: range(*ends[i : i + 2]) for i, name in enumerate(tables)}
        wanted = {name: table for name, table in tables.items() if only is None or name in only}
        schemas = {name: layout.schema_of(table) for name, table in wanted.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TimelineInvalid(
            f"{path}: what its footer says of its tables is damaged ({error!r})."
        ) from error
    if ends[-1] != file.metadata.num_row_groups or sum(rows.values()) != file.metadata.num_rows:
        raise TimelineInvalid(
            f"{path}: it has other rows than its footer says; it was changed by another program."
        )
    return Footer(schemas, rows, groups, facts)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What goes wrong on the disk within is a TimelineError about the path."""
    try:
        yield
    except OSError as error:
        raise TimelineError(
            f"{path}: it cannot be written ({error.strerror or error}). Nothing that was there is changed; see that "
            "its folder exists, can be written to and has room."
        ) from error


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk; folders are left to the system where it does not offer it."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
