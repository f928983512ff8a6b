"""The sentences and lists of the page that need no script: what it is of, what to know first, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Any

from mien.timeline.report.curves import LEVELS
from mien.timeline.timeline import Timeline

LOSSES = ("degraded", "dropped")  # keys of the provenance under which it stands what was not done in full


def title(media: Sequence[Mapping[str, Any]]) -> str:
    """The names of the media."""
    names = [PurePath(one["path"]).name or one["path"] for one in media]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "No medium"


def summary(timeline: Timeline) -> str:
    """How long, how many people, segments and samples."""
    seconds = sum(timeline.media.column("duration").to_pylist())
    people = len(set(timeline.tracks.column("lane").to_pylist()))
    rows = sum(table.num_rows for table in timeline.samples.values())
    return (
        f"{_clock(seconds)} long; people: {people}; segments: {timeline.segments.num_rows:,}; "
        f"samples: {rows:,} in {len(timeline.samples)} families."
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def to_know(timeline: Timeline, basics: frozenset[str], series: Sequence[Mapping[str, Any]]) -> str:
    """What must not be overlooked, as a list: what is basic, was left out, or is odd about the media."""
    layers = sorted(basics & {*timeline.samples, *timeline.segments.column("layer").to_pylist()})
    lines = [f"{', '.join(layers)}: from a basic model, whose figures are hints and no measurements."] * bool(
        layers
    )
    for key in LOSSES:
        lines += [f"{key}: {line}" for line in _lines(timeline.provenance.get(key))]
    if timeline.provenance.get("finished") is False:
        lines.append("The run that made this did not end: what follows is missing.")
    for one in timeline.media.to_pylist():
        lines += [f"{one['path']}: {note}" for note in one["notes"] or ()]
    if every := max((one["every"] for one in series), default=1) - 1:
        lines.append(f"Curves show the lowest and the highest of each {every + 1} samples, as they are many.")
    return _list(lines) if lines else "<p>Nothing was left out, and nothing is known to be wrong.</p>"


def _lines(value: Any) -> list[str]:
    """Each entry of whatever stands there as a text."""
    if isinstance(value, Mapping):
        return [f"{key}: {text}" for key, one in value.items() for text in _lines(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _lines(one)]
    return [] if value in (None, "") else [str(value)]


def provenance(timeline: Timeline) -> str:
    """Everything that the timeline says about how it was made, then its media and what the page itself rounds."""
    media = [
        f"{one['path']}: {one['kind']}, SHA-256 {one['sha256'] or 'none (a stream)'}"
        for one in timeline.media.to_pylist()
    ]
    return (
        f"<h3>Media</h3>{_list(media)}<h3>Models and parameters</h3>{_tree(timeline.provenance)}"
        f"<h3>This page</h3><p>Curves are rounded to 1/{LEVELS} of the range of their measure, and times to a "
        "tenth of a millisecond; where a measure was not taken, the curve has a gap. The timeline's own file keeps "
        "everything unrounded.</p>"
    )


def _tree(value: Any) -> str:
    """Nested facts as nested lists."""
    if isinstance(value, Mapping):
        return f"<ul>{''.join(f'<li><b>{escape(str(key))}</b> {_tree(one)}</li>' for key, one in value.items())}</ul>"
    if isinstance(value, list | tuple):
        return _list(value) if all(isinstance(one, str) for one in value) else "".join(map(_tree, value))
    return escape(f"{value:.6g}" if isinstance(value, float) else str(value))


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
