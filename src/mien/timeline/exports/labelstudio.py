"""Segments as tasks of Label Studio, with the labelling interface that shows them.

A task for each medium. On a video a segment is a region of `TimelineLabels`, whose frames Label Studio counts from 1
and holds to be equally long; on sound it is a region of `Labels` in seconds. What models say are predictions, one set
for each model, and what annotators say are annotations. Person and exact times stand in the region's notes.
There is no import: Label Studio's frames are the segments' times only to the nearest frame.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from mien.timeline.exports.lanes import speakers
from mien.timeline.exports.vocabulary import vocabularies
from mien.timeline.exports.xml import attribute
from mien.timeline.timeline import Timeline

NEAR = 1e-6  # of a frame: a boundary so close to a frame's is that frame's


def text(timeline: Timeline) -> Iterator[str]:
    """The tasks, to be imported into a project that has the interface `config` gives."""
    yield json.dumps(tasks(timeline), ensure_ascii=False, indent=1) + "\n"


def tasks(timeline: Timeline) -> list[dict[str, Any]]:
    """One task for each medium, with predictions by model and annotations by annotator."""
    return [_task(timeline, medium) for medium in timeline.media.to_pylist()]


def config(timeline: Timeline) -> str:
    """The labelling interface: a player and, for each layer, its labels. Media of one kind and frame rate at a time."""
    media = timeline.media.to_pylist()
    sound = all(medium["kind"] == "audio" for medium in media)
    control = "Labels" if sound else "TimelineLabels"
    rate = next((medium["rate"] for medium in media if medium["rate"]), None)
    layers: dict[str, dict[str, None]] = {}
    for layer, label in _pairs(timeline):
        layers.setdefault(layer, {})[label] = None
    for medium in media:  # with the classes that no segment has, so that an annotator can choose them
        for layer, closed in vocabularies(timeline, medium["media"]).items():
            layers[layer] |= dict.fromkeys(closed or ())
    lines = ["<View>"]
    if sound:
        lines.append('  <Audio name="audio" value="$audio"/>')
    else:
        frames = "" if rate is None else f' frameRate="{rate:g}"'
        lines.append(f'  <Video name="video" value="$video"{frames} timelineHeight="160"/>')
    for layer, labels in layers.items():
        lines.append(f'  <{control} name={attribute(layer)} toName="{"audio" if sound else "video"}">')
        lines += [f"    <Label value={attribute(label)}/>" for label in labels]
        lines.append(f"  </{control}>")
    return "\n".join([*lines, "</View>", ""])


def frames(start: float, end: float, rate: float) -> tuple[int, int]:
    """First and last frame of an interval, counted from 1, where a frame lasts 1 / rate seconds."""
    first = math.floor(start * rate + NEAR) + 1
    return first, max(first, math.ceil(end * rate - NEAR))


def _pairs(timeline: Timeline) -> Iterator[tuple[str, str]]:
    return zip(timeline.segments["layer"].to_pylist(), timeline.segments["label"].to_pylist(), strict=True)


def _task(timeline: Timeline, medium: dict[str, Any]) -> dict[str, Any]:
    names = speakers(timeline.tracks)
    kind = "audio" if medium["kind"] == "audio" else "video"
    results: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for number, row in enumerate(timeline.segments.to_pylist()):
        if row["media"] == medium["media"]:
            whose = names.get(row["track"])
            results.setdefault((row["source"], row["model"]), []).append(_region(number, row, medium, whose))
    return {
        "data": {kind: medium["path"]},
        "predictions": [
            {"model_version": model, "result": regions}
            for (source, model), regions in results.items()
            if source == "model"
        ],
        "annotations": [
            {"completed_by": {"email": model}, "result": regions}
            for (source, model), regions in results.items()
            if source != "model"
        ],
    }


def _region(number: int, row: dict[str, Any], medium: dict[str, Any], whose: str | None) -> dict[str, Any]:
    if medium["kind"] == "audio":
        kind, value = "labels", {"start": row["start"], "end": row["end"], "channel": 0}
    else:
        first, last = frames(row["start"], row["end"], medium["rate"] or 25.0)
        kind, value = "timelinelabels", {"ranges": [{"start": first, "end": last}]}
    notes = [f"{row['start']:.3f} to {row['end']:.3f} s"]
    region = {
        "id": f"mien{number}",
        "from_name": row["layer"],
        "to_name": "audio" if medium["kind"] == "audio" else "video",
        "type": kind,
        "value": {**value, kind: [row["label"]]},
        "meta": {"text": notes if whose is None else [whose, *notes]},
    }
    return region if row["probability"] is None else region | {"score": row["probability"]}
