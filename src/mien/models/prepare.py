"""Makes the published weights of a model ready to run, once for each machine, and proves the result.

A prepared graph is cached under a name that holds a hash of what it was made from (weights, input, recipe)
and one of itself, as in ``sface-baf210b700b5764e-6d736865467cf6d4.onnx``. So no second file is needed to say
whether it is current and whole, and processes that prepare the same model at the same time only do the
same work: each writes a file of its own and renames it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.errors import ModelError
from mien.home import home
from mien.models.catalogue import Card, card
from mien.models.weights import locate, sha256

if TYPE_CHECKING:
    import onnx

TOLERANCE = 1e-4
"""Largest difference to the original, relative to the largest output; sums in another order give 1e-6."""

DIGITS = 16


@dataclass(frozen=True)
class Prepared:
    """A graph that is ready to run: a file, or bytes where no file could be written (`note` says why)."""

    graph: Path | bytes
    note: str = ""


def prepared(name: str | Path | Card, *, weights: Path | None = None) -> Path:
    """The file of the ready-to-run ONNX graph of a model; made, checked and cached on the first call.

    Raises the errors of `locate`, and `ModelError` where the prepared graph does not compute what the
    original does, or where no folder can be written (`open_session` then works from memory).
    """
    model = name if isinstance(name, Card) else card(name)
    published = locate(model, weights=weights)
    result = ready(model, published)
    if isinstance(result.graph, bytes):
        raise ModelError(f"The prepared graph of {model.name!r} cannot be kept: {result.note}")
    return result.graph


def ready(model: Card, published: Path) -> Prepared:
    """The ready-to-run graph made from the weights `published`, from the cache where it is there."""
    if model.prepare == "none":
        return Prepared(published)
    from mien.models.fold import RECIPE

    ingredients = f"{model.weights.sha256} {model.input.name} {model.input.shape} {RECIPE}"
    stem = f"{model.name}-{digest(ingredients.encode())}"
    for folder in folders():
        for path in sorted(folder.glob(f"{stem}-*.onnx")):
            if sha256(path)[:DIGITS] == path.stem.rpartition("-")[2]:
                return Prepared(path)
    return keep(stem, make(model, published))


def folders() -> Iterator[Path]:
    """Where prepared graphs are kept: Mien's home, or the user's cache where that cannot be written."""
    yield home() / "prepared"
    yield Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "mien" / "prepared"


def keep(stem: str, data: bytes) -> Prepared:
    """The graph, written to the first folder that can be written; whole or not at all."""
    import tempfile

    refusals = []
    for folder in folders():
        path = folder / f"{stem}-{digest(data)}.onnx"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as making:
                whole = Path(making) / path.name
                whole.write_bytes(data)
                whole.replace(path)
        except OSError as error:
            refusals.append(f"{folder} ({error.strerror})")
        else:
            return Prepared(path)
    return Prepared(data, f"prepared in memory, since no file could be written: {', '.join(refusals)}")


def digest(data: bytes) -> str:
    """The first digits of a SHA-256: enough to tell damage and change, not meant against forgery."""
    return hashlib.sha256(data).hexdigest()[:DIGITS]


def make(model: Card, published: Path) -> bytes:
    """The folded graph, after it was compared with the original."""
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    from mien.models.fold import fold

    try:
        original = onnx.load(published)
    except DecodeError as error:
        raise ModelError(f"{published} is not an ONNX graph: {error}.") from error
    folded = fold(original, {model.input.name: model.input.shape})
    difference = compare(original, folded, model)
    if not difference <= TOLERANCE:  # NaN is no agreement either
        raise ModelError(
            f"The prepared graph of {model.name!r} differs from the original by {difference:.2g} of its "
            f"largest output; at most {TOLERANCE:g} is expected. "
            "Report this with the versions that `mien doctor` prints."
        )
    return bytes(folded.SerializeToString())


def compare(original: onnx.ModelProto, folded: onnx.ModelProto, model: Card) -> float:
    """The largest difference between the outputs of two graphs, relative to the largest value of each output.

    The original is computed by the reference evaluator of the ONNX standard, which shares no code with
    ONNX Runtime nor with `fold` and reads blocks that ONNX Runtime refuses; the folded graph by
    ONNX Runtime, as it will be used.
    """
    from onnx.reference import ReferenceEvaluator

    from mien.models.session import run_once

    # Stored weights that are declared as inputs would otherwise have to be fed.
    stripped = type(original)()
    stripped.CopyFrom(original)
    del stripped.graph.input[:]
    stripped.graph.input.extend(i for i in original.graph.input if i.name == model.input.name)
    pixels = np.random.default_rng(0).uniform(0, 255, model.check).astype(np.float32)
    rows = [pixels[i : i + 1] for i in range(len(pixels))]  # published graphs may be fixed to one row
    wanted = [ReferenceEvaluator(stripped).run(None, {model.input.name: row}) for row in rows]
    got = run_once(folded.SerializeToString(), {model.input.name: pixels})
    differences = [
        np.abs(np.concatenate(rows_of_output) - output).max() / (np.abs(output).max() or 1)
        for rows_of_output, output in zip(zip(*wanted, strict=True), got, strict=True)
    ]
    return float(np.max(differences))  # NaN where any is NaN, unlike Python's max
