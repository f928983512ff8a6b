"""Ways out of a timeline: files of the tools that people annotate and look with.

>>> write(timeline, Path("interview.eaf"), "eaf")                                     # doctest: +SKIP
[PosixPath('interview.eaf')]
"""

from __future__ import annotations

import os
from pathlib import Path

from mien.errors import ArgumentError
from mien.timeline.timeline import Timeline

SUFFIXES = {
    "eaf": ".eaf",
    "csv": ".csv",
    "vtt": ".vtt",
    "json": ".json",
    "textgrid": ".TextGrid",
    "labelstudio": ".labelstudio.json",
    "rerun": ".rrd",
}
"""By format the end of a file's name."""


def write(timeline: Timeline, path: str | os.PathLike[str], to: str) -> list[Path]:
    """Write the timeline in a format and say which files that made.

    to: a key of `SUFFIXES`. path: where; NAME.csv becomes a file for each table, NAME.segments.csv and so on. Formats
    that hold a single medium (eaf, vtt, textgrid, rerun) get a file for each where there are several, with the number
    of the medium before the suffix. Raises `ArgumentError` for an unknown format, `TimelineError` where a file cannot
    be written.
    """
    path = Path(path)
    if to not in SUFFIXES:
        raise ArgumentError(f"to is {to!r}; expected one of {', '.join(SUFFIXES)}.")
    if to == "csv":
        from mien.timeline.exports import csv

        return csv.write(timeline, path)
    if to in ("json", "labelstudio"):
        return _whole(timeline, path, to)
    numbers = timeline.media["media"].to_pylist() or [0]
    if len(numbers) == 1:
        return [_one(timeline, path, to, numbers[0])]
    return [_one(timeline, path.with_suffix(f".{number}{path.suffix}"), to, number) for number in numbers]


def _whole(timeline: Timeline, path: Path, to: str) -> list[Path]:
    from mien.timeline.exports import json, labelstudio
    from mien.timeline.exports.save import save

    if to == "json":
        return [save(path, json.text(timeline))]
    interface = path.with_suffix(".xml")
    return [save(path, labelstudio.text(timeline)), save(interface, [labelstudio.config(timeline)])]


def _one(timeline: Timeline, path: Path, to: str, media: int) -> Path:
    from mien.timeline.exports import eaf, rerun, textgrid, vtt
    from mien.timeline.exports.save import save

    if to == "rerun":
        return rerun.write(timeline, path, media)
    if to == "eaf":
        return save(path, eaf.text(timeline, media, path.absolute().parent))
    return save(path, vtt.text(timeline, media) if to == "vtt" else textgrid.text(timeline, media))
