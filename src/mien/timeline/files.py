"""Timelines in Parquet files: read, and written whole."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa

from mien.errors import TimelineInvalid, TimelineNotFound
from mien.timeline import container
from mien.timeline.build import ordered
from mien.timeline.check import check, check_samples
from mien.timeline.container import Stream
from mien.timeline.parts import PART, committed
from mien.timeline.schema import FIXED, TABLES
from mien.timeline.stored import Stored
from mien.timeline.timeline import Timeline


def read(path: str | os.PathLike[str]) -> Timeline:
    """The timeline in a file; tables of samples are read when they are asked for.

    The folder of an unfinished run (``interview.parquet.part``) can be read too: what is committed so far, with
    ``provenance["finished"]`` False. TimelineNotFound, TimelineInvalid (another file, or damaged), TimelineNewer.

    >>> read("interview.parquet").samples["emotion"].to_pandas()                       # doctest: +SKIP
    """
    file = Path(path)
    if file.is_dir():
        return _unfinished(file)
    folder = file.with_name(file.name + PART)
    if not file.exists() and folder.is_dir():
        raise TimelineNotFound(
            f"{file}: not finished yet. {folder} holds what is there so far: read that, or go on with the run."
        )
    about = container.footer(file)
    if missing := [name for name in FIXED if name not in about.schemas]:
        raise TimelineInvalid(f"{file}: it has no table of {', '.join(missing)}; expected a whole timeline.")
    stored = Stored([file], about.schemas)
    provenance = about.facts.get("provenance", {})
    return _timeline(stored, provenance)


def write(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write the timeline into one Parquet file, in whole or not at all; a file that is there is replaced.

    Rows are sorted by medium and time. ArgumentError where the tables contradict themselves (see `check`) or cannot lie
    in one file, TimelineError where the disk does not take it.
    """
    tables = {name: getattr(timeline, name) for name in FIXED}
    check(tables)
    streams = {name: Stream(table.schema, [ordered(table)]) for name, table in tables.items()}
    samples = timeline.samples
    for name in samples:
        if isinstance(samples, Stored):
            schema, pieces = samples.schemas[name], samples.pieces(name)
        else:
            schema, pieces = samples[name].schema, iter([ordered(samples[name])])
        streams[name] = Stream(schema, check_samples(name, pieces, tables))
    container.save(Path(path), streams, {"provenance": dict(timeline.provenance)})


def _unfinished(folder: Path) -> Timeline:
    if folder.suffix != PART:
        raise TimelineInvalid(
            f"{folder}: a folder; expected a timeline's file, or the folder NAME{PART} of a run."
        )
    files, last = committed(folder)
    return _timeline(Stored(files, TABLES | (dict(last.schemas) if last else {})), {"finished": False})


def _timeline(stored: Stored, provenance: dict[str, object]) -> Timeline:
    tables: dict[str, pa.Table] = {name: ordered(table) for name, table in stored.read_small(FIXED).items()}
    families = {name: schema for name, schema in stored.schemas.items() if name not in FIXED}
    return Timeline(samples=Stored(stored.files, families), provenance=provenance, **tables)
