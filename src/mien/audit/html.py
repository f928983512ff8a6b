"""The report as one HTML page that needs nothing beside itself: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from mien.audit import figures
from mien.audit.report import Column, OwnPoint, Pair, Report
from mien.audit.words import facts, headline, one_in, share, span, with_span, worst_slices
from mien.gallery.selfaudit.audit import SAME_PICTURE

_TEMPLATE = Path(__file__).with_name("page.html")
LISTED = 100  # failures on the page; all are in the JSON


def page(report: Report) -> str:
    """The page as HTML."""
    parts = (
        ("One to one", _verification(report)),
        ("On other people", _transfer(report)),
        ("Searching a gallery", _searches(report)),
        ("Groups of unknown faces", _clusters(report)),
        ("Probabilities", _calibration(report)),
        *((f"By {column.name}", _slices(column, report)) for column in report.columns),
        ("Quality", _quality(report)),
        ("Two people, most alike", _pairs(report.alike, report, alike=True)),
        ("One person, least alike", _pairs(report.unlike, report, alike=False)),
        ("What was compared", _data(report)),
        ("What it was made with", _provenance(report)),
    )
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        version=escape(report.provenance.mien),
        headline=escape(headline(report)),
        summary=escape(_summary(report)),
        facts="".join(
            f"<div><p>{escape(f.what)}</p><b>{escape(f.value)}</b><p>{escape(f.note)}</p></div>"
            for f in facts(report)
        ),
        sections="\n".join(
            f"<section><h2>{escape(title)}</h2>\n{body}</section>" for title, body in parts if body
        ),
    )


def _summary(report: Report) -> str:
    data = report.data
    return (
        f"{data.pictures:,} photographs of {data.people:,} people; {data.genuine:,} comparisons of one person, "
        f"{data.impostors:,} of two. Intervals hold 95 %."
    )


def _verification(report: Report) -> str:
    rows = [
        (
            one_in(p.asked),
            f"{p.threshold:.4f}",
            with_span(p.fmr),
            f"{p.fmr.count:,}",
            with_span(p.fnmr),
            share(p.tar.value),
            span(p.tar),
            span(p.tar_by_person),
            share(p.generalized_fnmr),
        )
        for p in report.verification.points
    ]
    head = (
        *("FMR asked", "threshold", "FMR", "false matches", "FNMR", "TAR"),
        *("TAR, Wilson", "TAR, by person", "FNMR with failures to acquire"),
    )
    return (
        "<p>Thresholds here are set on these very comparisons. FMR is the share of comparisons of two people that "
        "pass, FNMR of one person that do not, TAR is 1 − FNMR. Intervals of FMR and FNMR, and those called by person, "
        "allow for the same people being in many comparisons; Wilson's takes comparisons as independent. A rate that "
        "fewer than 30 false matches stand behind is a guess.</p>"
        f'<div class="charts">{figures.verification(report)}</div>{_table(head, rows)}'
        "<h3>Mien's own thresholds</h3><p>From the card of the model, which says below on whom it was measured. "
        f"The measured rate should be near the one asked for.</p>{_own(report.verification.own)}"
        f"<p>Area under the ROC curve {report.verification.area:.6f} (guessing: 0.5).</p>"
    )


def _own(points: Sequence[OwnPoint]) -> str:
    rows = [
        (one_in(p.asked), f"{p.threshold:.4f}", with_span(p.fmr), f"{p.fmr.count:,}", with_span(p.fnmr))
        for p in points
    ]
    return _table(("FMR asked", "threshold", "FMR", "false matches", "FNMR"), rows)


def _transfer(report: Report) -> str:
    if not report.transfer:
        return _omitted(report, "transfer")
    told = "".join(
        f"<h3>From {one.development:,} people to {one.test:,} others</h3>{_own(one.points)}"
        f"<p>The best threshold of the first, {one.best_threshold:.4f}, has an accuracy of "
        f"{share(one.accuracy)} on the others (1 − the mean of FMR and FNMR; guessing: 50 %).</p>"
        for one in report.transfer
    )
    return (
        "<p>The threshold is set on one half of the people, by lot, and used on the other half, which is what "
        f"happens to every threshold once it is in use.</p>{told}"
    )


def _searches(report: Report) -> str:
    if not report.open_set:
        return _omitted(report, "open_set")
    rows = [
        (
            f"{s.people:,}",
            f"{s.mated:,} / {s.non_mated:,}",
            with_span(s.rank1),
            *(with_span(p.fnir) for p in s.points),
            with_span(s.own.fpir),
            with_span(s.own.fnir),
        )
        for s in report.open_set.sizes
    ]
    asked = [f"FNIR at FPIR {share(p.asked)}" for p in report.open_set.sizes[0].points]
    head = ("people", "searches: enrolled / strangers", "rank 1", *asked, "own threshold: FPIR", "FNIR")
    return (
        "<p>One photograph of each person is enrolled. FPIR is the share of searches with strangers that name anybody, "
        "FNIR the share of searches with people who are enrolled that do not name them. Mien's own threshold aims "
        "at an FPIR of 1 % for each size. Sizes below the largest are random galleries, several together.</p>"
        f'<div class="charts">{figures.searches(report)}</div>{_table(head, rows)}'
    )


def _clusters(report: Report) -> str:
    if not (c := report.clusters):
        return _omitted(report, "clusters")
    rows = [
        ("BCubed F", f"{c.f:.4f}", f"every face alone {c.alone_f:.4f}, all together {c.together_f:.4f}"),
        ("precision / recall", f"{c.precision:.4f} / {c.recall:.4f}", ""),
        ("groups / people", f"{c.clusters:,} / {c.people:,}", f"{c.faces:,} faces"),
        ("splits and merges to make it right", f"{c.edits:,}", f"threshold {c.threshold:.2f}"),
    ]
    return (
        "<p>Half of the people, grouped with the threshold that was best for the other half.</p>"
        f"{_table(('', 'measured', 'beside it'), rows)}"
    )


def _calibration(report: Report) -> str:
    c = report.calibration
    rows = [
        (f"{100 * b.low:.0f} to {100 * b.high:.0f} %", share(b.share), share(b.said), share(b.came))
        for b in c.bins
    ]
    return (
        "<p>What <code>mien verify</code> calls the probability of one person, against what came true. Comparisons of "
        f"one person and of two weigh half each. Brier score {c.brier:.4f} (always saying 50 %: 0.25); expected "
        f"calibration error {c.ece:.4f}. Bins of few comparisons jump.</p>"
        f'<div class="charts">{figures.reliability(report)}'
        f"{_table(('said', 'comparisons', 'said, mean', 'were one person'), rows)}</div>"
    )


def _slices(column: Column, report: Report) -> str:
    rows = [
        (
            s.value,
            f"{s.people:,}",
            f"{s.fmr.count:,} of {s.fmr.trials:,}",
            with_span(s.fmr),
            f"{s.fnmr.count:,} of {s.fnmr.trials:,}",
            with_span(s.fnmr),
        )
        for s in column.slices
    ]
    said = "".join(
        f"<p><b>{escape(line)}</b></p>"
        for line in worst_slices(report)
        if line.startswith(f"{column.name}: ")
    )
    return (
        f"<p>At the threshold of the headline, {report.main.threshold:.4f}. A comparison counts for a value when both "
        f"photographs have it; {column.unknown:,} have none. Groups of fewer than 5 people or 30 comparisons are not "
        f"called the worst.</p>{said}"
        f'<div class="charts">{figures.slices(column, report)}</div>'
        f"{_table((column.name, 'people', 'false matches', 'FMR', 'misses', 'FNMR'), rows)}"
    )


def _quality(report: Report) -> str:
    rows = [(share(s), share(f)) for s, f in zip(report.discard.shares, report.discard.fnmr, strict=True)]
    return (
        "<p>FNMR at the threshold of the headline when comparisons are left out in which a photograph is of low "
        "quality. Where the line does not fall, quality does not tell which photographs fail.</p>"
        f'<div class="charts">{figures.quality(report)}{_table(("left out", "FNMR"), rows)}</div>'
    )


def _pairs(pairs: Sequence[Pair], report: Report, *, alike: bool) -> str:
    limit = report.main.threshold
    told = (
        "Above the threshold these are false matches. Look first whether they are one person under two names, or "
        "one photograph."
        if alike
        else "Below the threshold these are misses. Look first whether a photograph stands under the wrong name, or "
        "shows somebody else too."
    )
    shown = "".join(_pair(pair, alike=alike, wrong=(pair.score >= limit) is alike) for pair in pairs)
    return f'<p>{told} Each photograph appears once at most.</p><div class="pairs">{shown}</div>'


def _pair(pair: Pair, *, alike: bool, wrong: bool) -> str:
    faces = "".join(
        f'<img alt="{escape(name)}" src="data:image/jpeg;base64,{base64.b64encode(crop).decode("ascii")}">'
        for name, crop in zip((pair.a, pair.b), pair.crops, strict=True)
    )
    verdict = ("false match" if alike else "missed") if wrong else "right"
    hint = " · one photograph?" if alike and pair.score >= SAME_PICTURE else ""
    return (
        f'<figure class="{"wrong" if wrong else ""}"><div>{faces}</div>'
        f"<figcaption><b>{pair.score:.3f}</b> {verdict}{hint}<br>"
        f"{escape(pair.a)}<br>{escape(pair.b)}</figcaption></figure>\n"
    )


def _data(report: Report) -> str:
    data, failed = report.data, report.acquisition
    lines = [
        f"{data.pictures:,} photographs of {data.people:,} people, {data.alone:,} of whom have one that could be used: "
        "they are in comparisons of two people, and are strangers in searches.",
        f"Failure to acquire: {with_span(failed.fta)} of the photographs. Comparisons with them are left out above, "
        "and are misses in the column “FNMR with failures to acquire”.",
        f"{data.genuine:,} of {data.genuine_of:,} comparisons of one person and {data.impostors:,} of "
        f"{data.impostors_of:,} of two were used"
        + ("." if data.impostors == data.impostors_of else "; a random sample, to fit in memory."),
    ]
    if data.excluded:
        lines.append(
            f"{data.excluded:,} pairs of the table were left out: a photograph failed, or both are one file."
        )
    if data.left_out:
        lines.append(f"{data.left_out:,} files were left out: in nobody's folder, or videos.")
    lines += [
        f"One file {len(double.files)} times{' under several people, left out' if double.shared else ''}: "
        f"{', '.join(double.files)}."
        for double in data.duplicates[:LISTED]
    ]
    listed = _table(
        ("photograph", "failure", "why"), [(f.file, f.kind, f.why) for f in failed.failures[:LISTED]]
    )
    return _list(lines) + (listed if failed.failures else "")


def _provenance(report: Report) -> str:
    made, cost = report.provenance, report.cost
    rows = [(m.title, m.version, m.licence, m.provider, m.sha256) for m in made.models]
    lines = [
        f"Mien {made.mien}, Python {made.python}, NumPy {made.numpy}, {made.machine}; {made.made}.",
        f"Processor time: {cost.picture_ms:.0f} ms for a photograph (95 of 100 below {cost.picture_ms_95:.0f} ms), "
        f"{cost.looking_s:.1f} s for all, {cost.figures_s:.1f} s for the figures.",
        f"SHA-256 of the photographs (of the sorted list of theirs): {made.files_sha256}",
        *(f"SHA-256 of {name}: {digest}" for name, digest in made.tables.items()),
        *(f"Thresholds of {m.name} were measured on: {m.measured_on}." for m in made.models if m.measured_on),
    ]
    command = f"<p>To do it again:</p><pre>{escape(made.command)}</pre>" if made.command else ""
    return _table(("model", "version", "licence", "runs on", "SHA-256"), rows) + _list(lines) + command


def _omitted(report: Report, section: str) -> str:
    return f"<p>Not measured: {escape(report.omitted[section])}.</p>"


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<div class="scroll"><table><tr>{titles}</tr>\n{body}</table></div>\n'
