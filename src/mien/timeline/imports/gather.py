"""Makes a timeline of segments of which only the speakers' names are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mien.timeline import build
from mien.timeline.exports.lanes import UNNAMED
from mien.timeline.timeline import Timeline

UNKNOWN = re.compile(re.escape(UNNAMED).replace(r"\{\}", r"([1-9]\d{0,5})"))


def medium(number: int = 0, **known: Any) -> dict[str, Any]:
    """A row of the media of which only some columns are known."""
    return {"media": number, "path": "", "kind": "video", "duration": 0.0} | known


def segment(start: float, end: float, layer: str, label: str, **known: Any) -> dict[str, Any]:
    """A row of the segments, by an annotator and of medium 0 unless something else is known."""
    row = {"media": 0, "start": start, "end": end, "layer": layer, "label": label}
    return row | {"model": "annotator", "source": "annotator"} | known


def timeline(
    spoken: Iterable[tuple[str | None, dict[str, Any]]],
    media: Sequence[dict[str, Any]],
    provenance: Mapping[str, Any],
) -> Timeline:
    """The timeline of segments, each with the name of whose it is, or None where it is of the medium as a whole.

    A name gets a lane, and a track from its first segment to its last in each medium. "Person 3" is nobody's name, but
    how Mien calls the third lane.
    """
    pairs = list(spoken)
    lanes = _lanes(name for name, _ in pairs if name is not None)
    tracks: dict[tuple[int, str], dict[str, Any]] = {}
    rows = []
    for name, row in pairs:
        if name is not None:
            fresh = {"track": len(tracks), "media": row["media"], "lane": lanes[name], "looks": 0}
            fresh |= {"person": None if UNKNOWN.fullmatch(name) else name, "kind": "person"}
            track = tracks.setdefault(
                (row["media"], name), fresh | {"start": row["start"], "end": row["end"]}
            )
            track["start"] = min(track["start"], row["start"])
            track["end"] = max(track["end"], row["end"])
            row = row | {"track": track["track"]}
        rows.append(row)
    return Timeline(
        build.media(media), build.tracks(tracks.values()), build.segments(rows), provenance=provenance
    )


def _lanes(names: Iterable[str]) -> dict[str, int]:
    """By name its lane: that of its number where it has one, else the next that is free."""
    different = list(dict.fromkeys(names))
    lanes = {name: int(found[1]) - 1 for name in different if (found := UNKNOWN.fullmatch(name))}
    taken = set(lanes.values())
    free = (lane for lane in range(len(different) + len(taken)) if lane not in taken)
    return lanes | {name: next(free) for name in different if name not in lanes}
