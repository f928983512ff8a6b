"""Writes a timeline piece by piece, so that a run that is killed goes on where its last commit was."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from mien.errors import ArgumentError
from mien.timeline import container, layout
from mien.timeline.build import ordered
from mien.timeline.check import KEYS, check, check_samples
from mien.timeline.container import Stream
from mien.timeline.lock import Lock
from mien.timeline.parts import LOCK, PART, committed, leftovers, part
from mien.timeline.schema import FIXED, TABLES
from mien.timeline.stored import Stored


class Writer:
    """Tables that grow until `finish` makes one file of them; to be used in a `with`.

    checkpoint: what the last commit was given, also by an earlier process that was killed; None before the first.

    What is appended is held in memory until `commit`, which puts it into the folder PATH.part at once: after a kill
    everything committed is there, and nothing else. Leaving the `with` keeps the folder, and a later Writer goes on.
    TimelineBusy where another Writer has the path, TimelineInvalid for a damaged folder, TimelineError where the disk
    does not take it.

    >>> with Writer("interview.parquet") as writer:                                    # doctest: +SKIP
    ...     for chunk in range(writer.checkpoint["chunk"] + 1 if writer.checkpoint else 0, chunks):
    ...         writer.append("emotion", look_at(chunk))
    ...         writer.commit({"chunk": chunk})
    ...     writer.append("tracks", tracks)
    ...     writer.finish({"models": models})
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._folder = self._path.with_name(self._path.name + PART)
        with container.writing(self._path):
            self._folder.mkdir(exist_ok=True)
            self._lock = Lock(self._folder / LOCK, self._path)
        try:
            self._resume()
        except BaseException:
            self._lock.release()
            raise

    def _resume(self) -> None:
        for file in leftovers(self._folder):
            file.unlink()
        self._files, last = committed(self._folder)
        self._schemas: dict[str, pa.Schema] = dict(last.schemas) if last else {}
        facts = last.facts if last else {"checkpoint": None, "ends": {}}
        self.checkpoint: Any = facts["checkpoint"]
        self._ends: dict[str, list[float]] = dict(facts["ends"])  # medium and time of each table's last row
        self._pending: dict[str, list[pa.Table]] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, name: str, table: pa.Table) -> None:
        """Add rows to a table: "media", "tracks", "segments", or a family's, which is made by its first rows.

        Rows of samples are sorted by medium, time and track; none may be from before the last ones of their table.
        A table without rows makes the family known. ArgumentError for other columns than before, or for one that is
        of another kind in another table.
        """
        schema = TABLES.get(name) or self._schemas.get(name) or table.schema
        if table.schema != schema:
            raise ArgumentError(
                f"{name}: other columns than the table has: {layout.odd(table.schema, schema)}."
            )
        if name not in self._schemas:
            if name not in FIXED and (missing := set(KEYS) - set(schema.names)):
                raise ArgumentError(f"{name}: no column {' and '.join(sorted(missing))}; samples have both.")
            layout.describe(schema)
            layout.union([*TABLES.values(), *self._schemas.values(), schema])
            self._schemas[name] = schema
        if len(table):
            table = ordered(table)
            if name not in FIXED:
                self._follow(name, table)
            self._pending.setdefault(name, []).append(table)

    def _follow(self, name: str, table: pa.Table) -> None:
        """Remember where the table ends; ArgumentError where the new rows are from before."""
        first, last = ([table.column(key)[i].as_py() for key in KEYS] for i in (0, -1))
        if (end := self._ends.get(name)) and first < end:
            raise ArgumentError(
                f"{name}: rows of medium {first[0]} from {first[1]:g} s come after those of medium {end[0]} up to "
                f"{end[1]:g} s; append them in the order of time."
            )
        self._ends[name] = last

    def commit(self, checkpoint: Any) -> None:
        """Put all that was appended on the disk, for good; checkpoint is plain JSON that tells where to go on."""
        facts = {"checkpoint": checkpoint, "ends": self._ends}
        streams = {
            name: Stream(schema, self._pending.get(name, ())) for name, schema in self._schemas.items()
        }
        file = part(self._folder, len(self._files))
        container.save(file, streams, facts)
        self._files.append(file)
        self._pending.clear()
        self.checkpoint = checkpoint

    def finish(self, provenance: Mapping[str, Any]) -> None:
        """Make the one file of all that was committed and appended, then remove the folder.

        Memory is bounded whatever the length. A kill in the midst leaves the folder as the last commit made it.
        ArgumentError where the tables contradict themselves (see `check`); then nothing is removed.
        """
        stored = Stored(self._files, TABLES | self._schemas)
        fixed = {
            name: ordered(pa.concat_tables([table, *self._pending.get(name, ())]))
            for name, table in stored.read_small(FIXED).items()
        }
        check(fixed)
        streams = {name: Stream(table.schema, [table]) for name, table in fixed.items()}
        for name in self._schemas:
            if name not in FIXED:
                rows = itertools.chain(stored.pieces(name), self._pending.get(name, ()))
                streams[name] = Stream(self._schemas[name], check_samples(name, rows, fixed))
        container.save(self._path, streams, {"provenance": dict(provenance)}, within=self._folder)
        self.discard()

    def discard(self) -> None:
        """Forget all that was committed and appended, as if nothing had been."""
        with container.writing(self._path):
            for file in reversed(self._files):  # so that what a kill leaves is whole up to some commit
                file.unlink()
        self._resume()

    def close(self) -> None:
        """Let others write; what is not committed is lost. The folder stays if there is anything in it."""
        self._lock.release()
        if not self._files:
            with suppress(OSError):  # somebody else has begun meanwhile
                self._folder.rmdir()
