"""Turns a block-quantised ONNX graph into a plain float32 graph: the same function, in a form that runs fast.

Models are often published with their weights stored as int8 in blocks, a scale and a zero point for each
block, and with nodes that turn them back into floats whenever the network runs:

    weight_quantized (int8) ─┐
    weight_scales ───────────┼─ DequantizeLinear ── Reshape ── Conv ── PRelu ── …
    weight_zero_point ───────┘

That makes a download four times smaller. It also makes a file that some runtimes do not load (ONNX Runtime
refuses blocks that do not divide the axis), and arithmetic that is repeated for every picture though its
result never changes. So it is done once, in three steps, each of which can be read and tested alone:

    evaluate_constants   whatever depends on stored numbers only becomes a stored number
    rewrite_prelu        PRelu(x) = a x + Relu((1 - a) x): fused and vectorised where PRelu itself is not
    rebuild              a graph of what is left, with the true inputs only and free batch or image size
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from mien.errors import ModelError

Array: TypeAlias = npt.NDArray[Any]

RECIPE = 2
"""Version of what this module does to a graph; raise it whenever the result changes."""


def fold(
    model: onnx.ModelProto, inputs: Mapping[str, Sequence[int | str]], *, keep_prelu: bool = False
) -> onnx.ModelProto:
    """The same network with its weights as float32, its PRelu nodes rewritten and only the named inputs.

    inputs: for each true input its shape; a number is a fixed size, a name a free one, as in
    ``{"input": (1, 3, "height", "width")}``. Graph inputs that are not named here must be stored weights.
    keep_prelu: leave PRelu as it is, to measure what rewriting it gains.

    Raises `ModelError` where the graph has nested graphs (If, Loop, Scan) or reads something unknown.
    """
    if any(
        a.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)
        for n in model.graph.node
        for a in n.attribute
    ):
        raise ModelError(
            f"The graph {model.graph.name!r} has nested graphs (If, Loop or Scan), which cannot be folded."
        )
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes = evaluate_constants(model.graph, constants)
    if not keep_prelu:
        nodes = [new for node in nodes for new in rewrite_prelu(node, constants)]
    return rebuild(model, nodes, constants, inputs)


def evaluate_constants(graph: onnx.GraphProto, constants: dict[str, Array]) -> list[onnx.NodeProto]:
    """The nodes that depend on the input; the results of all others are added to `constants`.

    Dropout does nothing outside training: its readers are connected to what it reads.
    """
    outputs = {output.name for output in graph.output}
    renamed: dict[str, str] = {}
    kept = []
    for original in graph.node:
        node = onnx.NodeProto()
        node.CopyFrom(original)
        node.input[:] = [renamed.get(name, name) for name in original.input]
        known = all(name in constants for name in node.input if name)
        if node.op_type == "Constant" and len(node.attribute) == 1 and node.attribute[0].name == "value":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "DequantizeLinear" and known:
            constants[node.output[0]] = dequantise(
                *(constants[name] for name in node.input if name), **attributes(node)
            )
        elif node.op_type == "Reshape" and known:
            constants[node.output[0]] = reshape(*(constants[name] for name in node.input), **attributes(node))
        elif node.op_type == "Dropout" and node.output[0] not in outputs:
            renamed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    return kept


def dequantise(
    quantised: Array,
    scale: Array,
    zero_point: Array | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
) -> Array:
    """ONNX's DequantizeLinear: ``(quantised - zero_point) * scale``, typed as `scale` or as named.

    A scale is one number, or one for each index along `axis`, or (with a `block_size`) one for each block of
    that many indices; the last block may be shorter than the others.
    """

    def spread(values: Array) -> Array:
        values = values.astype(np.float32)
        if values.ndim == 0 or (values.size == 1 and not block_size):
            return values.reshape(())
        if block_size:
            return np.repeat(values, block_size, axis).take(range(quantised.shape[axis]), axis)
        return values.reshape([-1 if i == axis % quantised.ndim else 1 for i in range(quantised.ndim)])

    offset = np.float32(0) if zero_point is None else spread(zero_point)
    kind = helper.tensor_dtype_to_np_dtype(output_dtype) if output_dtype else scale.dtype
    return ((quantised.astype(np.float32) - offset) * spread(scale)).astype(kind)


def reshape(values: Array, shape: Array, *, allowzero: int = 0) -> Array:
    """ONNX's Reshape: -1 is inferred, and 0 keeps the size of that axis unless `allowzero` is set."""
    sizes = [values.shape[i] if size == 0 and not allowzero else int(size) for i, size in enumerate(shape)]
    return values.reshape(sizes)


def rewrite_prelu(node: onnx.NodeProto, constants: dict[str, Array]) -> Iterator[onnx.NodeProto]:
    """The node itself, or in place of a PRelu with stored slopes: Relu, two products and a sum.

    PRelu(x) is x where x > 0 and a x elsewhere, which is ``a x + (1 - a) Relu(x)`` for every slope a, also above
    1 or below 0 (for which the usual ``max(x, a x)`` is wrong). Where no slope is above 1, 1 - a can go inside,
    ``a x + Relu((1 - a) x)``, and ONNX Runtime fuses product and Relu. It runs all of these in the blocked layout
    of its convolutions, but converts the whole activation back and forth around each PRelu.
    """
    if node.op_type != "PRelu" or node.input[1] not in constants:
        yield node
        return
    (x, slope), (y,) = node.input, node.output
    complement, scaled, inner, rest = (f"{y}_{part}" for part in ("complement", "scaled", "inner", "rest"))
    constants[complement] = np.float32(1) - constants[slope]
    yield helper.make_node("Mul", [x, slope], [scaled])
    if (constants[complement] >= 0).all():
        yield helper.make_node("Mul", [x, complement], [inner])
        yield helper.make_node("Relu", [inner], [rest])
    else:
        yield helper.make_node("Relu", [x], [inner])
        yield helper.make_node("Mul", [inner, complement], [rest])
    yield helper.make_node("Add", [scaled, rest], [y])


def rebuild(
    model: onnx.ModelProto,
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, Array],
    inputs: Mapping[str, Sequence[int | str]],
) -> onnx.ModelProto:
    """A model of these nodes, with the constants that they read and output shapes inferred anew."""
    made = {name for node in nodes for name in node.output}
    read = {name for node in nodes for name in node.input if name} | {o.name for o in model.graph.output}
    if unknown := sorted(read - made - set(constants) - set(inputs)):
        raise ModelError(
            f"The graph {model.graph.name!r} reads {unknown}, which is neither an input nor stored."
        )
    types = {value.name: value.type.tensor_type.elem_type for value in model.graph.input}
    declared = [helper.make_tensor_value_info(name, types[name], shape) for name, shape in inputs.items()]
    weights = [
        numpy_helper.from_array(np.asarray(constants[name]), name) for name in sorted(read & set(constants))
    ]
    graph = helper.make_graph(nodes, model.graph.name, declared, [], weights)
    folded = helper.make_model(
        graph, opset_imports=model.opset_import, ir_version=max(model.ir_version, 8), producer_name="mien"
    )
    inferred = {v.name: v for v in onnx.shape_inference.infer_shapes(folded, data_prop=True).graph.value_info}
    if lost := [output.name for output in model.graph.output if output.name not in inferred]:
        raise ModelError(f"The shape of {lost} in the graph {model.graph.name!r} cannot be inferred.")
    folded.graph.output.extend(inferred[output.name] for output in model.graph.output)
    onnx.checker.check_model(folded)
    return folded


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """The node's attributes as keyword arguments."""
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
