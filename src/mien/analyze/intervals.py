"""What is derived from whole streams once a medium is at its end: intervals of expressions, the pulse, speech."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mien.analyze.expressions import BRIDGE, LEAST, OFF, ON, emotion_segments
from mien.features.pulse import PULSE, pulse
from mien.timeline.build import column, sample_table
from mien.types import Rows

Array = npt.NDArray[Any]

PULSES: dict[str, Any] = {"method": "pos", "window": 20.0, "step": 1.0}
"""How the pulse is read from the skin's colour, see `mien.features.pulse.pulse`."""


def joined(tables: Iterable[pa.Table], names: Iterable[str]) -> dict[str, Array]:
    """The named columns of all chunks of a stream, as arrays."""
    parts = [{name: column(table, name) for name in names} for table in tables]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def by_track(rows: Rows, tracks: Iterable[int]) -> Iterator[tuple[int, dict[str, Array]]]:
    """The rows of each of the tracks that has any."""
    for track in tracks:
        here = rows["track"] == track
        if here.any():
            yield track, {name: array[here] for name, array in rows.items()}


def expressions(
    tables: Iterable[pa.Table], tracks: Iterable[int], facts: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Segments of the layer "emotion", of each of the tracks. facts: of the extractor."""
    (model,) = facts["models"]
    how = json.dumps({"on": ON, "off": OFF, "least": LEAST, "bridge": BRIDGE, "tier": facts["tier"]})
    classes = facts["calibrated"]
    for track, rows in by_track(joined(tables, ["time", "track", *classes]), tracks):
        for one in emotion_segments(rows["time"], rows, calibrated=classes):
            yield {**one, "track": track, "model": f"{model['name']} {model['version']}", "provenance": how}


def pulses(tables: Iterable[pa.Table], tracks: Iterable[int]) -> pa.Table:
    """The family "pulse" of the tracks, from their "skin"."""
    found = []
    for track, rows in by_track(joined(tables, ["time", "track", "r", "g", "b"]), tracks):
        rates = dict(pulse(rows["time"], np.stack([rows[c] for c in "rgb"], axis=1), **PULSES))
        found.append(rates | {"track": np.full(len(rates["time"]), track, np.int32)})
    empty = {"time": np.zeros(0), "track": np.zeros(0, np.int32), **PULSE.empty()}
    rows = {name: np.concatenate([empty[name], *(one[name] for one in found)]) for name in empty}
    times = rows.pop("time")
    return sample_table(PULSE, 0, times, None, None, rows)


def dropped(tables: Iterable[pa.Table], steps: list[list[Any]], end: float) -> Iterator[dict[str, Any]]:
    """Segments of the layer "dropped": what a budget left out, and when. steps: of the extractor's facts."""
    rows = joined(tables, ["time", "step"])
    edges = np.flatnonzero(np.diff(rows["step"], prepend=-1))
    times = [*rows["time"][edges], end]
    for i, start in zip(edges, range(len(edges)), strict=True):
        for family, every in dict(steps[: int(rows["step"][i])]).items():
            label = f"{family} but on every {every}. frame"
            yield {
                "start": times[start],
                "end": times[start + 1],
                "layer": "dropped",
                "label": label,
                "model": "budget",
            }
