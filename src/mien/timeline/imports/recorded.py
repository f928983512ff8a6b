"""Makes a timeline of what another toolbox recorded: one family of samples whose columns keep their own names."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import TimelineInvalid
from mien.timeline import build
from mien.timeline.imports import gather
from mien.timeline.imports.table import Table
from mien.timeline.timeline import Timeline
from mien.types import Column, Family

Numbers = npt.NDArray[np.float64]
Meanings = Sequence[tuple[str, str, str]]
"""Of columns whose names a pattern fits as a whole: unit, and meaning with the range."""


def numbers(table: Table, name: str) -> Numbers:
    """A column as numbers, NaN where it is empty; `TimelineInvalid`, with the line, where it is something else."""
    place = table.header.index(name)
    values = np.full(len(table.rows), np.nan)
    for row, (line, fields) in enumerate(table.rows):
        text = fields[place].strip()
        try:
            values[row] = float(text) if text else math.nan
        except ValueError as error:
            raise TimelineInvalid(
                f"{table.name!r}, line {line}: {name} is {text!r}; expected a number."
            ) from error
    return values


def family(name: str, columns: Sequence[str], meanings: Meanings) -> Family:
    """The family of the columns, each described by the first pattern that fits its name."""
    return Family(name, tuple(_column(one, meanings) for one in columns))


def timeline(
    kind: Family,
    *,
    media: npt.NDArray[np.integer],
    paths: Sequence[str],
    times: Numbers,
    frames: npt.NDArray[np.integer],
    tracks: npt.NDArray[np.integer],
    values: Callable[[str], Numbers],
    notes: Sequence[str] = (),
    provenance: dict[str, Any],
) -> Timeline:
    """The timeline of rows that say where each belongs, with the values of each column; sorted by medium and time.

    tracks: numbered from 0 within each medium; they are numbered anew, in the whole timeline.
    """
    keys = np.stack([media, tracks], 1).astype(np.int32)
    whole, number = np.unique(keys, axis=0, return_inverse=True)
    number = number.reshape(-1)
    rows = {one.name: values(one.name) for one in kind.columns}
    return Timeline(
        build.media(_medium(n, path, times[media == n], frames, notes) for n, path in enumerate(paths)),
        build.tracks(_track(n, int(medium), times[number == n]) for n, (medium, _) in enumerate(whole)),
        samples={kind.name: build.sample_table(kind, media, times, frames, number, rows)},
        provenance=provenance,
    )


def _column(name: str, meanings: Meanings) -> Column:
    unit, meaning = next(
        ((u, m) for pattern, u, m in meanings if re.fullmatch(pattern, name)), ("", "as recorded")
    )
    return Column(name, "float64", unit=unit, meaning=meaning)


def _track(number: int, medium: int, times: Numbers) -> dict[str, Any]:
    """A lane of its own: nobody says that it is the same person as in another medium."""
    known = {"track": number, "media": medium, "lane": number, "looks": len(times)}
    return known | {"start": float(times.min()), "end": float(times.max())}


def _medium(
    number: int, path: str, times: Numbers, frames: npt.NDArray[np.integer], notes: Sequence[str]
) -> dict[str, Any]:
    kind = "video" if len(frames) and frames.max() > 0 else "image"
    return gather.medium(
        number, path=path, kind=kind, duration=float(times.max(initial=0)), notes=list(notes)
    )
