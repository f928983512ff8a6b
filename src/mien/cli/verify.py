"""`mien verify`: are two pictures of the same person?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.output import percent, say
from mien.cli.targets import STDOUT, write_json

if TYPE_CHECKING:
    from mien.gallery import Verification

EPILOG = """
The largest face of each picture is compared. The probability takes "the same" and "another person" as
equally likely before the pictures were seen.

Examples:

\b
  mien verify a.jpg b.jpg
  mien verify a.jpg b.jpg --json | jq .probability
  if mien verify door.jpg owner.jpg --fmr 0.00001; then echo welcome; fi

Exit codes: 0 the same person, 1 not the same person, 2 an error (also: no face found), 3 cannot say.
"""


def verify(
    a: Annotated[Path, typer.Argument(help="A picture with a face.", show_default=False)],
    b: Annotated[Path, typer.Argument(help="Another one.", show_default=False)],
    fmr: Annotated[
        float,
        typer.Option(
            metavar="RATE",
            help="False match rate: the share of pairs of different people that may be taken for the same.",
        ),
    ] = 0.001,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Say whether two pictures show the same person.

    The answer is match, no match, or cannot say, with the reason.
    """
    import mien

    result = mien.verify(a, b, fmr=fmr)
    if as_json:
        write_json(record(a, b, result), STDOUT)
    else:
        say(str(result.answer))
        say(f"  why          {result.reason}")
        say(f"  probability  {percent(result.probability)} that it is the same person")
    raise typer.Exit(
        {mien.Answer.MATCH: 0, mien.Answer.NO_MATCH: 1, mien.Answer.CANNOT_SAY: 3}[result.answer]
    )


def record(a: Path, b: Path, result: Verification) -> dict[str, Any]:
    """The answer as it stands in JSON."""
    from mien.cli.records import face_record, number

    return {
        "format": "mien.verify/1",
        "a": {"file": str(a), **face_record(result.a)},
        "b": {"file": str(b), **face_record(result.b)},
        "answer": str(result.answer),
        "reason": result.reason,
        "similarity": number(result.similarity),
        "probability": number(result.probability),
        "threshold": number(result.threshold),
        "provenance": dict(result.provenance),
    }
