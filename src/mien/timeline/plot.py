"""Figures of a timeline: for each person the segments by layer, and curves below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError, TimelineError
from mien.timeline.build import NOBODY, column
from mien.timeline.contents import Person, families, people
from mien.timeline.gaps import after_gaps, with_gaps
from mien.timeline.select import columns_of, numbers, unit_and_meaning
from mien.timeline.timeline import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LAYER, CURVES, EDGE = (
    11.0,
    0.28,
    1.1,
    1.0,
)  # inches: of the figure; tall: a layer, curves, title and axis
COLOURS = (
    "#0072b2",
    "#c25700",
    "#007a5a",
    "#a8508a",
    "#2b97d1",
    "#8a6d00",
    "#55514a",
)  # for the colour-blind too
STYLES = ("-", "--", ":")
DENSITY = 150  # pixels an inch
POINTS = 4_000  # of a curve at most: the lowest and highest of as many rows as need be
DEFAULT = 3  # measures, where none are named


@dataclass(frozen=True)
class Lane:
    """What is drawn of a person, or of the medium as a whole (lane -1)."""

    lane: int
    name: str
    spans: list[tuple[float, float]]
    segments: dict[str, list[tuple[float, float, str]]]
    curves: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]
    unit: str


def figure(
    timeline: Timeline,
    measures: Sequence[str] | None = None,
    *,
    medium: int = 0,
    start: float = 0.0,
    end: float | None = None,
) -> Figure:
    """The figure of one medium from start to end (seconds; default: all of it).

    measures: such as ("emotion.happy", "voice.pitch"); default: the first three of the first family of people, and of
    the first of the medium as a whole. Axes stand from top to bottom: for each person who is in view one of segments (a
    bar each, rows are layers; the ground is grey while the person is in view) and one of curves, where there are any.
    Raises `ArgumentError` for a measure, a medium or a stretch of time that is not there, and `TimelineError` where
    matplotlib is not installed.

    >>> figure(mien.timeline.read("interview.parquet"), ["emotion.happy"]).savefig("a.png")      # doctest: +SKIP
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise TimelineError("Figures need matplotlib: pip install matplotlib") from error
    until = _end(timeline, medium) if end is None else end
    if not 0 <= start < until:
        raise ArgumentError(f"from {start} to {until} s: expected 0 or later, and the end after the start.")
    lanes = _lanes(timeline, _chosen(timeline, measures), medium, start, until)
    heights = [tall for lane in lanes for tall in _heights(lane)]
    made = Figure(figsize=(WIDTH, EDGE + sum(heights)), layout="constrained")
    axes = made.subplots(len(heights) or 1, sharex=True, squeeze=False, height_ratios=heights or [1])[:, 0]
    colours = _colours(lanes)
    free = iter(axes)
    for lane in lanes:
        _draw_segments(next(free), lane, colours)
        if lane.curves:
            _draw_curves(next(free), lane, colours)
    axes[0].set_xlim(start, until)
    axes[-1].set_xlabel("seconds")
    return made


def save(made: Figure, path: Path) -> None:
    """Write a figure in the format that the file's suffix names; `TimelineError` where it cannot be written."""
    try:
        made.savefig(path, dpi=DENSITY)
    except OSError as error:
        raise TimelineError(f"{path}: cannot be written ({error.strerror or error}).") from error


def _end(timeline: Timeline, medium: int) -> float:
    known = dict(zip(*(column(timeline.media, name).tolist() for name in ("media", "duration")), strict=True))
    if medium not in known:
        raise ArgumentError(f"medium {medium}: the timeline has {', '.join(map(str, known)) or 'none'}.")
    tables = (timeline.tracks, timeline.segments)  # they may be told of beyond a medium's own end
    ends = np.concatenate([column(table, "end")[column(table, "media") == medium] for table in tables])
    return float(max(known[medium], ends.max(initial=0.0)))


def _chosen(timeline: Timeline, measures: Sequence[str] | None) -> dict[str, list[str]]:
    """The measures by family."""
    known = {one.family: one for one in families(timeline) if one.measures}
    if measures is None:
        first = {one.tracked: one for one in reversed(known.values())}
        return {one.family: list(one.measures[:DEFAULT]) for one in first.values()}
    chosen: dict[str, list[str]] = {}
    for given in measures:
        family, _, measure = given.partition(".")
        if family not in known or measure not in known[family].measures:
            offered = ", ".join(f"{one.family}.{name}" for one in known.values() for name in one.measures)
            raise ArgumentError(f"measure {given!r}: not in this timeline; it has {offered or 'none'}.")
        chosen.setdefault(family, []).append(measure)
    return chosen


def _lanes(
    timeline: Timeline, chosen: dict[str, list[str]], medium: int, start: float, end: float
) -> list[Lane]:
    """Whoever is in view, then what is of the medium as a whole; without who has nothing in that time."""
    lane = dict(zip(*(column(timeline.tracks, name).tolist() for name in ("track", "lane")), strict=True))
    said: dict[int, dict[str, list[tuple[float, float, str]]]] = {}
    for one in timeline.segments.to_pylist():
        if one["media"] == medium and one["end"] >= start and one["start"] <= end:
            layers = said.setdefault(NOBODY if one["track"] is None else lane[one["track"]], {})
            layers.setdefault(one["layer"], []).append((one["start"], one["end"], one["label"]))
    curves, units = _curves(timeline, chosen, lane, medium, (start, end))
    everybody = [_spans(one, medium, start, end) for one in people(timeline)]
    found = [(one, name, spans) for one, name, spans in everybody if spans]
    return [
        Lane(one, name, spans, said.get(one, {}), curves.get(one, {}), units.get(one, ""))
        for one, name, spans in [*found, (NOBODY, "The whole", [])]
        if spans or one in said or one in curves
    ]


def _spans(
    person: Person, medium: int, start: float, end: float
) -> tuple[int, str, list[tuple[float, float]]]:
    seen = [(a, b) for number, a, b in person.tracks if number == medium and b >= start and a <= end]
    return person.lane, person.name, seen


def _curves(
    timeline: Timeline,
    chosen: dict[str, list[str]],
    lane: dict[int, int],
    medium: int,
    within: tuple[float, float],
) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """By lane the curves by "family.measure", and the unit where all of them have one."""
    curves: dict[int, dict[str, Any]] = {}
    units: dict[int, set[str]] = {}
    for family, names in chosen.items():
        keys = [key for key in ("media", "time", "track") if key in timeline.samples[family].schema.names]
        table = columns_of(timeline.samples, family, [*keys, *names])
        times, media = column(table, "time"), column(table, "media")
        tracks = column(table, "track") if "track" in keys else np.full(len(times), NOBODY)
        lanes = np.array([lane.get(track, NOBODY) for track in tracks.tolist()], np.int64)
        inside = (media == medium) & (times >= within[0]) & (times <= within[1])
        for one in np.unique(lanes[inside]).tolist():
            rows = np.flatnonzero(inside & (lanes == one))
            gaps = after_gaps(times[rows], tracks[rows])
            for name in names:
                values = np.insert(numbers(table, name)[rows], gaps, np.nan)
                curves.setdefault(one, {})[f"{family}.{name}"] = _thinned(
                    with_gaps(times[rows], gaps), values
                )
                units.setdefault(one, set()).add(unit_and_meaning(table.schema, name)[0])
    return curves, {one: unit.pop() for one, unit in units.items() if len(unit) == 1}


def _thinned(times: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> tuple[Any, Any]:
    """At most about `POINTS` points, of which none is between the lowest and highest of its stretch."""
    every = -(-2 * len(times) // POINTS)
    if every <= 2:
        return times, values
    missing = np.flatnonzero(np.isnan(values))
    starts = np.unique(np.concatenate([np.arange(0, len(times), every), missing, missing + 1]))
    starts = starts[starts < len(times)]
    low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    return np.repeat(times[starts], 2), np.stack([low, high], 1).ravel()


def _heights(lane: Lane) -> list[float]:
    return [LAYER * max(len(lane.segments), 1) + 0.25, *([CURVES] if lane.curves else [])]


def _colours(lanes: list[Lane]) -> dict[str, int]:
    """A number for each measure and each label; a label that is called like a measure has its number."""
    numbered: dict[str, int] = {}
    for lane in lanes:
        for i, name in enumerate(lane.curves):
            numbered.setdefault(name.partition(".")[2], i)
    for lane in lanes:
        for _, _, label in (one for said in lane.segments.values() for one in said):
            numbered.setdefault(label, len(numbered))
    return numbered


def _draw_segments(ax: Axes, lane: Lane, colours: dict[str, int]) -> None:
    ax.set_title(_plain(lane.name), loc="left", fontsize="medium")
    for start, end in lane.spans:
        ax.axvspan(start, end, color="0.94", zorder=0)
    for row, (_, said) in enumerate(sorted(lane.segments.items())):
        bars = [(start, end - start) for start, end, _ in said]
        shades = [COLOURS[colours[label] % len(COLOURS)] for _, _, label in said]
        ax.broken_barh(bars, (row - 0.38, 0.76), facecolors=shades, alpha=0.6)
        for start, _, label in said:
            ax.text(start, row, f" {_plain(label)}", va="center", fontsize="x-small", clip_on=True)
    ax.set_yticks(range(len(lane.segments)), map(_plain, sorted(lane.segments)))
    ax.set_ylim(max(len(lane.segments), 1) - 0.5, -0.5)
    ax.tick_params(left=False, bottom=False)
    ax.spines[["left", "right", "top"]].set_visible(False)


def _draw_curves(ax: Axes, lane: Lane, colours: dict[str, int]) -> None:
    for name, (times, values) in lane.curves.items():
        number = colours[name.partition(".")[2]]
        style = STYLES[number // len(COLOURS) % len(STYLES)]
        ax.plot(times, values, style, color=COLOURS[number % len(COLOURS)], linewidth=1, label=_plain(name))
    ax.set_ylabel(_plain(lane.unit))
    ax.legend(
        loc="lower right", bbox_to_anchor=(1, 0.97), ncols=len(lane.curves), fontsize="x-small", frameon=False
    )
    ax.spines[["right", "top"]].set_visible(False)


def _plain(text: str) -> str:
    """The text for matplotlib, which would take what stands between two dollars for a formula."""
    return text.replace("$", r"\$")
