"""Whether the tables of a timeline agree with themselves and with each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.errors import ArgumentError
from mien.timeline import layout
from mien.timeline.build import NOBODY, column
from mien.timeline.schema import TABLES

Array = npt.NDArray[Any]
KEYS = ("media", "time")  # that every table of samples has


def check(tables: Mapping[str, pa.Table]) -> None:
    """Media, tracks and segments: ArgumentError where columns are not those of the schema, a time is not finite, an end
    is before its start, a probability outside [0, 1], or a medium or track meant that is not there."""
    for name, schema in TABLES.items():
        if (found := tables[name].schema) != schema:
            raise ArgumentError(
                f"{name}: columns that differ from the schema's: {layout.odd(found, schema)}."
            )
        for field in schema:
            if not field.nullable and tables[name].column(field.name).null_count:
                raise ArgumentError(f"{name}: {field.name} is missing in some rows; each row needs one.")
    media, tracks, segments = (tables[name] for name in TABLES)
    for name, numbers in (("media", column(media, "media")), ("tracks", column(tracks, "track"))):
        if len(np.unique(numbers)) < len(numbers):
            raise ArgumentError(f"{name}: a number is there twice; each row has its own.")
    for name, rows in (("tracks", tracks), ("segments", segments)):
        _known(name, "media", column(rows, "media"), column(media, "media"))
        _intervals(name, rows)
    _known("segments", "track", column(segments, "track"), [NOBODY, *column(tracks, "track")])


def check_samples(
    name: str, pieces: Iterable[pa.Table], tables: Mapping[str, pa.Table]
) -> Iterator[pa.Table]:
    """The same pieces of a table of samples; ArgumentError at the first that means a medium or a track that is not
    there, or has a time that is not finite."""
    media, tracks = column(tables["media"], "media"), column(tables["tracks"], "track")
    for piece in pieces:
        if missing := [key for key in KEYS if key not in piece.column_names]:
            raise ArgumentError(
                f"{name}: no column {' and '.join(missing)}; every table of samples has them."
            )
        _finite(name, "time", column(piece, "time"))
        _known(name, "media", column(piece, "media"), media)
        if "track" in piece.column_names:
            _known(name, "track", column(piece, "track"), tracks)
        yield piece


def _intervals(name: str, rows: pa.Table) -> None:
    start, end = column(rows, "start"), column(rows, "end")
    _finite(name, "start", start)
    _finite(name, "end", end)
    if len(late := np.flatnonzero(start > end)):
        i = late[0]
        raise ArgumentError(
            f"{name}: row {i} starts at {start[i]:g} s and ends at {end[i]:g} s, which is before."
        )
    chance = column(rows, "probability")
    if len(odd := np.flatnonzero((chance < 0) | (chance > 1))):
        raise ArgumentError(
            f"{name}: row {odd[0]} has probability {chance[odd[0]]:g}; expected 0 to 1, or none."
        )


def _finite(name: str, key: str, times: Array) -> None:
    if len(odd := np.flatnonzero(~np.isfinite(times))):
        raise ArgumentError(f"{name}: {key} of row {odd[0]} is {times[odd[0]]}; expected finite seconds.")


def _known(name: str, key: str, numbers: Array, there: Any) -> None:
    unknown = np.setdiff1d(numbers, np.asarray(there, np.int64))
    if len(unknown):
        table = {"media": "media", "track": "tracks"}[key]
        raise ArgumentError(f"{name}: {key} {unknown[0]} is not in the table of {table}; add its row there.")
