"""The audit report on the development half of LFW: whether its figures are right, its intervals hold, and its cost."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import lfw
from bench.audit_again import Facts, checks
from bench.audit_simulation import FMR, PEOPLE, TAR, coverage
from bench.report import Row
from bench.shared import shared
from mien.audit import Report, as_json, evaluate, look_through, page, people_in
from mien.audit.calibrate import calibrated, changes, comparisons
from mien.audit.collect import Look
from mien.audit.sources import Source
from mien.faces import default_engine
from mien.faces.align import TEMPLATE
from mien.gallery.decide import Calibration, threshold

SIMULATIONS, DRAWS = 2000, 300
RATES = (0.01, 0.001, 0.0001)
PHOTOGRAPHS = 60  # that are looked at to time the command


def audit_figures(quick: bool) -> Iterator[Row]:
    """Every figure of the report against another way to compute it."""
    report, facts = audited()
    found = list(checks(report, facts, draws=not quick))
    largest = max(abs(ours - theirs) for _, ours, theirs in found)
    point, sizes = report.main, report.open_set.sizes[-1] if report.open_set else None
    assert sizes is not None
    assert report.clusters is not None
    yield Row(
        "audit report on the development half: figures that equal an independent recomputation",
        f"{len(found)} figures, largest difference {largest:.1e}",
        "≤ 1e-9",
        largest <= 1e-9,
        f"FNMR {point.fnmr.value:.2%} at FMR {point.asked:.2%}, FNIR {sizes.points[0].fnir.value:.2%} at FPIR 1 % in "
        f"{sizes.people} people, BCubed F {report.clusters.f:.4f} (every face alone: {report.clusters.alone_f:.4f}), "
        f"Brier {report.calibration.brier:.4f} (always 50 %: 0.25)",
    )


def audit_intervals(quick: bool) -> Iterator[Row]:
    """How often intervals hold the truth where it is known."""
    simulations = 300 if quick else SIMULATIONS
    held = coverage(simulations, DRAWS)
    rates = (held.fmr, held.fnmr, held.tar)
    yield Row(
        "audit: 95 % intervals that hold the truth, scores correlated by person and photograph",
        f"FMR {held.fmr:.1%}, FNMR {held.fnmr:.1%}, TAR by drawing people {held.tar:.1%}",
        "93 to 97 %",
        all(0.93 <= rate <= 0.97 for rate in rates),
        f"{simulations} simulations of {PEOPLE} people at FMR {FMR:.0%}, TAR {TAR:.0%}; bench/audit_simulation.py",
    )


def audit_cost(quick: bool) -> Iterator[Row]:
    """Processor time of the command, by its parts."""
    source = people_in(shared("faces/lfw"))
    step = len(source.files) // (PHOTOGRAPHS // 3 if quick else PHOTOGRAPHS)
    looks = list(look_through(default_engine(), source.files[::step]))
    each = float(np.median([look.cpu for look in looks[1:]]))
    start = time.process_time()
    report, _ = audited()
    figures = time.process_time() - start
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        html, record = Path(folder, "report.html"), Path(folder, "report.json")
        html.write_text(page(report), "utf-8")
        record.write_text(json.dumps(as_json(report)), "utf-8")
        sizes = html.stat().st_size / 1e6, record.stat().st_size / 1e6
    written = time.process_time() - start
    yield Row(
        f"audit of {len(source.files):,} photographs: processor time",
        f"{1000 * each:.0f} ms for each photograph, {figures:.1f} s for all figures, {written:.2f} s for page and JSON",
        "reported",
        None,
        f"{report.data.impostors:,} comparisons of two people; page {sizes[0]:.1f} MB, JSON {sizes[1]:.2f} MB",
    )


def audit_calibration(quick: bool) -> Iterator[Row]:
    """Thresholds from a half of the people's own impostors, and from the card of all, on the other half."""
    _, facts = audited()
    people = np.random.default_rng(0).permutation(np.unique(facts.person))
    measured = []
    for mine, theirs in ((people[::2], people[1::2]), (people[1::2], people[::2])):
        inside, outside = np.isin(facts.person, mine), np.isin(facts.person, theirs)
        own = calibrated(
            facts.enrolled[inside], facts.searched[inside], facts.person[inside], facts.calibration
        )
        impostor, _ = comparisons(facts.enrolled[outside], facts.searched[outside], facts.person[outside], 1)
        measured.append(
            [float((impostor >= threshold(own, [1, 0, 0], rate)).mean()) / rate for rate in RATES]
        )
    ratios = np.array(measured)
    everybody = calibrated(facts.enrolled, facts.searched, facts.person, facts.calibration)
    moved = max(
        abs(new - old) for _, old, new in changes(facts.calibration, everybody, (1, 10, 100, 1000), 0.01)
    )
    told = ", ".join(
        f"{ratio:.2f} at {rate:g}" for rate, ratio in zip(RATES, ratios.mean(axis=0), strict=True)
    )
    yield Row(
        "calibration from a collection itself: false matches among other people, over the rate asked for",
        f"{told}",
        "0.67 to 1.5 times",
        bool((ratios > 0.67).all() and (ratios < 1.5).all()),
        f"from all of the half, thresholds of 1 to 1,000 people move by {moved:.4f} from the card's, made of the same",
    )


def audited() -> tuple[Report, Facts]:
    """The report on the half, its four pairs of names that are one person merged, and what it was made from."""
    half, engine = lfw.load(), default_engine()
    root, centred = shared("faces/lfw"), engine.embedder.centred
    enrolled, searched = centred(half.flipped), centred(half.single)
    found = people_in(root)
    files = [file.name for file in found.files]
    rows = _rows(half, files)
    person = half.person[rows]
    quality = (
        np.random.default_rng(0).random(len(rows)).round(2)
    )  # made up, with ties: only its use is checked
    middle = np.float32(TEMPLATE[None] + 69)  # a face in the middle of LFW's pictures of 250 pixels
    looks = [
        Look(
            file,
            "",
            hashlib.sha256(file.path.read_bytes()).hexdigest(),
            0.0,
            "",
            quality[i],
            middle,
            enrolled[r],
            searched[r],
        )
        for i, (file, r) in enumerate(zip(found.files, rows, strict=True))
    ]
    report = evaluate(Source(found.files, person, named=True), looks, engine)
    card = engine.embedder.card
    facts = Facts(
        enrolled[rows], searched[rows], person, quality, Calibration.from_card(card.decision, card.name)
    )
    return report, facts


def _rows(half: lfw.Lfw, files: list[str]) -> np.ndarray:
    place = {name: i for i, name in enumerate(half.files)}
    return np.array([place[name] for name in files])
