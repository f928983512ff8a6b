"""A timeline as a Rerun recording: boxes, numbers and labels on the timelines "time" and "frame"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mien.errors import ArgumentError
from mien.timeline.build import column
from mien.timeline.exports.lanes import speakers
from mien.timeline.timeline import Timeline


def write(timeline: Timeline, path: Path, media: int = 0) -> Path:
    """Write the recording of one medium; it opens with ``rerun FILE``.

    Numbers go to "person/family/measure", boxes to "person/family/box", and labels to "person/layer" as a log with an
    entry where a segment begins. What is of the medium as a whole has no person. Raises `ArgumentError` where rerun-sdk
    is not installed.
    """
    try:
        import rerun
    except ImportError as error:
        raise ArgumentError("A Rerun recording needs the package rerun-sdk: pip install rerun-sdk") from error
    recording = rerun.RecordingStream("mien", recording_id=path.stem)
    recording.save(str(path))
    names = speakers(timeline.tracks)
    for family, table in timeline.samples.items():
        for whose, rows in _by_person(table.filter(pc.equal(table["media"], media)), names):
            _log(rerun, recording, [*whose, family], rows)
    _say(rerun, recording, timeline, names, media)
    recording.flush()
    recording.disconnect()
    return path


def _by_person(table: pa.Table, names: dict[int, str]) -> Iterator[tuple[list[str], pa.Table]]:
    """The rows of each person, who may have several tracks, or all where the table is of nobody."""
    if "track" not in table.column_names:
        yield [], table
        return
    for name in dict.fromkeys(names.values()):
        tracks = pa.array([track for track, one in names.items() if one == name], pa.int32())
        yield [name], table.filter(pc.is_in(table["track"], tracks))


def _log(rerun: Any, recording: Any, path: list[str], rows: pa.Table) -> None:
    indexes = [rerun.TimeColumn("time", duration=column(rows, "time"))]
    if rows["frame"].null_count == 0:
        indexes.append(rerun.TimeColumn("frame", sequence=column(rows, "frame")))
    for field in rows.schema if len(rows) else ():
        if pa.types.is_floating(field.type) and field.name != "time":
            numbers = rerun.Scalars.columns(scalars=column(rows, field.name).astype(np.float64))
            recording.send_columns(rerun.new_entity_path([*path, field.name]), indexes, numbers)
        elif field.name == "box":
            box = column(rows, "box")
            boxes = rerun.Boxes2D.columns(
                centers=(box[:, :2] + box[:, 2:]) / 2, half_sizes=(box[:, 2:] - box[:, :2]) / 2
            )
            recording.send_columns(rerun.new_entity_path([*path, "box"]), indexes, boxes)


def _say(rerun: Any, recording: Any, timeline: Timeline, names: dict[int, str], media: int) -> None:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in timeline.segments.to_pylist():
        if row["media"] == media:
            whose = [] if row["track"] is None else [names[row["track"]]]
            groups.setdefault((*whose, row["layer"]), []).append(row)
    for path, rows in groups.items():
        times = rerun.TimeColumn("time", duration=[row["start"] for row in rows])
        said = [f"{row['label']} until {row['end']:.3f} s ({row['model']})" for row in rows]
        recording.send_columns(rerun.new_entity_path(list(path)), [times], rerun.TextLog.columns(text=said))
