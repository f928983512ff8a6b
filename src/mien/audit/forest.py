"""A chart with a row for each group: its rate, how sure that is, and how it lies to the rate of all."""

from __future__ import annotations

from collections.abc import Sequence

from mien.audit import svg
from mien.audit.intervals import Rate
from mien.audit.words import share, with_span

WIDTH, NAMES, RIGHT, ROW = 480, 150, 450, 26  # in the chart's own units


def forest(title: str, rows: Sequence[tuple[str, Rate]], overall: float, worst: str | None) -> str:
    """A figure with a dot and the interval for each named rate, `worst` set apart, and a line at the overall rate."""
    counted = [(name, rate) for name, rate in rows if rate.value is not None]
    high = max([overall, *(rate.high for _, rate in counted if rate.high is not None)]) or 1.0
    bottom = ROW * len(counted) + 6
    scale = (RIGHT - NAMES) / high
    drawn = ""
    for tick in (high * i / 4 for i in range(5)):
        at = NAMES + tick * scale
        drawn += svg.line("grid", (at, 0), (at, bottom))
        drawn += svg.text(share(float(f"{tick:.2g}")), (at, bottom + 16), "middle", "soft")
    at = NAMES + overall * scale
    drawn += svg.line("mark", (at, 0), (at, bottom), f"overall {share(overall)}")
    for i, (name, rate) in enumerate(counted):
        y, style = i * ROW + 14, "two" if name == worst else "one"
        low, value, top = (NAMES + (v or 0) * scale for v in (rate.low, rate.value, rate.high))
        drawn += svg.text(name if len(name) <= 20 else name[:19] + "…", (0, y + 4))
        drawn += svg.line(f"line {style}", (low, y), (top, y))
        drawn += svg.dot(f"dot {style}", (value, y), f"{name}: {with_span(rate)}")
    return svg.figure(title, "", (WIDTH, bottom + 24), drawn)
