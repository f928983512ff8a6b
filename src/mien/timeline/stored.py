"""Tables of samples that stay on the disk until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from mien.timeline import container


class Stored(Mapping[str, pa.Table]):
    """Tables by name, read from their files each time that they are asked for; no file stays open.

    files: where they are; each table is what it is in all of them, one after the other. schemas: of each table, known
    without reading it.
    """

    def __init__(self, files: Sequence[Path], schemas: Mapping[str, pa.Schema]) -> None:
        self.files = tuple(files)
        self.schemas = dict(schemas)

    def __getitem__(self, name: str) -> pa.Table:
        return self.read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.schemas)

    def __len__(self) -> int:
        return len(self.schemas)

    def __contains__(self, name: object) -> bool:
        return name in self.schemas

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The table with these columns alone, in that order; nothing else is read."""
        schema = self.schemas[name]
        if columns is not None:
            schema = pa.schema([schema.field(column) for column in columns], metadata=schema.metadata)
        return pa.concat_tables([schema.empty_table(), *self.pieces(name, columns)])

    def read_small(self, names: Sequence[str]) -> dict[str, pa.Table]:
        """Several small tables in one pass over the files."""
        found = {name: [self.schemas[name].empty_table()] for name in names}
        for file in self.files:
            for name, pieces in container.tables(file, names).items():
                found[name] += pieces
        return {name: pa.concat_tables(pieces) for name, pieces in found.items()}

    def pieces(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The same a row group at a time, for tables that are larger than memory."""
        for file in self.files:
            yield from container.pieces(file, name, columns)
