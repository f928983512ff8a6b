"""The faces of one frame as `supervision.Detections`, with names and whatever else was measured of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mien.errors import ArgumentError
from mien.timeline.exports.lanes import speakers
from mien.timeline.timeline import Timeline


def detections(timeline: Timeline, frame: int, *, media: int = 0, family: str = "faces") -> Any:
    """The rows that a family has of that frame, as ``supervision.Detections``.

    frame: in presentation order, from 0. family: one with a column "box" of four pixel coordinates; a column "score" is
    the confidence. tracker_id: the tracks. data: "name" of each person, and the family's other columns.
    Raises `ArgumentError` where the timeline has no such family, or supervision is not installed.
    """
    try:
        import supervision
    except ImportError as error:
        raise ArgumentError("Detections need the package supervision: pip install supervision") from error
    if family not in timeline.samples or "box" not in timeline.samples[family].column_names:
        having = [name for name, table in timeline.samples.items() if "box" in table.column_names]
        raise ArgumentError(
            f"family is {family!r}, which has no boxes here; expected one with a column 'box': {having or 'none has'}."
        )
    table = timeline.samples[family]
    rows = table.filter(pc.and_(pc.equal(table["media"], media), pc.equal(table["frame"], frame)))
    names = speakers(timeline.tracks)
    tracks = rows["track"].to_numpy()
    others = [name for name in rows.column_names if name not in ("media", "frame", "track", "box", "score")]
    data: dict[str, Any] = {"name": np.array([names.get(int(one), "") for one in tracks], dtype=object)}
    return supervision.Detections(
        xyxy=_array(rows["box"]).reshape(-1, 4),
        confidence=_array(rows["score"]) if "score" in rows.column_names else None,
        tracker_id=tracks,
        data=data | {name: _array(rows[name]) for name in others},
    )


def _array(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    return np.array(column.to_pylist(), dtype=None if len(column) else np.float32)
