"""Which charts a report has, and what stands on their axes."""

from __future__ import annotations

import math

from mien.audit.charts import Axis, Series, chart, decades, even
from mien.audit.forest import forest
from mien.audit.report import Column, Report
from mien.audit.words import share

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def verification(report: Report) -> str:
    """ROC, DET and the distributions of scores."""
    return roc(report) + det(report) + scores(report)


def roc(report: Report) -> str:
    """TAR over FMR."""
    points = [(fmr, 1 - fnmr) for fmr, fnmr in _curve(report)]
    low = min(0.8, math.floor(min(y for _, y in points) * 5) / 5)
    y = Axis("TAR (found)", low, 1, even(low, 1), lambda v: f"{100 * v:.4g} %")
    dots = [(p.fmr.value or 0, p.tar.value or 0) for p in report.verification.points if p.fmr.value]
    return chart(
        "ROC: how many are found",
        _fmr_axis(report),
        y,
        [Series("all thresholds", points), Series("FMR asked for", dots, dots=True, line=False)],
    )


def det(report: Report) -> str:
    """FNMR over FMR, both logarithmic."""
    points = [(fmr, fnmr) for fmr, fnmr in _curve(report) if fnmr > 0]
    own = [(p.fmr.value, p.fnmr.value) for p in report.verification.own if p.fmr.value and p.fnmr.value]
    lowest = min([1e-1, *(fnmr for _, fnmr in points)])
    low = 10.0 ** math.floor(math.log10(lowest))
    y = Axis("FNMR (missed)", low, 1, decades(low, 1), share, log=True)
    return chart(
        "DET: what each error costs the other",
        _fmr_axis(report),
        y,
        [
            Series("all thresholds", points),
            Series("Mien's own thresholds", own, "two", dots=True, line=False),
        ],
    )


def scores(report: Report) -> str:
    """Both distributions of scores, each with its highest bin at 1."""
    histogram = report.verification.histogram
    middles = [(a + b) / 2 for a, b in zip(histogram.edges[:-1], histogram.edges[1:], strict=True)]
    x = Axis("similarity (cosine)", -0.5, 1, even(-0.5, 1, 6), lambda v: f"{v:.2g}")
    y = Axis("share, highest = 1", 0, 1, even(0, 1), lambda v: f"{v:.2g}")
    drawn = []
    for name, counts, style in (
        ("two people", histogram.impostor, "two"),
        ("one person", histogram.genuine, "one"),
    ):
        top = max(counts)
        points = [(m, c / top) for m, c in zip(middles, counts, strict=True) if m > x.low]
        drawn.append(Series(name, points, style, area=True))
    limit = report.main.threshold
    return chart("Similarities", x, y, drawn, (limit, f"threshold {limit:.3f}"))


def searches(report: Report) -> str:
    """FNIR by size of gallery, and the cumulative match characteristic."""
    if not report.open_set:
        return ""
    sizes = report.open_set.sizes
    drawn = ""
    if len(sizes) > 1:
        rates = [point.fnir.value or 0 for size in sizes for point in size.points]
        top = _nice(max([*rates, 0.01]))
        x = Axis(
            "people enrolled",
            sizes[0].people,
            sizes[-1].people,
            [s.people for s in sizes],
            lambda v: f"{v:,.0f}",
            log=True,
        )
        y = Axis("FNIR (missed)", 0, top, even(0, top), share)
        drawn = chart(
            "Misses as the gallery grows",
            x,
            y,
            [
                Series(
                    f"FPIR {share(sizes[0].points[i].asked)}",
                    [(s.people, s.points[i].fnir.value or 0) for s in sizes],
                    style,
                    dots=True,
                )
                for i, style in ((0, "one"), (1, "two"))
            ],
        )
    return drawn + cmc(report.open_set.cmc)


def cmc(shares: tuple[float, ...]) -> str:
    """The share of searches whose person is among the first k."""
    if len(shares) < 2:
        return ""
    low = max(0.0, math.floor(shares[0] * 100 - 0.5) / 100)
    last = len(shares)
    ticks = sorted({1, *range(5, last + 1, 5), last})
    return chart(
        "CMC: among the first k, whatever the score",
        Axis("rank k", 1, last, ticks, lambda v: f"{v:.0f}"),
        Axis("share of searches", low, 1, even(low, 1), lambda v: f"{100 * v:.4g} %"),
        [Series("largest gallery", [(k + 1, value) for k, value in enumerate(shares)], dots=True)],
    )


def reliability(report: Report) -> str:
    """What probabilities say against what came true."""
    axis = Axis("probability said", 0, 1, even(0, 1), lambda v: f"{100 * v:.0f} %")
    y = Axis("were one person", 0, 1, even(0, 1), lambda v: f"{100 * v:.0f} %")
    points = [(b.said, b.came) for b in report.calibration.bins]
    return chart(
        "Reliability of probabilities",
        axis,
        y,
        [Series("as it should be", [(0, 0), (1, 1)], "guess"), Series("as it came", points, dots=True)],
    )


def quality(report: Report) -> str:
    """FNMR as comparisons of poor photographs are left out."""
    discard = report.discard
    top = _nice(max([*discard.fnmr, 1e-4]))
    return chart(
        "Misses when poor photographs are left out",
        Axis("share left out", 0, discard.shares[-1], even(0, discard.shares[-1], 3), share),
        Axis("FNMR (missed)", 0, top, even(0, top), share),
        [
            Series("by chance", [(0, discard.fnmr[0]), (discard.shares[-1], discard.fnmr[0])], "guess"),
            Series("lowest quality first", list(zip(discard.shares, discard.fnmr, strict=True)), dots=True),
        ],
    )


def slices(column: Column, report: Report) -> str:
    """False matches and misses by slice."""
    fmr = [(s.value, s.fmr) for s in column.slices]
    fnmr = [(s.value, s.fnmr) for s in column.slices]
    main = report.main
    return forest(f"False matches by {column.name}", fmr, main.fmr.value or 0, column.worst_fmr) + forest(
        f"Misses by {column.name}", fnmr, main.fnmr.value or 0, column.worst_fnmr
    )


def _curve(report: Report) -> list[tuple[float, float]]:
    curve = report.verification.curve
    return [(fmr, fnmr) for fmr, fnmr in zip(curve.fmr, curve.fnmr, strict=True) if fmr > 0]


def _fmr_axis(report: Report) -> Axis:
    low = min(0.1, 10.0 ** math.floor(math.log10(min(fmr for fmr, _ in _curve(report))) + 1e-9))
    return Axis("FMR (strangers taken for one person)", low, 1, decades(low, 1), _power, log=True)


def _power(value: float) -> str:
    """A power of ten as such; other values, in tooltips, as shares."""
    k = round(math.log10(value))
    return f"10{str(k).translate(_RAISED)}" if math.isclose(value, 10.0**k) else share(value)


def _nice(value: float) -> float:
    """The next of 1, 2, 4 or 8 times a power of ten."""
    base = 10.0 ** math.floor(math.log10(value))
    return next(step * base for step in (1, 2, 4, 8, 10) if step * base >= value * 0.999)
