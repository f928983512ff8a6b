"""Takes out of a TFLite graph what leads only to outputs that nobody reads, as LiteRT would compute those, too."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from mien.errors import ModelError


def pruned(model: bytes, outputs: Sequence[str]) -> bytes:
    """The same graph with those outputs alone, which it gives to the last bit, and without what they do not need.

    BlazePose spends a quarter of its time on a mask of the body. Raises `ModelError` where it is no TFLite model.
    """
    import flatbuffers  # type: ignore[import-untyped]
    from ai_edge_litert import schema_py_generated as schema

    if model[4:8] != b"TFL3":
        raise ModelError(f"A TFLite model has TFL3 at its fifth byte; found is {model[4:8]!r}.")
    try:
        root = schema.Model.GetRootAs(model, 0)
        main = root.Subgraphs(0)
        names = {main.Outputs(i): main.Tensors(main.Outputs(i)).Name() for i in range(main.OutputsLength())}
        kept = [one for one, name in names.items() if name.decode() in outputs]
        if len(kept) == len(names):
            return model
        graph = schema.ModelT.InitFromObj(root)
    except (struct.error, IndexError, TypeError, ValueError) as error:
        raise ModelError(f"The TFLite model is damaged: {error}.") from error
    without(graph.subgraphs[0], kept)
    for signature in graph.signatureDefs or ():
        signature.outputs = [one for one in signature.outputs if one.tensorIndex in kept]
    builder = flatbuffers.Builder(len(model))
    builder.Finish(graph.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def without(graph: Any, kept: list[int]) -> None:
    """Leaves those outputs of a graph, and the steps that lead to them."""
    needed, steps = set(kept), []
    for step in reversed(graph.operators):
        if needed & set(step.outputs.tolist()):
            needed |= set(step.inputs.tolist())
            steps.append(step)
    graph.operators, graph.outputs = steps[::-1], np.array(kept, np.int32)
