"""All rows of the bench of timelines."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from bench.report import Row

PARTS = {
    "timeline_mesh": ("wheel", "landmarks", "pose", "lids", "robustness", "cost"),
    "timeline_bodies": ("recorded", "wheel", "other_estimators", "coverage", "seeding", "speed"),
    "timeline_measures": ("smiles", "pulses", "cost"),
    "timeline_voice": ("speech", "pitch", "rate", "blocks", "memory", "words"),
    "timeline_runs": ("real_clips", "any_chunks", "odd_media", "toolboxes"),
    "timeline_long": ("long_film", "budgets", "ten_hours"),
    "timeline_files": ("round_trips", "kills", "hour", "mesh", "agreement"),
    "timeline_formats": ("rows",),
    "timeline_report": ("opening",),
}


def rows(quick: bool, only: str) -> Iterator[Row]:
    """Rows whose function's name contains `only`."""
    for part, functions in PARTS.items():
        for name in functions:
            if only in f"{part}.{name}":
                yield from getattr(import_module(f"bench.{part}"), name)(quick)
