"""The bench of face recognition: every bar of its table, in order."""

from __future__ import annotations

from collections.abc import Iterator

from bench import accuracy, robustness, speed, steel, video
from bench.report import Row

PARTS = (
    accuracy.verification,
    accuracy.open_set,
    accuracy.asked_and_measured,
    accuracy.merged_names,
    robustness.rotation,
    robustness.small_faces,
    speed.embedding,
    speed.detection,
    speed.folder,
    steel.searching,
    video.clips,
    video.memory,
    steel.kills,
    steel.malformed_files,
    speed.threads,
)


def rows(quick: bool, only: str) -> Iterator[Row]:
    """All rows, or those of the parts whose function name contains `only`."""
    for part in PARTS:
        if only in part.__name__:
            yield from part(quick)
