"""The feature cache: streams of measurements of media, computed once and shared by every task on this machine.

    $MIEN_HOME/features/<medium>/<stream>-<key>/00000.arrow, 00001.arrow, …, state, finished.json

The medium is named by a hash of its bytes, the key is a hash of all that the stream depends on besides: models,
parameters, version. A chunk is an Arrow file that is written beside, moved to its place at once and never changed, so
that it can be memory-mapped by any number of processes. Two that compute the same stream at the same time write the
same chunks. `state` is what the next chunk begins with, so that a run which was killed goes on after its last chunk.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from mien.errors import MienError
from mien.home import home

VERSION = 1
LIMIT_GIB = 8.0  # of all streams together, unless MIEN_FEATURES_GIB says otherwise
RECENT = 3600.0  # seconds; what was used since is not pruned, it may be in use


class Entry:
    """One stream of one medium.

    >>> entry = Entry(medium, "mesh", facts)                                           # doctest: +SKIP
    >>> entry.table(0).column("presence")                                              # doctest: +SKIP
    """

    def __init__(self, medium: str, stream: str, facts: Mapping[str, Any]) -> None:
        text = json.dumps({"version": VERSION, "facts": facts}, sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.folder = folder() / medium[:32] / f"{stream}-{key}"
        self.facts = facts

    @property
    def count(self) -> int:
        """Chunks that are there, from the first without a gap."""
        there = {path.stem for path in self.folder.glob("*.arrow")}
        return next(i for i in range(len(there) + 1) if f"{i:05d}" not in there)

    @property
    def finished(self) -> dict[str, Any] | None:
        """What `finish` was given; None while chunks are missing."""
        try:
            told: dict[str, Any] = json.loads((self.folder / "finished.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return told if self.count >= told["chunks"] else None

    def table(self, chunk: int) -> pa.Table:
        """A chunk, memory-mapped."""
        with pa.memory_map(str(self.folder / f"{chunk:05d}.arrow")) as file:
            return pa.ipc.open_file(file).read_all()

    def state(self, chunk: int) -> bytes:
        """What was carried on after that chunk; only the newest is kept."""
        return (self.folder / f"{chunk:05d}.state").read_bytes()

    def commit(self, chunk: int, table: pa.Table, state: bytes = b"") -> None:
        """Add a chunk and what is carried on after it; all of it or, where this is interrupted, nothing."""
        self.use()
        self._write(f"{chunk:05d}.state", state)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
        self._write(f"{chunk:05d}.arrow", sink.getvalue())
        for old in self.folder.glob("*.state"):
            if old.stem < f"{chunk:05d}":
                old.unlink(missing_ok=True)

    def finish(self, told: Mapping[str, Any]) -> None:
        """The last chunk was committed. told: of the whole stream; "chunks" says how many there are."""
        self._write("finished.json", json.dumps(told).encode())

    def use(self) -> None:
        """Note that the stream is in use, which keeps it from being pruned for a while."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "used").touch()
        except OSError as error:
            raise MienError(
                f"The feature cache {str(folder())!r} cannot be written: {error}. "
                "It can be put elsewhere with the environment variable MIEN_HOME."
            ) from error

    def _write(self, name: str, data: bytes | pa.Buffer) -> None:
        beside = self.folder / f".{name}-{secrets.token_hex(6)}"
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.folder / name)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise MienError(
                f"The feature cache cannot be written: {error}. `mien features clear` makes room."
            ) from error


def folder() -> Path:
    """Where all streams are."""
    return home() / "features"


def entries() -> list[tuple[Path, int, float]]:
    """Each stream's folder, its bytes, and when it was last used (seconds of the epoch), oldest use first."""
    found = []
    for used in folder().glob("*/*/used"):
        try:
            size = sum(path.stat().st_size for path in used.parent.iterdir())
            found.append((used.parent, size, used.stat().st_mtime))
        except FileNotFoundError:  # another process pruned it meanwhile
            continue
    return sorted(found, key=lambda entry: entry[2])


def prune(limit: int | None = None, *, recent: float = RECENT) -> int:
    """Remove the streams that were not used for the longest time until the rest has at most `limit` bytes.

    limit: by default $MIEN_FEATURES_GIB, or `LIMIT_GIB`. recent: seconds; what was used since stays in any case.
    Returns the bytes that were removed. Arrays that are mapped at that moment stay readable.
    """
    most = int(float(os.environ.get("MIEN_FEATURES_GIB") or LIMIT_GIB) * 2**30) if limit is None else limit
    known = entries()
    size, removed = sum(entry[1] for entry in known), 0
    for path, bytes_, used in known:
        if size - removed <= most or time.time() - used < recent:
            break
        gone = path.with_name(f".gone-{secrets.token_hex(6)}")
        try:
            path.rename(gone)  # at once, so that nobody meets half a stream
        except OSError:  # in use (Windows), or another process was first
            continue
        shutil.rmtree(gone, ignore_errors=True)
        removed += bytes_
    return removed
