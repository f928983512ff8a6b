"""`mien identify`: who is in these files?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.galleries import GalleryOption, existing
from mien.cli.output import complain, counted, table
from mien.cli.progress import progress
from mien.cli.targets import STDOUT, require_targets, write_json, write_text

if TYPE_CHECKING:
    from mien.cli.save import Saver

EPILOG = """
Examples:

\b
  mien identify party.jpg
  mien identify holiday/ clip.mp4 --save named/
  mien identify holiday/ --json names.json --csv names.csv
  mien identify party.jpg --json - | jq '.files[].faces[].name'

An answer is a match (with a name), no match ("unknown": a face that is like nobody enrolled), or cannot say,
with the reason. The threshold follows the number of people enrolled, so that of 100 strangers about one is
called by somebody's name (--fpir 0.01), whether 10 people are enrolled or 10,000.

Files that cannot be read are told on stderr and do not end the run.

Exit codes: 0 at least one file was read, 1 none was, 2 an error.
"""


def identify(
    paths: Annotated[
        list[Path], typer.Argument(help="Images, videos, or folders of them.", show_default=False)
    ],
    gallery: GalleryOption = None,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write annotated copies there; of a video each person's best frame and a contact sheet.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write everything as JSON; - is stdout.", show_default=False),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a row for each face or appearance; - is stdout.", show_default=False
        ),
    ] = None,
    fpir: Annotated[
        float,
        typer.Option(
            metavar="RATE",
            help="The share of strangers that may be called by somebody's name, above 0 and below 1.",
        ),
    ] = 0.01,
    case: Annotated[
        str, typer.Option(metavar="TEXT", help="Why you search, for the audit log.", show_default=False)
    ] = "",
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Files worked on at once. Default: one for each core.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say who is in images and videos."""
    import mien
    from mien.cli.records import file_record
    from mien.cli.save import Saver

    require_targets({".json": json, ".csv": csv})
    saver = Saver(save) if save else None
    records: list[dict[str, Any]] = []
    with mien.open(existing(gallery), fpir=fpir, case=case) as people:
        if not people.info().people:
            complain("warning: nobody is enrolled in this gallery, so nobody can be recognised.")
        files = [path for path in mien.find_media(paths) if not (saver and saver.owns(path))]
        results = mien.identify_files(people, files, workers=workers)
        try:
            for result in progress(results, "identifying", len(files)):
                records.append(file_record(result))
                if result.error:
                    complain(f"{result.path}: {records[-1]['error']['message']}")
                elif saver:
                    saver.save(result)
        finally:  # what was found before an interruption is worth having
            show(records, people.engine.provenance, json, csv)
    finish(records, saver)


def show(
    records: list[dict[str, Any]], models: Mapping[str, Any], json: Path | None, csv: Path | None
) -> None:
    """Write what was found: to files, and as a table to stdout unless something else goes there."""
    from mien.cli.records import identified
    from mien.cli.rows import HEAD, csv_text, table_rows

    if json:
        write_json(identified(records, models), json)
    if csv:
        write_text(csv_text(records), csv)
    rows = [row for record in records for row in table_rows(record)]
    if rows and STDOUT not in (json, csv):
        videos = any("appearances" in record for record in records)
        shown = [i for i, column in enumerate(HEAD) if videos or column != "when"]
        table([HEAD[i] for i in shown], [[row[i] for i in shown] for row in rows])


def finish(records: list[dict[str, Any]], saver: Saver | None) -> None:
    """Tell what was written and how much could not be read; exit code 1 where nothing could."""
    failed = sum("error" in record for record in records)
    if saver:
        complain(f"{counted(saver.written, 'picture')} written to {saver.folder}.")
    if failed:
        complain(f"{failed} of {counted(len(records), 'file')} could not be read.")
    if not records:
        complain("no images or videos were found there.")
    if failed == len(records):
        raise typer.Exit(1)
