"""Opens files for reading so that nothing but a regular file is ever touched or waited for."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

from mien.errors import ArgumentError, MediaError, MediaNotFound
from mien.media.sniff import HEAD, Content, sniff

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading in binary; never blocks, never opens a pipe or a device.

    Raises:
        MediaNotFound: there is no such file, or it is a folder, pipe, device or socket.
        MediaError: the system does not let it be read.
        ArgumentError: ``path`` is no path.
    """
    name = name_of(path)
    try:
        _require_regular(os.stat(name).st_mode, name)  # noqa: PTH116 - bytes and str alike, no Path to build
        # The file may have been replaced since: O_NONBLOCK keeps a pipe from waiting, fstat looks again.
        handle = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:
        raise ArgumentError(f"{path!r} cannot be the name of a file: {error}.") from error
    except OSError as error:
        if error.errno in _MISSING:
            raise MediaNotFound(f"{path}: there is no such file ({error.strerror}).") from error
        raise MediaError(f"{path}: the file cannot be read ({error.strerror}).") from error
    file = os.fdopen(handle, "rb")
    try:
        _require_regular(os.fstat(handle).st_mode, name)
    except MediaNotFound:
        file.close()
        raise
    return file


def name_of(path: str | os.PathLike[str]) -> str:
    """The path as text, for messages and for opening it."""
    try:
        return os.fsdecode(path)
    except TypeError as error:
        raise ArgumentError(f"A path was expected, got {type(path).__name__} ({path!r}).") from error


def content_of(path: str | os.PathLike[str]) -> Content:
    """What the file is by its first bytes; raises as `open_regular` does."""
    with open_regular(path) as file:
        return sniff(read_head(file, path))


def read_head(file: BinaryIO, path: str | os.PathLike[str]) -> bytes:
    """The first `HEAD` bytes of an open file, which is rewound."""
    try:
        head = file.read(HEAD)
        file.seek(0)
    except OSError as error:
        raise MediaError(f"{path}: the file cannot be read ({error.strerror}).") from error
    return head


def _require_regular(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        what = _KINDS.get(stat.S_IFMT(mode), "no regular file")
        raise MediaNotFound(f"{name}: is {what}, but a regular file is needed.")
