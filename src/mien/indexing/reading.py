"""Files to pictures that are still to be looked at: read once, and told by the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.errors import MediaError
from mien.media.files import content_of
from mien.media.limits import DEFAULT_LIMITS
from mien.media.stills import read_still

AT_ONCE = 64  # pictures whose hashes the gallery is asked about together
BYTES_AT_ONCE = 32 * 2**20  # and no more bytes than these are held for it, one picture aside


@dataclass(frozen=True)
class Picture:
    """A picture that is to be looked at.

    path: of its file. source: how the gallery names the file. sha256: of data, the file's bytes, in hexadecimal.
    """

    path: Path
    source: str
    sha256: str
    data: bytes


@dataclass(frozen=True)
class Indexed:
    """What became of one file.

    faces: how many of it were added to the gallery; small: how many were left out as they are too narrow.
    known: the same bytes were looked through before, or stand in this run under another name.
    read: whether it is a picture that can be read (a known one is not tried again).
    problem: why no face was added, in words that do not name the file; "" where there is nothing to say.
    """

    path: Path
    faces: int = 0
    small: int = 0
    known: bool = False
    read: bool = True
    problem: str = ""


def new_pictures(
    paths: Iterable[Path], known: Callable[[Sequence[str]], set[str]]
) -> Iterator[Picture | Indexed]:
    """The pictures in their order; for what is not to be looked at, what became of it instead.

    known: tells which of these SHA-256 were looked through before.
    """
    seen: set[str] = set()
    for batch in _batches(map(_read, paths)):
        seen |= known([one.sha256 for one in batch if isinstance(one, Picture)])
        for one in batch:
            if isinstance(one, Picture) and one.sha256 in seen:
                yield Indexed(one.path, known=True)
                continue
            if isinstance(one, Picture):
                seen.add(one.sha256)
            yield one


def _batches(things: Iterable[Picture | Indexed]) -> Iterator[list[Picture | Indexed]]:
    """The things in lists of at most `AT_ONCE`, each ended early by the picture that makes it `BYTES_AT_ONCE`."""
    batch: list[Picture | Indexed] = []
    held = 0
    for thing in things:
        batch.append(thing)
        held += len(thing.data) if isinstance(thing, Picture) else 0
        if len(batch) == AT_ONCE or held >= BYTES_AT_ONCE:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _read(path: Path) -> Picture | Indexed:
    """The picture in a file, or why there is none."""
    try:
        if content_of(path).kind == "video":
            return Indexed(
                path, read=False, problem="is a video; photographs are needed, such as frames saved from it"
            )
        data, _ = read_still(path, DEFAULT_LIMITS)
    except MediaError as error:
        return Indexed(path, read=False, problem=str(error).removeprefix(f"{path}: ").removesuffix("."))
    return Picture(path, _source(path), hashlib.sha256(data).hexdigest(), data)


def _source(path: Path) -> str:
    """The whole path, so that the picture is found again from any folder; a name that is no Unicode is escaped."""
    return str(path.absolute()).encode("utf-8", "backslashreplace").decode()
