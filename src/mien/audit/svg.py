"""The few shapes that charts are made of, as SVG text; a style sheet gives each kind its colour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Place = tuple[float, float]


def line(kind: str, start: Place, end: Place, told: str = "") -> str:
    """A straight line, with a tooltip where something is told."""
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}">{_title(told)}</line>'
    )


def path(kind: str, places: Sequence[Place]) -> str:
    """Lines through all places."""
    return f'<polyline class="{kind}" points="{_points(places)}"/>'


def area(kind: str, places: Sequence[Place]) -> str:
    """The surface that the places enclose."""
    return f'<polygon class="{kind}" points="{_points(places)}"/>'


def dot(kind: str, place: Place, told: str) -> str:
    """A dot with a tooltip."""
    return f'<circle class="{kind}" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4.5">{_title(told)}</circle>'


def text(words: str, place: Place, anchor: str = "start", kind: str = "", turned: bool = False) -> str:
    """A line of text; anchor is "start", "middle" or "end"; turned text reads upwards."""
    x, y = place
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{escape(words)}</text>'


def figure(title: str, legend: str, size: Place, drawn: str) -> str:
    """A figure of HTML with a caption and a picture of that size in its own units."""
    box = f'viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" role="img" aria-label="{escape(title)}"'
    return f"<figure><figcaption>{escape(title)}{legend}</figcaption><svg {box}>{drawn}</svg></figure>\n"


def _points(places: Sequence[Place]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _title(told: str) -> str:
    return f"<title>{escape(told)}</title>" if told else ""
