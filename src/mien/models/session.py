"""Opens a model in ONNX Runtime and says truthfully on what it runs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy.typing as npt

from mien.errors import ArgumentError, ModelError, ProviderUnavailable
from mien.models.catalogue import Card, card
from mien.models.licences import require
from mien.models.prepare import ready
from mien.models.weights import locate

if TYPE_CHECKING:
    import onnxruntime

Array: TypeAlias = npt.NDArray[Any]
CPU = "CPUExecutionProvider"

_log = logging.getLogger(__name__)


class Session:
    """A model that is ready to compute; may be used by any number of threads at once.

    card: the model's card. provider: what ONNX Runtime really uses, as "CPUExecutionProvider".
    provider_note: one sentence why. note: what else a reader of results should know, or "".

    >>> with open_session("sface") as sface:                                        # doctest: +SKIP
    ...     (vectors,) = sface.run({"data": np.zeros((1, 3, 112, 112), np.float32)})
    """

    def __init__(
        self,
        card: Card,
        inference: onnxruntime.InferenceSession,
        provider: str,
        provider_note: str,
        note: str,
    ) -> None:
        self.card = card
        self.provider = provider
        self.provider_note = provider_note
        self.note = note
        self._inference: onnxruntime.InferenceSession | None = inference

    def run(self, feeds: Mapping[str, Array]) -> list[Array]:
        """The outputs named on the card, in that order, for the inputs by name (float32)."""
        inference = self._inference
        if inference is None:
            raise ModelError(f"The session of {self.card.name!r} is closed.")
        from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

        try:
            outputs: list[Array] = inference.run(list(self.card.outputs), dict(feeds))
        except InvalidArgument as error:
            wanted = f"{self.card.input.name}: float32 of {list(self.card.input.shape)}"
            raise ArgumentError(
                f"{self.card.name!r} was fed something else than {wanted}: {error}"
            ) from error
        return outputs

    def provenance(self) -> dict[str, str]:
        """What stands in every result that this session had a part in."""
        facts = {
            "name": self.card.name,
            "version": self.card.version,
            "sha256": self.card.weights.sha256,
            "provider": self.provider,
        }
        return facts | ({"note": self.note} if self.note else {})

    def close(self) -> None:
        """Frees the network; `run` raises afterwards."""
        self._inference = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def open_session(
    name: str | Path | Card,
    *,
    threads: int = 1,
    provider: str | None = None,
    strict: bool = False,
    weights: Path | None = None,
) -> Session:
    """The model of that name (or card, or path of a card), loaded and ready to run.

    threads: for one picture; 1 is right wherever several pictures are worked on at once.
    provider: "cpu", "cuda", … or ONNX Runtime's own name; None takes CUDA where it is there, else the CPU.
    strict: raise `ProviderUnavailable` rather than run on another provider than the one asked for.
    weights: a file to use instead of the places where weights are looked for.

    Raises the errors of `locate`, `LicenceNotAccepted`, and `ModelError` where the graph does not load or is
    not what its card says.
    """
    model = name if isinstance(name, Card) else card(name)
    if threads < 1:
        raise ArgumentError(f"threads is {threads}; expected 1 or more.")
    require(model)
    wanted, note = choose(provider, strict)
    graph = ready(model, locate(model, weights=weights))
    inference = load(graph.graph, model.name, wanted, threads)
    used = inference.get_providers()[0]
    if used != wanted:
        note = f"{wanted} was wanted, but ONNX Runtime could not start it and fell back to {used}"
        if strict:
            raise ProviderUnavailable(
                f"{model.name!r}: {note}. Install its driver and libraries, or leave strict mode."
            )
    for message in (note if used != wanted else "", graph.note):
        if message:
            _log.warning("%s: %s", model.name, message)
    inputs, outputs = ({i.name for i in inference.get_inputs()}, {o.name for o in inference.get_outputs()})
    named = [model.input.name, *model.input.also]
    if inputs != set(named) or not outputs.issuperset(model.outputs):
        raise ModelError(
            f"The graph of {model.name!r} has inputs {sorted(inputs)} and outputs {sorted(outputs)}; "
            f"its card names {named} and {list(model.outputs)}."
        )
    return Session(model, inference, used, note, graph.note)


def choose(provider: str | None, strict: bool) -> tuple[str, str]:
    """ONNX Runtime's name of the provider to use, and one sentence why."""
    import onnxruntime

    available = onnxruntime.get_available_providers()
    if provider is None:
        if "CUDAExecutionProvider" in available:
            return "CUDAExecutionProvider", "CUDA is there and nothing else was asked for"
        offers = ", ".join(available)
        return CPU, f"nothing was asked for and CUDA is not among what this ONNX Runtime offers: {offers}"
    names = {name.lower(): name for name in onnxruntime.get_all_providers()}
    wanted = names.get(provider.lower()) or names.get(f"{provider.lower()}executionprovider")
    if wanted is None:
        short = sorted(name.removesuffix("executionprovider") for name in names)
        raise ArgumentError(f"There is no provider {provider!r}. Known are: {', '.join(short)}.")
    if wanted in available:
        return wanted, "it was asked for"
    note = f"{wanted} was asked for, but this ONNX Runtime only offers {', '.join(available)}"
    if strict:
        raise ProviderUnavailable(
            f"{note}. Install the build of onnxruntime that has it, or leave strict mode."
        )
    _log.warning("%s; the CPU is used", note)
    return CPU, f"{note}; the CPU is used"


def load(graph: Path | bytes, name: str, provider: str, threads: int) -> onnxruntime.InferenceSession:
    """The graph in ONNX Runtime."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads take whole cores from other workers while they wait for nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(graph, options, providers=list(dict.fromkeys([provider, CPU])))
    except (
        failures.Fail,
        failures.InvalidArgument,
        failures.InvalidGraph,
        failures.InvalidProtobuf,
        failures.NotImplemented,
        failures.RuntimeException,
    ) as error:
        raise ModelError(f"ONNX Runtime cannot load the graph of {name!r}: {error}") from error


def run_once(graph: bytes, feeds: Mapping[str, Array]) -> list[Array]:
    """All outputs of a graph for the given inputs, on the CPU."""
    outputs: list[Array] = load(graph, "this model", CPU, 1).run(None, dict(feeds))
    return outputs
