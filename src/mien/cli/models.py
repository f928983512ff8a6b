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

Weights are used only where their SHA-256 is the one on the model's card.
"""

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A model's name, or the path of a card (.toml).", show_default=False),
]

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
        [
            (s.card.name, s.card.title, licence(s.card), size(s.card), "here" if s.path else "not usable")
            for s in models.verify()
        ],
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
    """Read every model's weights and compare their SHA-256 with its card (exit code 1 where one is not right)."""
    from mien import models

    found = models.verify()
    for status in found:
        say(f"{status.card.name:<12} {told(status)}")
    if not all(status.path for status in found):
        raise typer.Exit(1)


@app.command("add")
def add(
    name: Name,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="A copy on this machine. Without: downloaded.", show_default=False
        ),
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the licence of weights that restricts their use.")
    ] = False,
) -> None:
    """Put the weights of a model into Mien's home: from a file, or downloaded."""
    from mien import models

    path = models.add(name, accept_licence=accept_licence, from_file=from_file)
    say(f"{name}: added as {path}, SHA-256 verified.")


def licence(card: Card) -> str:
    """The licence, marked where it restricts the use."""
    return card.licence if card.permissive else f"{card.licence} (restricts use)"


def size(card: Card) -> str:
    """Size of the weights in MB."""
    return f"{card.weights.size / 1e6:.1f} MB"


def told(status: ModelStatus) -> str:
    """One line on whether a model's weights are the right ones."""
    return f"SHA-256 as on its card  {status.path}" if status.path else status.problem
