"""A file from outside, read whole and within bounds."""

from __future__ import annotations

from pathlib import Path

from mien.errors import TimelineInvalid, TimelineNotFound

LIMIT = 512 * 2**20
"""Most bytes of a file that is read whole, which takes some ten times that in memory: EAF, TextGrid, JSON, tables."""


def content(path: Path) -> bytes:
    """The bytes; `TimelineNotFound` where there is no such file, `TimelineInvalid` where it cannot be read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise TimelineNotFound(
                f"{str(path)!r} is no file; expected one of a timeline, annotations or measures."
            )
        if size > LIMIT:
            raise TimelineInvalid(
                f"{str(path)!r} has {size} bytes; at most {LIMIT} are read in this format. Split it, or use Parquet."
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise TimelineNotFound(f"There is no file {str(path)!r}; check the name.") from error
    except OSError as error:
        raise TimelineInvalid(f"{str(path)!r} cannot be read: {error.strerror or error}.") from error


def text(path: Path) -> str:
    """The file as text: as its byte order mark says, else UTF-8, else Windows-1252, as old tools on Windows write."""
    data = content(path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
