"""Charts of lines and dots over two axes, linear or logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from mien.audit import svg
from mien.audit.svg import Place

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 464, 14, 254  # the axes, in the chart's own units


@dataclass(frozen=True)
class Axis:
    """An axis between two values. told: how a tick is written."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    told: Callable[[float], str]
    log: bool = False

    def at(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high one; what is beyond stays at the end."""
        low, high = self.low, self.high
        if self.log:
            value, low, high = (math.log10(max(v, 1e-300)) for v in (value, low, high))
        return min(max((value - low) / (high - low), 0.0), 1.0)


@dataclass(frozen=True)
class Series:
    """Points (x, y) of one kind.

    style: "one", "two" or "guess" (dashed). dots: points are marked, with tooltips. line: they are joined.
    area: the surface below is filled.
    """

    name: str
    points: Sequence[Place]
    style: str = "one"
    dots: bool = False
    line: bool = True
    area: bool = False


def chart(
    title: str, x: Axis, y: Axis, series: Sequence[Series], mark: tuple[float, str] | None = None
) -> str:
    """A figure: title, legend where there are several series, axes, lines and dots.

    mark: an x at which a vertical line stands, and what it says.
    """
    drawn = _axes(x, y) + "".join(_series(x, y, one) for one in series)
    if mark:
        place = _place(x, y, (mark[0], y.low))[0]
        side, away = ("end", -6) if x.at(mark[0]) > 0.6 else ("start", 6)
        drawn += svg.line("mark", (place, TOP), (place, BOTTOM)) + svg.text(
            mark[1], (place + away, TOP + 12), side
        )
    return svg.figure(title, _legend(series), (WIDTH, HEIGHT), drawn)


def _legend(series: Sequence[Series]) -> str:
    keys = "".join(
        f'<span class="key {one.style}{"" if one.line else " only"}"><i></i>{escape(one.name)}</span>'
        for one in series
    )
    return f'<span class="legend">{keys if len(series) > 1 else ""}</span>'


def _place(x: Axis, y: Axis, point: Place) -> Place:
    return LEFT + x.at(point[0]) * (RIGHT - LEFT), BOTTOM - y.at(point[1]) * (BOTTOM - TOP)


def _axes(x: Axis, y: Axis) -> str:
    drawn = ""
    for tick in y.ticks:
        _, at = _place(x, y, (x.low, tick))
        drawn += svg.line("grid", (LEFT, at), (RIGHT, at))
        drawn += svg.text(y.told(tick), (LEFT - 8, at + 4), "end", "soft")
    for tick in x.ticks:
        at, _ = _place(x, y, (tick, y.low))
        drawn += svg.line("tick", (at, BOTTOM), (at, BOTTOM + 4))
        drawn += svg.text(x.told(tick), (at, BOTTOM + 18), "middle", "soft")
    drawn += svg.line("tick", (LEFT, BOTTOM), (RIGHT, BOTTOM))
    drawn += svg.text(x.label, ((LEFT + RIGHT) / 2, HEIGHT - 8), "middle")
    return drawn + svg.text(y.label, (14, (TOP + BOTTOM) / 2), "middle", turned=True)


def _series(x: Axis, y: Axis, one: Series) -> str:
    places = [_place(x, y, point) for point in one.points]
    drawn = ""
    if one.area and places:
        drawn += svg.area(f"area {one.style}", [(places[0][0], BOTTOM), *places, (places[-1][0], BOTTOM)])
    if one.line:
        drawn += svg.path(f"line {one.style}", places)
    if one.dots:
        drawn += "".join(
            svg.dot(f"dot {one.style}", place, f"{one.name}: {x.told(point[0])}, {y.told(point[1])}")
            for place, point in zip(places, one.points, strict=True)
        )
    return drawn


def decades(low: float, high: float) -> list[float]:
    """Powers of ten from low to high, ends included where they are such."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [10.0**k for k in range(first, last + 1)]


def even(low: float, high: float, steps: int = 4) -> list[float]:
    """Equally spaced ticks, ends included."""
    return [low + (high - low) * i / steps for i in range(steps + 1)]
