"""A gallery as one file to keep or to carry: a ZIP of JSON lines, with counts and checksums.

    manifest.json   what it is, which gallery in which state, and for each table columns, rows and SHA-256
    faces.jsonl …   a table's rows in the order of their keys, each a list; bytes are in base64

What is sealed in the gallery is sealed in the file. A file of a gallery without a key is as confidential as that.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import mien
from mien.errors import GalleryCorrupt, GalleryError, GalleryNewer, GalleryNotFound
from mien.gallery.stores import places
from mien.gallery.stores.portable import CHUNK, Kept, Mark, Progress, TableRows, copy, digested, line
from mien.gallery.stores.sql.session import Row
from mien.gallery.stores.sql.tables import SCHEMA, TABLES, Table

FORMAT = "mien gallery export"
VERSION = 1
LONGEST = 64 * 2**20  # bytes of a line: a picture of a face in base64, and room
BEGUN = 1 << 16  # bytes of a manifest that are more than it can have


def export_gallery(source: str | os.PathLike[str], file: Path) -> Iterator[Progress]:
    """Write a gallery, as it is at one moment, to a file that is not there yet; the file appears once it is whole."""
    origin = places.source(source)
    with closing(origin.pool), origin.pool.reading() as db:
        rows = TableRows(origin, db)
        if file.exists():
            raise GalleryError(f"{file}: there is something already; choose another file.")
        part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
                yield from _written(rows, raw)
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(file)
        except OSError as error:
            raise GalleryError(f"{file}: cannot be written ({error.strerror}).") from error
        finally:
            part.unlink(missing_ok=True)


def import_gallery(file: Path, target: str | os.PathLike[str]) -> Iterator[Progress]:
    """Make a gallery of an exported file at a place that has none; the file is verified before anything is written.

    Raises GalleryNotFound, GalleryCorrupt where the file is another program's or damaged, GalleryNewer, and
    GalleryError where the target holds a gallery.
    """
    with closing(FileRows(file)) as rows:
        total, done = sum(rows.counts.values()), 0
        for table in TABLES:
            for n in rows.verified(table):
                done += n
                yield Progress(done, 4 * total)
        destination = places.target(target, sealed=rows.mark.sealed)
        with closing(destination.pool):
            for each in copy(rows, destination):
                yield Progress(total + each.done, 4 * total)


class FileRows:
    """See `portable.Rows`; the rows in an exported file, which does not change."""

    def __init__(self, file: Path) -> None:
        self.name = str(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError as error:
            raise GalleryNotFound(f"{file}: there is no such file.") from error
        except OSError as error:
            raise GalleryError(f"{file}: cannot be read ({error.strerror}).") from error
        except zipfile.BadZipFile as error:
            raise self._damaged("not a ZIP file, or cut off") from error
        try:
            self._tables = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def now(self) -> Mark:
        """See `Rows`."""
        return self.mark

    def read(self, table: Table, after: Row | None = None) -> Iterator[list[Row]]:
        """See `Rows`."""
        at = [table.names.index(name) for name in table.key]
        rows = self._rows(table)
        if after is not None:
            rows = (row for row in rows if tuple(row[i] for i in at) > after)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk

    def verified(self, table: Table) -> Iterator[int]:
        """Read a table and compare count and checksum with the manifest's; yields how many rows more were read."""
        found = Kept(digested(self.read(table), table))
        try:
            yield from found
        except (ValueError, TypeError) as error:  # a number where text is to be, say
            raise self._damaged(f"the table {table.name} holds what it cannot") from error
        told = self._tables[table.name]
        if found.value != (told["rows"], told["sha256"]):
            raise self._damaged(f"the table {table.name} is not as it was written")

    def _rows(self, table: Table) -> Iterator[Row]:
        try:
            with self._zip.open(f"{table.name}.jsonl") as lines:
                while text := lines.readline(LONGEST):
                    yield _row(json.loads(text), table)
        except (KeyError, ValueError, TypeError, zlib.error, zipfile.BadZipFile, EOFError) as error:
            raise self._damaged(f"the table {table.name} cannot be read") from error

    def _manifest(self) -> dict[str, Any]:
        try:
            with self._zip.open("manifest.json") as text:
                told = json.loads(text.read(BEGUN))
            form, version, schema = told["format"], int(told["version"]), int(told["schema"])
            if form == FORMAT and (version > VERSION or schema > SCHEMA):
                raise GalleryNewer(
                    f"{self.name}: written by Mien {told['mien']} (format {version}, schema {schema}); this one "
                    f"reads format {VERSION} and schema {SCHEMA}. Upgrade Mien."
                )
            self.mark = Mark(**told["gallery"])
            tables: dict[str, Any] = told["tables"]
            self.counts = {table.name: int(tables[table.name]["rows"]) for table in TABLES}
            same = all(tables[table.name]["columns"] == list(table.names) for table in TABLES)
        except (KeyError, ValueError, TypeError, zlib.error, zipfile.BadZipFile, EOFError) as error:
            raise self._damaged("its manifest is missing or not Mien's") from error
        if form != FORMAT or not same:
            raise self._damaged("its manifest is not that of a gallery's export")
        return tables

    def _damaged(self, why: str) -> GalleryCorrupt:
        return GalleryCorrupt(
            f"{self.name}: {why}; expected a file that `mien gallery export` wrote. Export it again. "
            "Nothing was changed."
        )


def _written(rows: TableRows, raw: Any) -> Iterator[Progress]:
    total, done, tables = sum(rows.counts.values()), 0, {}
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for table in TABLES:
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as lines:
                found = Kept(digested(_through(rows.read(table), table, lines), table))
                for n in found:
                    done += n
                    yield Progress(done, total)
            tables[table.name] = {
                "columns": list(table.names),
                "rows": found.value[0],
                "sha256": found.value[1],
            }
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "schema": SCHEMA,
            "mien": mien.__version__,
            "gallery": asdict(rows.mark),
            "tables": tables,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))


def _through(chunks: Iterator[list[Row]], table: Table, lines: Any) -> Iterator[list[Row]]:
    """The same chunks, each written on its way."""
    for chunk in chunks:
        lines.write(b"".join(line(row, table) for row in chunk))
        yield chunk


def _row(values: list[Any], table: Table) -> Row:
    return tuple(
        base64.b64decode(value, validate=True) if kind.rstrip("?") == "blob" and value is not None else value
        for value, (_, kind) in zip(values, table.columns, strict=True)
    )
