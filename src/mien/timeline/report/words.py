"""The sentences and lists of the page that need no script: what it is of, what to know first, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Any

from mien.timeline.contents import Measured
from mien.timeline.report.curves import LEVELS
from mien.timeline.timeline import Timeline


def title(media: Sequence[Mapping[str, Any]]) -> str:
    """The names of the media."""
    names = [PurePath(one["path"]).name or one["path"] for one in media]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "No medium"


def summary(timeline: Timeline, families: Sequence[Measured]) -> str:
    """How long, how many people, segments and samples."""
    seconds = sum(timeline.media.column("duration").to_pylist())
    people = len(set(timeline.tracks.column("lane").to_pylist()))
    rows = sum(one.rows for one in families)
    return (
        f"{_clock(seconds)} long; people: {people}; segments: {timeline.segments.num_rows:,}; "
        f"samples: {rows:,} in {len(families)} families."
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def to_know(notes: Sequence[str], every: int) -> str:
    """What must not be overlooked, as a list. every: how many samples two values of a curve stand for."""
    thinned = f"Curves show the lowest and the highest of each {every} samples, as there are many."
    lines = [*notes, *([thinned] if every > 1 else [])]
    return _list(lines) if lines else "<p>Nothing was left out, and nothing is known to be wrong.</p>"


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
        nested = any(isinstance(one, Mapping | list | tuple) for one in value)
        return "".join(map(_tree, value)) if nested else ", ".join(map(_tree, value))
    if value is None:
        return "none"
    return escape(f"{value:.6g}" if isinstance(value, float) else str(value))


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
