"""`mien gallery migrate`, `export` and `import`: a whole gallery from one place to another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from mien.cli.galleries import GalleryOption, existing, told
from mien.cli.output import say
from mien.home import default_gallery

if TYPE_CHECKING:
    from mien.gallery.stores.portable import Progress

EPILOG = """
Examples:

\b
  mien gallery migrate postgresql://db/faces?gallery=family          from the file onto a server
  mien gallery migrate copy.mien --gallery postgresql://db/faces     and back
  mien gallery export family.zip
  mien gallery import family.zip --gallery new.mien

Everything goes along as it lies: ids, seals, both logs, the history. No key is needed. What was interrupted goes on
where it was when the same command is given again. The gallery that is copied is left as it is.
"""

Target: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="TARGET", help="A file, or postgresql://…, that holds no gallery yet.", show_default=False
    ),
]


def migrate(target: Target, gallery: GalleryOption = None) -> None:
    """Copy the gallery into a file or onto a server, and verify every row."""
    from mien.gallery.stores import portable

    source = existing(gallery)
    follow(portable.migrate(source, target), "Copying")
    say(f"Copied and verified: the gallery is now in {told(target)}, and still in {told(source)}.")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.", show_default=False)],
    gallery: GalleryOption = None,
) -> None:
    """Write the gallery to one file, to keep or to carry."""
    from mien.gallery.stores import archive

    follow(archive.export_gallery(existing(gallery), file), "Writing")
    say(f"Wrote {file}. It is as confidential as the gallery.")


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An exported gallery.", show_default=False)],
    gallery: GalleryOption = None,
) -> None:
    """Make a gallery of an exported file, after every row of it was verified."""
    from mien.gallery.stores import archive

    target = gallery or str(default_gallery())
    follow(archive.import_gallery(file, target), "Reading")
    say(f"Made {told(target)} of {file}, and verified it.")


def follow(steps: Iterable[Progress], what: str) -> None:
    """Take all steps, with a bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        for step in steps:
            bar.update(task, completed=step.done, total=step.total)
