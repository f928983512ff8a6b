"""Brings back what Mien wrote into an annotation document, with what an annotator changed in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mien.errors import TimelineInvalid, TimelineNewer
from mien.timeline import build
from mien.timeline.exports.eaf import slots
from mien.timeline.exports.lanes import parts, speakers
from mien.timeline.exports.xml import visible
from mien.timeline.imports import gather
from mien.timeline.imports.annotations import Note
from mien.timeline.schema import VERSION
from mien.timeline.timeline import Timeline

CHANGEABLE = ("start", "end", "label", "layer", "track")


def restored(text: str, notes: Sequence[Note], author: str, name: str) -> Timeline:
    """The timeline of a document with the text of its property "mien".

    Segments that are as they were come back to the last bit. Any other is an annotator's: a changed one keeps its exact
    times where their milliseconds are the same, and a new one is on the track of the tier's person that it overlaps
    most. What has no annotation any more is gone. author: who annotated, where the tier does not say.
    """
    try:
        kept = json.loads(text)
        if kept["version"] > VERSION:
            raise TimelineNewer(
                f"{name!r} was written by a newer Mien (schema {kept['version']}); update this one."
            )
        media, tracks = build.media(kept["media"]), build.tracks(kept["tracks"])
        rows = _rows(kept, notes, tracks, author)
        place = {key: number for number, key in enumerate(kept["segments"])}
        rows.sort(key=lambda one: (one[1]["media"], one[1]["start"], place.get(one[0], len(place))))
        segments = build.segments(row for _, row in rows)
        return Timeline(media, tracks, segments, provenance=kept["provenance"])
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        pa.ArrowException,
    ) as error:
        raise TimelineInvalid(
            f"{name!r}: its property 'mien' is damaged ({type(error).__name__}: {error}). Remove that line "
            '<PROPERTY NAME="mien">…</PROPERTY> to read the annotations alone.'
        ) from error


def _rows(
    kept: Mapping[str, Any], notes: Iterable[Note], tracks: pa.Table, author: str
) -> list[tuple[str, dict[str, Any]]]:
    names = speakers(tracks)
    cast = {visible(name): name for name in names.values()}
    media = kept["media"][0]["media"] if kept["media"] else 0
    rows = []
    for note in notes:
        speaker, layer = _whose(note, kept["tiers"], cast)
        said: dict[str, Any] = {
            "start": note.start / 1000,
            "end": note.end / 1000,
            "label": note.text,
            "media": media,
            "model": note.tier.get("ANNOTATOR") or author,
        }
        was = kept["segments"].get(note.id)
        said |= {
            "layer": layer,
            "track": None if speaker is None else _track(cast.get(speaker), names, tracks, note),
        }
        if was is not None:
            changed = _changed(note, speaker, layer, was, names)
            if not changed:
                rows.append((note.id, was))
                continue
            if len(changed) < len(CHANGEABLE):
                rows.append((note.id, _corrected(was, {key: said[key] for key in changed}, said["model"])))
                continue
        rows.append((note.id, gather.segment(**said)))
    return rows


def _changed(
    note: Note, speaker: str | None, layer: str, was: Mapping[str, Any], names: Mapping[int, str]
) -> list[str]:
    """Which of `CHANGEABLE` are not as they were written."""
    start, end = slots(was["start"], was["end"])
    whose = None if was["track"] is None else visible(names[was["track"]])
    same = {
        "start": note.start == start,
        "end": note.end == end,
        "label": note.text == visible(was["label"]),
        "layer": layer == visible(was["layer"]),
        "track": speaker == whose,
    }
    return [key for key in CHANGEABLE if not same[key]]


def _corrected(was: Mapping[str, Any], changes: Mapping[str, Any], annotator: str) -> dict[str, Any]:
    row = dict(was) | dict(changes) | {"source": "annotator", "model": annotator, "probability": None}
    row["end"] = max(row["start"], row["end"])
    if row["apex"] is not None and not row["start"] <= row["apex"] <= row["end"]:
        row["apex"] = None
    before = {key: was[key] for key in (*changes, "probability", "model", "source", "provenance")}
    return row | {"provenance": json.dumps({"corrected": before})}


def _whose(note: Note, tiers: Mapping[str, Sequence[Any]], cast: Mapping[str, str]) -> tuple[str | None, str]:
    """Whose an annotation is and its layer: as Mien named the tier, or as a new tier's name and participant say."""
    name = note.tier["TIER_ID"]
    if name in tiers:
        speaker, layer = tiers[name]
        return speaker, layer
    speaker, layer = parts(name)
    if speaker in cast:
        return speaker, layer
    participant = note.tier.get("PARTICIPANT")
    return (participant if participant in cast else None), name


def _track(speaker: str | None, names: Mapping[int, str], tracks: pa.Table, note: Note) -> int | None:
    """Of the speaker's tracks the one that the annotation overlaps most, or is nearest to."""

    def overlap(row: Mapping[str, Any]) -> float:
        return float(min(row["end"], note.end / 1000) - max(row["start"], note.start / 1000))

    rows = [row for row in tracks.to_pylist() if names[row["track"]] == speaker]
    return max(rows, key=overlap)["track"] if rows else None
