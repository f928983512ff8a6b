"""Figures of an audit as people read them, on the page and in the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from mien.audit.intervals import Interval, Rate
from mien.audit.report import Report


@dataclass(frozen=True)
class Fact:
    """A figure that sums up a part of the report: what it is, its value, and what to hold it against."""

    what: str
    value: str
    note: str


def share(value: float | None) -> str:
    """A share in percent with three digits that count: "12.3 %", "0.0123 %"; "none" where nothing was counted."""
    if value is None:
        return "none"
    percent = 100 * value
    if percent in (0, 100):
        return f"{percent:.0f} %"
    if percent > 99:
        return f"{percent:.2f} %" if percent < 99.995 else "> 99.99 %"
    return f"{float(f'{percent:.3g}'):.10f}".rstrip("0").rstrip(".") + " %"


def span(interval: Interval | Rate) -> str:
    """The ends of an interval: "1.21 % to 2.71 %"."""
    return "" if interval.low is None else f"{share(interval.low)} to {share(interval.high)}"


def with_span(rate: Rate) -> str:
    """A rate with its interval: "1.81 % (1.21 % to 2.71 %)"."""
    return "none" if rate.value is None else f"{share(rate.value)} ({span(rate)})"


def one_in(rate: float) -> str:
    """A rate as a count: "1 in 1,000"."""
    return f"1 in {round(1 / rate):,}"


def headline(report: Report) -> str:
    """The main figure in one sentence."""
    point = report.main
    return (
        f"{share(point.fnmr.value)} of the comparisons of one person are missed "
        f"where {one_in(point.asked)} comparisons of two people may pass"
    )


def facts(report: Report) -> list[Fact]:
    """What there is to know first, each with its interval or what guessing would give."""
    main, data = report.main, report.data
    found = [
        Fact(f"FNMR at FMR {share(main.asked)}", share(main.fnmr.value), span(main.fnmr)),
        Fact("equal error rate", share(report.verification.equal_error), "guessing: 50 %"),
        Fact(
            "failure to acquire",
            share(report.acquisition.fta.value),
            f"{report.acquisition.fta.count:,} of {data.pictures:,} photographs; {span(report.acquisition.fta)}",
        ),
    ]
    if report.transfer:
        worst = min(report.transfer, key=lambda t: t.accuracy)
        found.append(
            Fact("accuracy on other people", share(worst.accuracy), "the worse of two halves; guessing: 50 %")
        )
    if report.open_set:
        largest = report.open_set.sizes[-1]
        point = largest.points[0]
        found += [
            Fact(
                f"FNIR at FPIR {share(point.asked)}",
                share(point.fnir.value),
                f"{largest.people:,} people; {span(point.fnir)}",
            ),
            Fact(
                "rank 1",
                share(largest.rank1.value),
                f"{span(largest.rank1)}; guessing: {share(1 / largest.people)}",
            ),
        ]
    if report.clusters:
        found.append(
            Fact(
                "groups, BCubed F",
                f"{report.clusters.f:.4f}",
                f"every face alone: {report.clusters.alone_f:.4f}",
            )
        )
    found.append(
        Fact(
            "calibration error (ECE)",
            f"{report.calibration.ece:.4f}",
            f"Brier {report.calibration.brier:.4f}; always 50 %: 0.25",
        )
    )
    return found


def worst_slices(report: Report) -> list[str]:
    """A sentence for each column that says which of its slices fares worst, and how sure that is."""
    said = []
    for column in report.columns:
        for kind, name in (("false matches", column.worst_fmr), ("misses", column.worst_fnmr)):
            if name is None:
                said.append(
                    f"{column.name}: no slice is large enough, or none has any, to call one the worst for {kind}."
                )
                continue
            one = next(entry for entry in column.slices if entry.value == name)
            rate, overall = (
                (one.fmr, report.main.fmr) if kind == "false matches" else (one.fnmr, report.main.fnmr)
            )
            sure = rate.low is not None and overall.value is not None and rate.low > overall.value
            said.append(
                f"{column.name}: most {kind} for {name}, {with_span(rate)} of {rate.trials:,}; "
                f"overall {share(overall.value)}" + ("." if sure else ", which is within the interval.")
            )
    return said
