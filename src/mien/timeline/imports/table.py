"""Reads a text table whose delimiter is not known: its header, and its rows with the lines they are on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mien.errors import TimelineInvalid
from mien.timeline.imports.source import text

DELIMITERS = ",;\t|"
LONGEST = 2**20  # characters of one field; the csv module's own bound is an eighth of that


@dataclass(frozen=True)
class Table:
    """A header without blanks around names, and rows as (line in the file, fields), each as long as the header."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, name: str) -> list[str]:
        """The fields of a column."""
        place = self.header.index(name)
        return [fields[place] for _, fields in self.rows]


def read(path: Path, understood: Callable[[tuple[str, ...]], bool]) -> Table:
    """The table in a file; `TimelineInvalid` where its header is not understood, or a row is of another length.

    The delimiter is the one of comma, semicolon, tabulator and bar that the header has most of. Empty lines, and lines
    before the header that begin with "#", as iMotions writes, are passed over.
    """
    lines = list(io.StringIO(text(path), newline=""))
    start = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    if start == len(lines):
        raise TimelineInvalid(f"{str(path)!r} is empty; expected a table with a header.")
    delimiter = max(DELIMITERS, key=lines[start].count)
    rows = _rows(lines[start:], delimiter, str(path), start)
    header = tuple(name.strip() for name in next(rows)[1])
    if not understood(header):
        raise TimelineInvalid(
            f"{str(path)!r} is nothing that Mien reads: its first line is {lines[start].strip()[:120]!r}. Expected a "
            "timeline, an EAF, a TextGrid, measures of py-feat, OpenFace, iMotions or Affectiva, or a table of "
            "segments whose header has at least start and end."
        )
    found = tuple(rows)
    for line, fields in found:
        if len(fields) != len(header):
            raise TimelineInvalid(
                f"{str(path)!r}, line {line}: {len(fields)} fields, where the header has {len(header)}. "
                "Is a delimiter inside a text that is not in quotes?"
            )
    return Table(str(path), header, found)


def _rows(lines: list[str], delimiter: str, name: str, before: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    old = csv.field_size_limit(LONGEST)
    line = 1
    try:
        for fields in reader:
            if fields:
                yield before + line, tuple(fields)
            line = reader.line_num + 1
    except csv.Error as error:
        raise TimelineInvalid(f"{name!r}, line {before + line}: {error}.") from error
    finally:
        csv.field_size_limit(old)
