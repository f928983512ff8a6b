"""A disposable copy of a model's templates beside the gallery file, mapped by all processes that search.

Only the gallery is the truth. The file here is one moment of it, named by the number of its last change
(`Stamp.seq`); whoever maps it replays the changes since. It is written whole and put in place by renaming,
never grown. Afterwards one thing alone is written into it: zeros over templates that were removed.

No locks are needed, for the order of steps leaves no gap through which removed bytes could stay:

    writing    make an empty file of another name; read the changes so far; write; flush; rename
    removing   commit; delete all files of other names; write zeros over what was removed

A writer that read the changes before the commit finds its file deleted when it comes to rename it.
A remover that is killed in between leaves the zeros to whoever maps the file next.

The layout, little-endian: a header (`HEADER`, the CRC-32 of what is before it last), then the rows' keys,
scales, int8 and float32 forms, each part beginning at a multiple of 64 bytes.
"""

from __future__ import annotations

import math
import mmap
import os
import secrets
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.gallery.search import REMOVED, Block
from mien.gallery.stores.records import Change, Kind, Model, What

MAGIC = b"MienIdx2"
HEADER = struct.Struct("<8s36s64s8sQQQdI")  # magic, uuid, sha256, kind, dim, rows, seq, time, CRC-32
NEW = ".new"  # ends the names of files that are being written


@dataclass(frozen=True)
class Stamp:
    """Which moment of which gallery a sidecar holds.

    uuid: of the gallery; sha256 and dim: of the model; seq and time (seconds since 1970): of the last change.
    """

    uuid: str
    sha256: str
    kind: Kind
    dim: int
    seq: int
    time: float


def path_of(cache: Path, model: Model, kind: Kind) -> Path:
    """Where the sidecar of a model and kind lies."""
    return cache.with_name(f"{cache.name}-index-{kind}-{model.sha256[:12]}")


def reserve(path: Path) -> Path:
    """An empty file to write the next sidecar into; files that other writers left behind go. OSError."""
    discard_unfinished(path.with_name(path.name + "."))
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}{NEW}")
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return new


def write(new: Path, path: Path, stamp: Stamp, blocks: Sequence[Block]) -> None:
    """Write the live rows of the blocks into the reserved file and put it in place, or OSError."""
    live = [
        block.take(np.flatnonzero(block.keys != REMOVED)) if len(block.removed) else block for block in blocks
    ]
    rows = sum(len(block) for block in live)
    try:
        with new.open("r+b") as file:
            file.write(pack(stamp, rows))
            for name, (start, dtype, _) in layout(rows, stamp.dim).items():
                file.seek(start)
                for block in live:
                    file.write(np.ascontiguousarray(getattr(block, name), dtype).data)
            file.truncate(size_of(rows, stamp.dim))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def read(path: Path) -> tuple[Stamp, Block] | None:
    """(stamp, rows) of a sidecar, the rows mapped from the file; None where no whole one is."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        return _mapped(file.fileno(), mmap.ACCESS_READ)
    return None


def scrub(cache: Path, changes_since: Callable[[int], list[Change]]) -> None:
    """Write zeros over everything removed from the gallery, in all its sidecars."""
    discard_unfinished(cache.with_name(f"{cache.name}-index-"))
    for path in beside(cache.with_name(f"{cache.name}-index-")):
        with suppress(OSError), path.open("r+b") as file:
            try:
                stamp, rows = _mapped(file.fileno(), mmap.ACCESS_WRITE)
            except ValueError:  # of an earlier form, or damaged: who knows what is in it
                path.unlink()
                continue
            gone = removed(changes_since(stamp.seq), stamp.kind)
            at = np.flatnonzero(np.isin(rows.keys, gone) & (rows.scale != 0))
            if len(at):
                rows.exact[at] = 0
                rows.int8[at] = 0
                rows.scale[at] = 0  # last: it tells that the others are done
                os.fsync(file.fileno())


def discard(cache: Path) -> None:
    """Delete all sidecars of a gallery."""
    for path in beside(cache.with_name(f"{cache.name}-index-")):
        with suppress(OSError):
            path.unlink()


def removed(changes: Iterable[Change], kind: Kind) -> list[int]:
    """Keys of the templates of a kind that the changes removed for good."""
    if kind is Kind.PERSON:
        return [c.person_id for c in changes if c.what is What.PERSON_REMOVED and c.person_id is not None]
    return [c.face_id for c in changes if c.what is What.FACE_REMOVED and c.face_id is not None]


def layout(rows: int, dim: int) -> dict[str, tuple[int, str, tuple[int, ...]]]:
    """(first byte, dtype, shape) of each part of a sidecar."""
    shapes = {"keys": (rows,), "scale": (rows,), "int8": (rows, dim), "exact": (rows, dim)}
    dtypes = {"keys": "<i8", "scale": "<f4", "int8": "|i1", "exact": "<f4"}
    parts: dict[str, tuple[int, str, tuple[int, ...]]] = {}
    end = HEADER.size
    for name, shape in shapes.items():
        start = -(-end // 64) * 64
        parts[name] = (start, dtypes[name], shape)
        end = start + math.prod(shape) * np.dtype(dtypes[name]).itemsize
    return parts


def size_of(rows: int, dim: int) -> int:
    """Bytes of a whole sidecar."""
    start, dtype, shape = layout(rows, dim)["exact"]
    return start + math.prod(shape) * np.dtype(dtype).itemsize


def pack(stamp: Stamp, rows: int) -> bytes:
    """The header of a sidecar."""
    texts = stamp.uuid.encode(), stamp.sha256.encode(), stamp.kind.encode()
    header = HEADER.pack(MAGIC, *texts, stamp.dim, rows, stamp.seq, stamp.time, 0)[:-4]
    return header + struct.pack("<I", zlib.crc32(header))


def unpack(header: bytes) -> tuple[Stamp, int]:
    """(stamp, rows) of a header, or ValueError."""
    if len(header) != HEADER.size:
        raise ValueError("cut off")
    magic, uuid, sha256, kind, dim, rows, seq, time, check = HEADER.unpack(header)
    if magic != MAGIC or check != zlib.crc32(header[:-4]):
        raise ValueError("not a sidecar")
    text = [part.rstrip(b"\0").decode() for part in (uuid, sha256, kind)]
    return Stamp(text[0], text[1], Kind(text[2]), dim, seq, time), rows


def beside(prefix: Path) -> list[Path]:
    """Files whose path begins so."""
    with suppress(OSError):
        return [path for path in prefix.parent.iterdir() if path.name.startswith(prefix.name)]
    return []


def discard_unfinished(prefix: Path) -> None:
    """Delete files that are being written, or were when their writer died."""
    for path in beside(prefix):
        if path.name.endswith(NEW):
            with suppress(OSError):
                path.unlink()


def _mapped(descriptor: int, access: int) -> tuple[Stamp, Block]:
    memory = mmap.mmap(descriptor, 0, access=access)
    stamp, rows = unpack(memory[: HEADER.size])
    if len(memory) != size_of(rows, stamp.dim):
        raise ValueError("cut off")
    parts: dict[str, npt.NDArray[Any]] = {
        name: np.frombuffer(memory, dtype, math.prod(shape), start).reshape(shape)
        for name, (start, dtype, shape) in layout(rows, stamp.dim).items()
    }
    return stamp, Block(**parts)
