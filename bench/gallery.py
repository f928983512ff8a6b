"""All rows of the bench of galleries."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from bench.report import Row

PARTS = {
    "gallery_clusters": (
        "clusters",
        "clusters_among",
        "parts",
        "constraints",
        "look_alikes",
        "poor_faces",
        "size",
    ),
    "gallery_selfaudit": ("swapped_labels", "other_shares", "poisoned_gallery", "audit_at_scale"),
    "gallery_audit": ("audit_figures", "audit_intervals", "audit_calibration", "audit_cost"),
    "gallery_protection": ("sealing", "rotating", "logging"),
    "gallery_store": ("sealed_search", "forgetting", "a_million"),
    "gallery_killing": ("killed_sqlite", "killed_postgres"),
    "gallery_postgres": ("same_decisions", "many_at_once"),
    "gallery_ray": ("indexing",),
}


def rows(quick: bool, only: str) -> Iterator[Row]:
    """Rows whose function's name contains `only`."""
    for part, functions in PARTS.items():
        for name in functions:
            if only in name:
                yield from getattr(import_module(f"bench.{part}"), name)(quick)
