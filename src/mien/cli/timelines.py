"""How commands read a timeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from mien.timeline import Timeline

TimelineFile: TypeAlias = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A timeline: a Parquet file of Mien, or an ELAN, Praat, CSV or JSON file.",
        show_default=False,
    ),
]


def load(path: Path, rate: float | None = None) -> Timeline:
    """The timeline in a file of any format that is read. rate: frames a second, for tables without times."""
    from mien.timeline.imports import read_any

    return read_any(path, rate=rate)
