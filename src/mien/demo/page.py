"""The page on which the demo shows what it did: one HTML file that needs nothing beside itself."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

import mien
from mien.demo.steps import Check, DemoResult, Picture, Spans, Step

HEAD = ("", "what", "expected", "answered", "probability", "why")  # of a table of checks
_TEMPLATE = Path(__file__).with_name("page.html")
_MARKS = {True: ("yes", "ok"), False: ("no", "not ok"), None: ("open", "")}
_NAMES, _WIDTH, _ROW = 150, 900, 44  # of the chart of times, in its own units


def page(result: DemoResult, files: Sequence[Sequence[Path]], provenance: Sequence[str]) -> str:
    """The page as HTML.

    files: for each step the JPEG files of its pictures; they are put into the page.
    provenance: lines about models, thresholds and photographs.
    """
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        version=escape(mien.__version__),
        headline=escape(headline(result)),
        summary=escape(f"{len(result.steps)} steps in {result.seconds:.1f} seconds."),
        sections="\n".join(_section(step, own) for step, own in zip(result.steps, files, strict=True)),
        provenance="\n".join(f"<li>{escape(line)}</li>" for line in provenance),
    )


def headline(result: DemoResult) -> str:
    """How many answers were as expected, in one sentence."""
    right = sum(bool(check.ok) for check in result.checks)
    if not result.checks:
        return "What was found in your photographs"
    if result.ok:
        return f"All {right} answers came out as expected"
    return f"{right} of {len(result.checks)} answers came out as expected"


def percent(probability: float) -> str:
    """A probability as a person reads it; nothing where there is none."""
    if math.isnan(probability):
        return ""
    return "> 99 %" if probability > 0.99 else "< 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


def _section(step: Step, files: Sequence[Path]) -> str:
    return (
        f"<section>\n<h2>{escape(step.title)}<small>{step.seconds:.1f} s</small></h2>\n"
        f"<p>{escape(step.told)}</p>\n{_table(step.checks)}{_chart(step.spans)}"
        f"{_pictures(step.pictures, files)}</section>"
    )


def _table(checks: Sequence[Check]) -> str:
    if not checks:
        return ""
    head = "".join(f"<th>{title}</th>" for title in HEAD)
    return f'<div class="scroll"><table>\n<tr>{head}</tr>\n{"".join(map(_row, checks))}</table></div>\n'


def _row(check: Check) -> str:
    kind, word = _MARKS[check.ok]
    return (
        f'<tr><td><span class="mark {kind}">{word}</span></td><td>{escape(check.what)}</td>'
        f"<td>{escape(check.expected)}</td><td>{escape(check.answered)}</td>"
        f'<td class="number">{escape(percent(check.probability))}</td>'
        f'<td class="why">{escape(check.reason)}</td></tr>\n'
    )


def _pictures(pictures: Sequence[Picture], files: Sequence[Path]) -> str:
    if not pictures:
        return ""
    figures = "".join(_figure(picture, file) for picture, file in zip(pictures, files, strict=True))
    height, width = pictures[0].image.shape[:2]
    kind = "one" if len(pictures) == 1 else "wide" if width > 1.4 * height else "square"
    return f'<div class="pictures {kind}">\n{figures}</div>\n'


def _figure(picture: Picture, file: Path) -> str:
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    wrong = "<b>not as expected</b> " if picture.ok is False else ""
    return (
        f'<figure><div><img alt="{escape(picture.caption)}" src="data:image/jpeg;base64,{data}"></div>'
        f"<figcaption>{wrong}{escape(picture.caption)}</figcaption></figure>\n"
    )


def _chart(spans: Sequence[Spans]) -> str:
    """When everybody is in view: the truth as dashed frames, what was found as bars within them."""
    if not spans:
        return ""
    end = math.ceil(max(stop for one in spans for _, stop in (*one.truth, *one.found)))
    scale, height = (_WIDTH - _NAMES - 30) / end, _ROW * len(spans) + 24
    rows = "".join(_times(one, i * _ROW, scale) for i, one in enumerate(spans))
    axis = "".join(
        f'<line x1="{(x := _NAMES + t * scale):.1f}" x2="{x:.1f}" y1="0" y2="{height - 20}"/>'
        f'<text class="soft" x="{x:.1f}" y="{height - 5}" text-anchor="middle">{t} s</text>'
        for t in range(0, end + 1, max(1, end // 12))
    )
    told = "When each person is in view; dashed: the truth, filled: what was found"
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{told}">{axis}{rows}</svg>\n'


def _times(one: Spans, top: int, scale: float) -> str:
    found, truth = (
        "".join(
            f'<rect class="{kind}" x="{_NAMES + a * scale:.1f}" y="{top + inset}" rx="4" '
            f'width="{max((b - a) * scale, 1):.1f}" height="{_ROW - 14 - 2 * (inset - 7)}"/>'
            for a, b in times
        )
        for kind, inset, times in (("found", 12, one.found), ("truth", 7, one.truth))
    )
    return f'<text x="0" y="{top + 27}">{escape(one.name)}</text>{found}{truth}'
