"""`mien doctor`: what is used on this machine and why, and whether it works."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mien.cli.output import complain, counted, say
from mien.cli.targets import STDOUT, write_json

EPILOG = """
Examples:

\b
  mien doctor
  mien doctor --bench
  mien doctor --json > doctor.json        to attach to a report of a problem

Exit codes: 0 all that was tested works, 1 something is wrong.
"""

MARKS = {True: "ok", False: "WRONG", None: ""}


def doctor(
    bench: Annotated[bool, typer.Option("--bench", help="Also measure how fast it is (about 10 s).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Tell what is used here and why, and whether it works.

    Shows the runtime with its provider and threads, models, and formats of images and videos, and runs each
    model on an input whose result is known.
    """
    from mien.doctor import report

    found = report(bench=bench)
    if as_json:
        sections = {name: [asdict(fact) for fact in facts] for name, facts in found.sections.items()}
        write_json({"format": "mien.doctor/1", "ok": found.ok, "sections": sections}, STDOUT)
    else:
        for name, facts in found.sections.items():
            say(name)
            for fact in facts:
                say(f"  {MARKS[fact.ok]:<5}  {fact.name:<20}  {fact.value}")
        say("All that was tested works." if found.ok else "")
    if not found.ok:
        complain(
            f"{counted(len(found.problems), 'thing')} wrong: {', '.join(f.name for f in found.problems)}"
        )
        raise typer.Exit(1)
