"""`mien audit`: how accurate recognition is on photographs of which it is known who is who."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.galleries import GalleryOption, existing, open_store, told
from mien.cli.output import complain, say, show_help, table
from mien.cli.progress import progress
from mien.cli.targets import STDOUT, require_targets, write_json, write_text
from mien.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mien.audit import Report
    from mien.audit.collect import Look
    from mien.audit.sources import Source
    from mien.faces import FaceEngine

SIZES = (10, 100, 1_000)  # people for whom it is told what a new calibration changes

EPILOG = """
Examples:

\b
  mien audit recognition --people people/ --out report.html
  mien audit recognition --people people/ --store --gallery staff.mien
  mien audit recognition --people people/ --slices who.csv --out report.html --json report.json
  mien audit recognition --pairs pairs.csv --images photos/ --fmr 0.001

people/ has a folder for each person. pairs.csv has the columns a, b (photographs, from the folder --images) and
same (1 or 0); person_a and person_b, where they are there, say who it is, and all others are slices. who.csv has a
column person (or file), and others to slice by.

The largest face of each photograph counts. Photographs that cannot be read, or have no face, are counted.

Exit codes: 0 done, 2 an error.
"""

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="Measure how accurate recognition is on your photographs.",
)


@app.command("recognition", epilog=EPILOG)
def recognition(
    people: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A folder with a folder for each person.", show_default=False),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="A table of pairs instead: a, b, same.", show_default=False),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the photographs of the pairs are.", show_default=False),
    ] = None,
    slices: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="What is known of people or photographs.", show_default=False),
    ] = None,
    fmr: Annotated[
        list[float] | None,
        typer.Option(
            metavar="RATE",
            help="A false match rate to report misses at; may be given again. Default: 0.01, 0.001, 0.0001.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report as a page of HTML.", show_default=False),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report as JSON; - is stdout.", show_default=False),
    ] = None,
    store: Annotated[
        bool,
        typer.Option(
            "--store", help="Let the gallery decide by what is measured here, and tell what changes."
        ),
    ] = False,
    gallery: GalleryOption = None,
) -> None:
    """Measure false matches, misses, searches, groups and probabilities, with intervals.

    The report is a page with charts, tables and the worst pictures, which needs nothing beside itself.
    """
    from mien.audit import as_json, evaluate, look_through, page, read_slices
    from mien.audit.recognition import require_rates
    from mien.audit.verification import FMRS
    from mien.faces import default_engine

    require_targets({".html": out, ".json": json})
    source = source_of(people, pairs, images)
    columns, tables = read_slices(slices, source.files) if slices else ({}, {})
    engine, rates = default_engine(), fmr or FMRS
    require_rates(engine, rates)  # before much is looked at
    looks = list(progress(look_through(engine, source.files), "looking", len(source.files)))
    report = evaluate(
        source,
        looks,
        engine,
        fmrs=rates,
        columns=columns,
        tables=tables,
        command=shlex.join(["mien", *sys.argv[1:]]),
    )
    if out:
        write_text(page(report), out)
    if json:
        write_json(as_json(report), json)
    if STDOUT not in (out, json):
        show(report)
    if store:
        store_calibration(gallery, source, looks, engine)


def store_calibration(gallery: str | None, source: Source, looks: Sequence[Look], engine: FaceEngine) -> None:
    """Keep the calibration of the people in these photographs for a gallery, and tell what it changes."""
    from mien.audit.calibrate import changes
    from mien.audit.keep import keep, own_calibration
    from mien.gallery.decide import Calibration
    from mien.gallery.gallery import FPIR

    own, measured_on = own_calibration(source, looks, engine)
    card = engine.embedder.card
    with open_store(gallery) as people:
        keep(people, engine, own, measured_on)
    shipped = Calibration.from_card(card.decision, card.name)
    table(
        ("people enrolled", "needed by the card", "needed from now on"),
        [
            (f"{n:,}", f"{before:.3f}", f"{after:.3f}")
            for n, before, after in changes(shipped, own, SIZES, FPIR)
        ],
    )
    complain(
        f"{told(existing(gallery))} now decides by {measured_on} (similarity needed at {FPIR:.0%} FPIR)."
    )


def source_of(people: Path | None, pairs: Path | None, images: Path | None) -> Source:
    """The photographs that the options name; ArgumentError where they do not say which, or say it twice."""
    from mien.audit import people_in, read_pairs

    if people and not (pairs or images):
        return people_in(people)
    if pairs and images and not people:
        return read_pairs(pairs, images)
    raise ArgumentError(
        "Give either --people DIR (a folder for each person), or --pairs CSV together with --images DIR."
    )


def show(report: Report) -> None:
    """Print the main figures, the worst slices, and what could not be measured."""
    from mien.audit.words import facts, headline, worst_slices

    say(f"{headline(report)}.")
    table(("what", "measured", "beside it"), [(fact.what, fact.value, fact.note) for fact in facts(report)])
    for line in worst_slices(report):
        say(line)
    for section, why in report.omitted.items():
        complain(f"{section.replace('_', '-')} was not measured: {why}.")
    for double in report.data.duplicates:
        complain(f"one file {len(double.files)} times: {', '.join(double.files)}.")
    if failures := report.acquisition.failures:
        complain(
            f"{len(failures)} of {report.data.pictures} photographs gave no face, such as {failures[0].file}."
        )
