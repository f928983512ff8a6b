"""Is a gallery file whole? Looks at every page, reference and mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.gallery.stores.connections import Connections
from mien.gallery.stores.rows import stored
from mien.gallery.templates import mean


def problems(path: str | Path, timeout: float = 10.0) -> list[str]:
    """One sentence for each thing that is wrong in a gallery file; empty where all is well. GalleryError."""
    pool = Connections(Path(path), timeout)
    try:
        with pool.reading() as db:
            found = [str(line) for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
            found += [
                f"{table} {row} refers to nothing"
                for table, row, *_ in db.execute("PRAGMA foreign_key_check")
            ]
            bare = db.execute(
                "SELECT id FROM faces WHERE NOT EXISTS (SELECT 1 FROM templates WHERE face_id = faces.id)"
            )
            found += [f"face {face} has no template" for (face,) in bare]
            means = {
                (person, model): tuple(columns)
                for person, model, *columns in db.execute(
                    "SELECT person_id, model_id, half, int8, scale FROM templates WHERE face_id IS NULL"
                )
            }
            halves: dict[tuple[int, int], list[bytes]] = {}
            for person, model, half in db.execute(
                "SELECT person_id, model_id, half FROM templates WHERE face_id IS NOT NULL ORDER BY face_id"
            ):
                halves.setdefault((person, model), []).append(half)
    finally:
        pool.close()
    for key in sorted(means.keys() | halves.keys()):
        rows = [np.frombuffer(half, "<f2") for half in halves.get(key, [])]
        direction = mean(np.stack(rows)) if rows else None
        if means.get(key) != (None if direction is None else stored(direction)):
            found.append(f"the mean of person {key[0]} for model {key[1]} is not that of the faces")
    return found
