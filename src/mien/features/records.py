"""Tracks that ended, as a table of the cache: when, whose face, and one small picture of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from mien.features.looks import Ended
from mien.features.state import pack, unpack
from mien.tracking import Identity
from mien.types import Image

QUALITY = 80  # of the JPEG

SCHEMA = pa.schema(
    [
        ("track", pa.int32()),
        ("start", pa.float64()),
        ("end", pa.float64()),
        ("looks", pa.int32()),
        ("identity", pa.binary()),  # packed, without pictures; null where the track was too brief
        ("portrait", pa.binary()),  # JPEG
    ]
)


@dataclass(frozen=True, eq=False)
class Record:
    """A track that ended. identity: None where it was too brief to be an appearance. portrait: JPEG, or None."""

    track: int
    start: float
    end: float
    looks: int
    identity: Identity | None
    portrait: bytes | None


def track_table(ended: Sequence[Ended]) -> pa.Table:
    """The tracks as rows of `SCHEMA`."""
    rows = []
    for one in ended:
        row: dict[str, Any] = {"track": one.track, "start": one.start, "end": one.end, "looks": one.looks}
        if one.identity is not None:
            best = one.identity.best
            bare = replace(best, crop=best.crop[:0], portrait=best.portrait[:0])
            row |= {"identity": pack(replace(one.identity, best=bare)), "portrait": jpeg(best.portrait)}
        rows.append(row)
    return pa.Table.from_pylist(rows, SCHEMA)


def records(table: pa.Table) -> list[Record]:
    """The tracks of a table that `track_table` made."""
    return [
        Record(**row | {"identity": unpack(row["identity"]) if row["identity"] else None})
        for row in table.to_pylist()
    ]


def jpeg(image: Image) -> bytes:
    """The picture as the bytes of a JPEG file."""
    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(image)).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
