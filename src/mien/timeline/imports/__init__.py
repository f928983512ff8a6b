"""Ways into a timeline: what annotators and other tools wrote, told apart by content.

>>> read_any("corrected.eaf").segments.to_pandas()                                    # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from mien.errors import ArgumentError, TimelineInvalid, TimelineNotFound
from mien.timeline.check import check
from mien.timeline.timeline import Timeline

MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
HEAD = 4096  # bytes of a file that tell what it is


def read_any(path: str | os.PathLike[str], *, rate: float | None = None) -> Timeline:
    """The timeline in a file of any format that Mien reads, whatever its name is.

    Parquet, JSON and CSV as Mien writes them (of the CSV, any file of the set, or its common name); ELAN (EAF), Praat
    (TextGrid); segments as CSV with a header; transcripts (WebVTT, SubRip, Whisper's JSON); what py-feat, OpenFace,
    iMotions and Affectiva recorded.
    rate: frames a second, needed where a table numbers frames and has no times (py-feat: `ArgumentError`).
    Raises `TimelineNotFound`, and `TimelineInvalid` where a file is none of these or is damaged.
    """
    path = Path(path)
    head = _head(path)
    if head.startswith(b"PAR1") or path.is_dir():
        from mien.timeline import files

        return files.read(path)
    found = _read(path, head, rate)
    try:
        check({"media": found.media, "tracks": found.tracks, "segments": found.segments})
    except ArgumentError as error:
        raise TimelineInvalid(f"{str(path)!r} contradicts itself: {error}") from error
    return found


def _read(path: Path, head: bytes, rate: float | None) -> Timeline:
    from mien.timeline.imports import csv, eaf, textgrid, transcripts

    described = csv.description(path)
    if described is not None:
        return csv.read(described)
    start = head.replace(b"\0", b"").lstrip(b"".join(MARKS) + b" \t\r\n")
    if start.startswith(b"<"):
        return eaf.read(path)
    if b"ooTextFile" in start[:80] or start.startswith(b"ooBinaryFile"):
        return textgrid.read(path)
    if start.startswith((b"{", b"[")):
        return _json(path)
    if start.startswith(b"WEBVTT") or b"-->" in start.split(b"\n\n")[0]:
        return transcripts.timeline(path)
    return _table(path, rate)


def _head(path: Path) -> bytes:
    """The first bytes of a file; none of a folder, and of a set of CSV that goes by its common name."""
    from mien.timeline.imports import csv

    try:
        if path.is_dir() or (not path.exists() and csv.description(path) is not None):
            return b""
        with path.open("rb") as file:
            return file.read(HEAD)
    except FileNotFoundError as error:
        raise TimelineNotFound(f"There is no file {str(path)!r}; check the name.") from error
    except OSError as error:
        raise TimelineInvalid(f"{str(path)!r} cannot be read: {error.strerror or error}.") from error


def _json(path: Path) -> Timeline:
    from mien.timeline.imports import affectiva, json, transcripts

    document = json.parsed(path)
    if affectiva.recognised(document):
        return affectiva.timeline(document, str(path))
    if transcripts.recognised(document):
        return transcripts.timeline(path)
    return json.timeline(document, str(path))


def _table(path: Path, rate: float | None) -> Timeline:
    from mien.timeline.imports import imotions, openface, pyfeat, segments, table

    readers: list[tuple[Callable[[tuple[str, ...]], bool], Callable[[table.Table], Timeline]]] = [
        (pyfeat.recognised, lambda one: pyfeat.timeline(one, rate)),
        (openface.recognised, openface.timeline),
        (imotions.recognised, imotions.timeline),
        (segments.understood, segments.timeline),
    ]
    found = table.read(path, lambda header: any(known(header) for known, _ in readers))
    return next(read(found) for known, read in readers if known(found.header))
