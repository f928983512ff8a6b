"""The folder of a run that goes on: one file for each commit, 000000.parquet and up, each put in place at once."""

from __future__ import annotations

from pathlib import Path

from mien.errors import TimelineInvalid
from mien.timeline import container
from mien.timeline.container import Footer

PART = ".part"  # what the folder's name has more than the file's
LOCK = "lock"


def part(folder: Path, number: int) -> Path:
    """The file of a commit."""
    return folder / f"{number:06}.parquet"


def committed(folder: Path) -> tuple[list[Path], Footer | None]:
    """The files of all commits in their order, and what the last one says; TimelineInvalid where one is missing."""
    files = sorted(folder.glob("*.parquet"))
    for number, file in enumerate(files):
        if file != part(folder, number):
            raise TimelineInvalid(
                f"{folder}: {part(folder, number).name} is missing, so that what was committed is not whole. Remove "
                "the folder to begin again."
            )
    return files, container.footer(files[-1]) if files else None


def leftovers(folder: Path) -> list[Path]:
    """What a killed process had not put in place."""
    return sorted(folder.glob(f"*{container.NEW}"))
