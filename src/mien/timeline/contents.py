"""What a timeline holds, in short: who is in view and for how long, what was said of them, what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mien.timeline.build import column
from mien.timeline.select import columns_of, measures, schema_of
from mien.timeline.timeline import Timeline

LOOKING = ("frames", "faces")  # families of how it was looked at, rather than of what was seen
DROPPED = "dropped"  # the layer of what was left out to keep up, and when


@dataclass(frozen=True)
class Person:
    """Whoever has a lane.

    name: in the gallery, or "Person 1" and so on. answer, probability, reason: of the track that is surest. seconds: in
    view. tracks: (medium, start, end) of each. portrait: JPEG of the best look, or None.
    """

    lane: int
    name: str
    answer: str | None
    probability: float | None
    reason: str
    seconds: float
    tracks: tuple[tuple[int, float, float], ...]
    portrait: bytes | None


@dataclass(frozen=True)
class Label:
    """What was said by one model or annotator: how often, for how many seconds together, and of how many people."""

    layer: str
    label: str
    count: int
    seconds: float
    people: int
    source: str
    model: str


@dataclass(frozen=True)
class Measured:
    """A family of samples. rate: rows a second in the usual step of a track, NaN for a single row."""

    family: str
    rows: int
    rate: float
    tracked: bool
    measures: tuple[str, ...]
    basic: bool


def people(timeline: Timeline) -> list[Person]:
    """Everybody who is in view: named ones first, then by time in view."""
    by_lane: dict[int, list[dict[str, Any]]] = {}
    for track in timeline.tracks.to_pylist():
        by_lane.setdefault(track["lane"], []).append(track)
    named = {lane for lane, tracks in by_lane.items() if any(one["person"] is not None for one in tracks)}
    found = [_person(lane, tracks) for lane, tracks in by_lane.items()]
    return sorted(found, key=lambda one: (one.lane not in named, -one.seconds, one.lane))


def _person(lane: int, tracks: list[dict[str, Any]]) -> Person:
    best = max(tracks, key=lambda one: (one["person"] is not None, one["probability"] or 0))
    look = max(tracks, key=lambda one: (one["portrait"] is not None, one["quality"] or 0))
    spans = tuple((one["media"], one["start"], one["end"]) for one in tracks)
    return Person(
        lane=lane,
        name=best["person"] if best["person"] is not None else f"Person {lane + 1}",
        answer=best["answer"],
        probability=best["probability"],
        reason=best["reason"] or "",
        seconds=covered(spans),
        tracks=spans,
        portrait=look["portrait"],
    )


def covered(spans: Iterable[tuple[int, float, float]]) -> float:
    """Seconds that the spans (medium, start, end) cover, counted once where they overlap."""
    total, medium, until = 0.0, -1, 0.0
    for one, start, end in sorted(spans):
        until = until if one == medium else start
        total += max(end - max(start, until), 0.0)
        medium, until = one, max(end, until)
    return total


def labels(timeline: Timeline) -> list[Label]:
    """Each label of each layer, the longest of a layer first."""
    lane = dict(zip(*(column(timeline.tracks, name).tolist() for name in ("track", "lane")), strict=True))
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in timeline.segments.to_pylist():
        found.setdefault((one["layer"], one["label"], one["source"], one["model"]), []).append(one)
    made = [
        Label(
            *(layer, label, len(said), sum(one["end"] - one["start"] for one in said)),
            *(len({lane[one["track"]] for one in said if one["track"] is not None}), source, model),
        )
        for (layer, label, source, model), said in found.items()
    ]
    return sorted(made, key=lambda one: (one.layer, -one.seconds, one.label))


def families(timeline: Timeline) -> list[Measured]:
    """Each family of samples, with the measures that are single numbers; how it was looked at comes last."""
    basic = basics(timeline)
    ordered = sorted(timeline.samples, key=lambda family: family in LOOKING)
    return [_measured(timeline, family, basic) for family in ordered]


def _measured(timeline: Timeline, family: str, basic: frozenset[str]) -> Measured:
    schema = schema_of(timeline.samples, family)
    keys = [name for name in ("media", "time", "track") if name in schema.names]
    table = columns_of(timeline.samples, family, keys)
    times, tracks = column(table, "time"), column(table, keys[-1] if "track" in keys else "media")
    order = np.lexsort((times, tracks, column(table, "media")))
    steps = np.diff(times[order])[np.diff(tracks[order]) == 0]
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else np.nan
    return Measured(
        family, len(times), 1 / usual, "track" in keys, tuple(measures(schema)), basic=family in basic
    )


def basics(timeline: Timeline) -> frozenset[str]:
    """Names of whatever says of itself that it is basic: families, layers and models.

    In the provenance {"tier": "basic"} marks the model that is named beside it, and all keys that lead there; in the
    provenance of a segment it marks its layer.
    """
    found = set(_basic(timeline.provenance))
    said = timeline.segments.select(["layer", "model", "provenance"]).to_pylist()
    for layer, model, provenance in {(one["layer"], one["model"], one["provenance"]) for one in said}:
        if provenance and any(_basic(_parsed(provenance))):
            found |= {layer, model}
    return frozenset(found)


def _basic(about: Any, keys: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(about, Mapping):
        if about.get("tier") == "basic":
            yield from (*keys, str(about.get("name", "it")))
        for key, value in about.items():
            yield from _basic(value, (*keys, str(key)))
    elif isinstance(about, list | tuple):
        for value in about:
            yield from _basic(value, keys)


def _parsed(text: str) -> Any:
    """The JSON of a segment's provenance, or None: others may have written something else there."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def notes(timeline: Timeline) -> list[str]:
    """What must not be overlooked: what is basic, was left out, is unfinished, or is odd about the media."""
    known = {*timeline.samples, *column(timeline.segments, "layer").tolist()}
    basic = sorted(basics(timeline) & known)
    lines = (
        [f"{', '.join(basic)}: from a basic model; its figures are hints, not measurements."] if basic else []
    )
    lines += [
        f"{one.label}, for {one.seconds:.0f} s in all, to keep to the budget."
        for one in labels(timeline)
        if one.layer == DROPPED
    ]
    if any(
        one.get("finished") is False for one in (timeline.provenance, *timeline.provenance.get("joined", ()))
    ):
        lines.append("The run that made this has not ended: what follows is missing.")
    for one in timeline.media.to_pylist():
        lines += [f"{one['path']}: {note}" for note in one["notes"] or ()]
    return lines
