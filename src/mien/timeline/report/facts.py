"""What a page tells of a timeline besides its curves: people, segments, groups of measures, and what is basic."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from mien.timeline.report.curves import measures, numbers
from mien.timeline.timeline import Timeline

SHOWN = 3  # measures of a group that are drawn unless others are chosen: those that vary most


def basics(timeline: Timeline) -> frozenset[str]:
    """Names of whatever says of itself that it is basic: families, layers and models.

    In the provenance, {"tier": "basic"} marks the model that is named beside it and all keys that lead there; in the
    provenance of a segment it marks the layer.
    """
    found = set(_basic(timeline.provenance))
    segments = timeline.segments.select(["layer", "model", "provenance"])
    for layer, model, provenance in set(zip(*segments.to_pydict().values(), strict=True)):
        if "basic" in (provenance or "") and set(_basic(_parsed(provenance), (layer, model))):
            found |= {layer, model}
    return frozenset(found)


def _basic(about: Any, keys: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(about, Mapping):
        if about.get("tier") == "basic":
            yield from (*keys, str(about.get("name", "")))
        for key, value in about.items():
            yield from _basic(value, (*keys, str(key)))
    elif isinstance(about, list | tuple):
        for value in about:
            yield from _basic(value, keys)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def lanes(timeline: Timeline) -> list[dict[str, Any]]:
    """Whoever is in view, named people first, then by time in view.

    Each is {"lane", "name", "said" (answer and probability), "why", "seconds", "portrait" (base64, or null),
    "tracks": [[medium, start, end], ...]}.
    """
    by_lane: dict[int, list[dict[str, Any]]] = {}
    for track in timeline.tracks.to_pylist():
        by_lane.setdefault(track["lane"], []).append(track)
    found = [_lane(number, tracks) for number, tracks in by_lane.items()]
    return sorted(found, key=lambda one: (not one["named"], -one["seconds"], one["lane"]))


def _lane(number: int, tracks: list[dict[str, Any]]) -> dict[str, Any]:
    best = max(tracks, key=lambda one: (one["person"] is not None, one["probability"] or 0))
    face = max(tracks, key=lambda one: (one["portrait"] is not None, one["quality"] or 0))["portrait"]
    return {
        "lane": number,
        "named": best["person"] is not None,
        "name": best["person"] or f"Person {number + 1}",
        "said": _said(best),
        "why": best["reason"] or "",
        "seconds": in_view((one["media"], one["start"], one["end"]) for one in tracks),
        "portrait": base64.b64encode(face).decode("ascii") if face else None,
        "tracks": [[one["media"], one["start"], one["end"]] for one in tracks],
    }


def _said(track: Mapping[str, Any]) -> str:
    """What the gallery says of a track."""
    if track["answer"] is None:
        return "no gallery was asked"
    if track["answer"] != "match" or track["probability"] is None:
        return {"no match": "unknown"}.get(track["answer"], str(track["answer"]))
    return f"{100 * min(track['probability'], 0.999):.1f} % sure"


def in_view(spans: Iterable[tuple[int, float, float]]) -> float:
    """Seconds that the spans (medium, start, end) cover, counted once where they overlap."""
    total, until = 0.0, (-1, 0.0)
    for medium, start, end in sorted(spans):
        begin = max(start, until[1]) if medium == until[0] else start
        total += max(end - begin, 0.0)
        until = (medium, max(end, until[1]) if medium == until[0] else end)
    return total


def segments(timeline: Timeline) -> dict[str, Any]:
    """The segments as columns; texts are numbers of "texts", "row" keeps overlapping ones of a layer apart."""
    table = timeline.segments.sort_by([("media", "ascending"), ("start", "ascending")])
    lane = dict(zip(*(timeline.tracks.column(name).to_pylist() for name in ("track", "lane")), strict=True))
    columns: dict[str, list[Any]] = {
        name: table.column(name).to_pylist() for name in ("media", "start", "end", "apex", "probability")
    }
    columns["probability"] = [
        None if p is None or p != p else float(f"{p:.4g}") for p in columns["probability"]
    ]
    columns["lane"] = [-1 if track is None else lane[track] for track in table.column("track").to_pylist()]
    texts: dict[str, int] = {}
    for name in ("layer", "label", "model", "source"):
        columns[name] = [texts.setdefault(text, len(texts)) for text in table.column(name).to_pylist()]
    columns["row"] = _rows(columns)
    return {**columns, "texts": list(texts)}


def _rows(columns: Mapping[str, list[Any]]) -> list[int]:
    """The first row of its lane and layer that is free when a segment begins."""
    free: dict[tuple[int, int, int], list[float]] = {}
    placed = []
    keys = zip(columns["media"], columns["lane"], columns["layer"], strict=True)
    for key, start, end in zip(keys, columns["start"], columns["end"], strict=True):
        ends = free.setdefault(key, [])
        row = next((i for i, until in enumerate(ends) if until <= start), len(ends))
        ends[row:] = [end, *ends[row + 1 :]]
        placed.append(row)
    return placed


def groups(timeline: Timeline) -> list[dict[str, Any]]:
    """Measures that share an axis: those of one family and unit.

    Each is {"family", "unit", "tracked", "low", "high" (of the axis), "names", "meanings", "shown" (at first)}.
    """
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for family, table in timeline.samples.items():
        for name in measures(table):
            about = {
                key.decode(): value.decode()
                for key, value in (table.schema.field(name).metadata or {}).items()
            }
            unit, values = about.get("unit", ""), numbers(table, name)
            fresh = {"family": family, "unit": unit, "tracked": "track" in table.column_names}
            one = made.setdefault((family, unit), {**fresh, "low": np.inf, "high": -np.inf, "measures": []})
            one["low"] = min(one["low"], float(np.nanmin(values)))
            one["high"] = max(one["high"], float(np.nanmax(values)))
            one["measures"].append((name, about.get("meaning", ""), float(np.nanstd(values))))
    return [_group(one) for one in made.values()]


def _group(one: dict[str, Any]) -> dict[str, Any]:
    found = one.pop("measures")
    if not one["unit"] and one["low"] >= 0 and one["high"] <= 1:
        one["low"], one["high"] = 0.0, 1.0
    most = sorted(found, key=lambda measure: -measure[2])[:SHOWN]
    return one | {
        "names": [name for name, _, _ in found],
        "meanings": [meaning for _, meaning, _ in found],
        "shown": [measure in most for measure in found],
    }
