"""Opens a model in LiteRT, for networks that are published as TFLite files."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError, ModelError
from mien.models.catalogue import Card, card
from mien.models.licences import require
from mien.models.prune import pruned
from mien.models.weights import locate

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


_greeting = threading.Lock()
_greeted: list[bool] = []  # not empty once it was


class LiteSession:
    """A TFLite model that is ready to compute; may be used by any number of threads at once.

    Each thread that runs it while others do gets an interpreter of its own, which is kept for the next.

    >>> with open_lite("mesh") as mesh:                                                # doctest: +SKIP
    ...     points, presence = mesh.run(crop)
    """

    def __init__(self, card: Card, path: Path) -> None:
        self.card = card
        self._graph: bytes | None = pruned(path.read_bytes(), card.outputs)
        self._idle: queue.SimpleQueue[Interpreter] = queue.SimpleQueue()
        self._idle.put(self._interpreter())

    def run(self, feed: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """The outputs named on the card, in that order, for one input (float32 of the card's shape)."""
        if self._graph is None:
            raise ModelError(f"The session of {self.card.name!r} is closed.")
        if feed.shape != self.card.input.shape or feed.dtype != np.float32:
            raise ArgumentError(
                f"{self.card.name!r} was fed {feed.dtype} {feed.shape}; expected float32 {self.card.input.shape}."
            )
        try:
            interpreter = self._idle.get_nowait()
        except queue.Empty:
            interpreter = self._interpreter()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], feed)
        interpreter.invoke()
        named = {one["name"]: one["index"] for one in interpreter.get_output_details()}
        outputs = [np.array(interpreter.get_tensor(named[name])) for name in self.card.outputs]
        self._idle.put(interpreter)
        return outputs

    def provenance(self) -> dict[str, str]:
        """What stands in every result that this session had a part in."""
        model = self.card
        facts = {"name": model.name, "version": model.version, "sha256": model.weights.sha256}
        return facts | {"provider": "LiteRT on the CPU"}

    def close(self) -> None:
        """Frees the network; `run` raises afterwards."""
        self._graph = None
        self._idle = queue.SimpleQueue()

    def _interpreter(self) -> Interpreter:
        from ai_edge_litert.interpreter import Interpreter

        try:
            with greeted():
                interpreter = Interpreter(model_content=self._graph, num_threads=1)
                interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"LiteRT cannot load the graph of {self.card.name!r}: {error}") from error
        check(interpreter, self.card)
        return interpreter

    def __enter__(self) -> LiteSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def greeted() -> Iterator[None]:
    """LiteRT writes a line of greeting to stderr when its first network is opened, and has no switch for that.

    Meanwhile stderr goes nowhere; afterwards nothing is touched any more.
    """
    with _greeting:
        if _greeted:
            yield
            return
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
        _greeted.append(True)


def check(interpreter: Interpreter, model: Card) -> None:
    """Raises `ModelError` unless the graph has the input and the outputs that its card names."""
    inputs: list[dict[str, Any]] = interpreter.get_input_details()
    outputs = {one["name"] for one in interpreter.get_output_details()}
    shapes = [tuple(int(side) for side in one["shape"]) for one in inputs]
    if shapes != [model.input.shape] or not outputs.issuperset(model.outputs):
        raise ModelError(
            f"The graph of {model.name!r} has inputs of {shapes} and outputs {sorted(outputs)}; "
            f"its card names {[model.input.shape]} and {list(model.outputs)}."
        )


def open_lite(name: str | Path | Card, *, weights: Path | None = None) -> LiteSession:
    """The TFLite model of that name (or card, or path of a card), loaded and ready to run on one thread a call.

    weights: a file to use instead of the places where weights are looked for.

    Raises the errors of `locate`, `LicenceNotAccepted`, and `ModelError` where LiteRT is not installed, or the graph
    does not load or is not what its card says.
    """
    import importlib.util

    model = name if isinstance(name, Card) else card(name)
    require(model)
    path = locate(model, weights=weights)
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise ModelError(f"{model.name!r} is run with LiteRT, which is not here: pip install 'mien[analyze]'")
    return LiteSession(model, path)
