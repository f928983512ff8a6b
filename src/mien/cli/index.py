"""`mien index`: every face of many photographs into the gallery, as faces of nobody yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.galleries import GalleryOption
from mien.cli.output import counted, say
from mien.cli.progress import progress

if TYPE_CHECKING:
    from mien.gallery import Gallery
    from mien.indexing import Indexed

EPILOG = """
Examples:

\b
  mien index photos/ --gallery family.mien
  mien index photos/ --workers 8
  mien index photos/ --on ray                    a Ray cluster on this machine
  mien index photos/ --on ray://head:10001       one that is there

A photograph is known by its content: one that was looked through before is skipped, whatever it is called now.
After Ctrl-C, a crash or a power cut, the same command goes on where it was.

Exit codes: 0 at least one photograph could be read, or is known; 1 none; 2 an error; 130 interrupted.
"""


def index(
    paths: Annotated[list[Path], typer.Argument(help="Photographs, or folders of them.", show_default=False)],
    gallery: GalleryOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Processes to work with. Default: one for each core.",
            show_default=False,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="WHERE",
            help="ray starts a Ray cluster here; an address (auto, HOST:PORT, ray://HOST:PORT) names one.",
            show_default=False,
        ),
    ] = None,
    keep_crops: Annotated[
        bool, typer.Option("--keep-crops", help="Keep a small picture of each face in the gallery.")
    ] = False,
) -> None:
    """Add every face of many photographs to the gallery.

    The faces belong to nobody yet; `mien cluster` makes groups of them. What gave no face is listed at the end,
    with the reason.
    """
    import mien

    with mien.open(gallery) as people:
        done = add_photographs(people, paths, workers, on, keep_crops)
        say(
            f"{people.store.info().loose:,} faces in the gallery have no name yet; to group them: mien cluster"
        )
    if not any(one.read for one in done):
        raise typer.Exit(1)


def add_photographs(
    people: Gallery, paths: Sequence[Path], workers: int | None, on: str | None, crops: bool
) -> list[Indexed]:
    """Add the faces of all photographs under the paths with a progress bar, and tell what became of them."""
    import mien
    from mien.indexing import index_files

    files = list(mien.find_media(list(paths)))
    done: list[Indexed] = []
    with closing(index_files(people, files, workers=workers, on=on, crops=crops)) as results:
        try:
            for result in progress(results, "indexing", len(files)):
                done.append(result)
        finally:  # what was kept before an interruption is told of
            report(done, len(files))
    return done


def report(done: Sequence[Indexed], files: int) -> None:
    """Print what became of the files: those that gave no face one by one, the others in numbers."""
    for one in done:
        if one.problem:
            say(
                f"no face   {one.path}: {one.problem}" if one.read else f"not read  {one.path}: {one.problem}"
            )
    new = [one for one in done if one.read and not one.known]
    said = [
        f"{counted(sum(one.faces for one in new), 'face')} added from {counted(len(new), 'photograph')}",
        f"{sum(one.known for one in done):,} known already",
        f"{sum(not one.read for one in done):,} not read",
    ]
    say(", ".join(said) + ".")
    if small := sum(one.small for one in done):
        say(f"{counted(small, 'face')} left out: too narrow to tell whose.")
    if len(done) < files:
        say(
            f"{files - len(done):,} of {counted(files, 'file')} are left; the same command goes on with them."
        )
