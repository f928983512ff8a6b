"""`mien demo`: shows what Mien does, on real faces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.output import say

EPILOG = """
Examples:

\b
  mien demo
  mien demo --photos ~/Pictures/family      one folder for each person in it

Exit codes: 0 every answer was as expected, 1 one was not, 2 an error.
"""


def demo(
    photos: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Your own photographs, in one folder for each person. They are only read.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the page and its pictures go.")] = Path(
        "mien-demo"
    ),
) -> None:
    """Watch it work on real faces; writes a page with pictures.

    The faces are real ones that arrive with packages (matplotlib and scikit-image; the `demo` extra brings them).
    The gallery of the demo is a temporary one: yours is not touched.
    """
    import mien.demo

    if not mien.demo.run(photos, out, say).ok:
        raise typer.Exit(1)
