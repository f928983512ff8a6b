"""The fold changes what a graph looks like and nothing that it computes."""

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from mien.errors import ModelError
from mien.models.fold import dequantise, fold, reshape
from mien.models.session import run_once

FLOAT = TensorProto.FLOAT


def model(nodes, inputs, outputs, constants, opset=21):
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


@st.composite
def quantised(draw, axis=None):
    """An array quantised in blocks, of any shape, with blocks that need not divide the axis."""
    shape = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    axis = draw(st.integers(0, len(shape) - 1))
    block = draw(st.integers(1, 9))
    blocks = [-(-n // block) if i == axis else n for i, n in enumerate(shape)]
    kind = draw(st.sampled_from([np.int8, np.uint8, np.int32]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low, high = (0, 256) if kind is np.uint8 else (-128, 128)
    return (
        rng.integers(low, high, shape).astype(kind),
        rng.uniform(1e-3, 2, blocks).astype(np.float32),
        rng.integers(low, high, blocks).astype(kind),
        axis,
        block,
    )


@given(quantised())
def test_each_weight_uses_the_scale_and_zero_point_of_its_block(case):
    values, scale, zero, axis, block = case
    result = dequantise(values, scale, zero, axis=axis, block_size=block)
    for index in np.ndindex(values.shape):
        b = tuple(i // block if d == axis else i for d, i in enumerate(index))
        # The definition, in double precision; one float32 product is within half a unit in the last place.
        assert result[index] == pytest.approx((int(values[index]) - int(zero[b])) * float(scale[b]), rel=2e-7)


@given(quantised())
@settings(max_examples=60, deadline=None)
def test_folded_blocks_compute_what_the_onnx_reference_computes(case):
    values, scale, zero, axis, block = case
    flat = np.array([values.size], np.int64)
    small = model(
        [
            helper.make_node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=axis, block_size=block),
            helper.make_node("Reshape", ["w", "flat"], ["row"]),
            helper.make_node("Mul", ["x", "row"], ["y"]),
        ],
        {"x": ["n", values.size]},
        {"y": ["n", values.size]},
        {"q": values, "s": scale, "z": zero, "flat": flat},
    )
    x = np.random.default_rng(0).normal(size=(2, values.size)).astype(np.float32)
    (wanted,) = ReferenceEvaluator(small).run(None, {"x": x})
    folded = fold(small, {"x": ("n", values.size)})
    assert [node.op_type for node in folded.graph.node] == ["Mul"]
    assert {tensor.data_type for tensor in folded.graph.initializer} == {FLOAT}
    np.testing.assert_array_equal(run_once(folded.SerializeToString(), {"x": x})[0], wanted)


@pytest.mark.parametrize("scale", [np.float32(0.5), np.array([0.5], np.float32)])
def test_one_scale_for_a_whole_tensor(scale):
    values = np.array([[-4, 6], [8, 127]], np.int8)
    np.testing.assert_array_equal(dequantise(values, scale), [[-2, 3], [4, 63.5]])


def test_one_scale_for_each_channel_counted_from_the_end():
    values = np.ones((2, 3, 2), np.int8)
    result = dequantise(values, np.array([1, 10, 100], np.float32), np.array([0, 1, 0], np.int8), axis=-2)
    np.testing.assert_array_equal(result[1], [[1, 1], [0, 0], [100, 100]])


def test_half_precision_scales_give_half_precision_weights():
    assert dequantise(np.ones(3, np.int8), np.float16(2)).dtype == np.float16
    assert dequantise(np.ones(3, np.int8), np.float16(2), output_dtype=FLOAT).dtype == np.float32


def test_reshape_knows_zero_and_minus_one():
    assert reshape(np.zeros((2, 3, 4)), np.array([0, -1])).shape == (2, 12)
    assert reshape(np.zeros((0, 3)), np.array([3, 0]), allowzero=1).shape == (3, 0)


@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_prelu_is_the_same_function_for_any_slope(channels, seed):
    rng = np.random.default_rng(seed)
    slope = rng.uniform(-2, 2, (channels, 1, 1)).astype(np.float32)
    slope.flat[0] = rng.choice([-2, -1, 0, 1, 2])
    x = rng.normal(0, 10, (2, channels, 3, 3)).astype(np.float32)
    small = model(
        [helper.make_node("PRelu", ["x", "a"], ["y"])],
        {"x": ["n", channels, "h", "w"]},
        {"y": ["n", channels, "h", "w"]},
        {"a": slope},
    )
    folded = fold(small, {"x": ("n", channels, "h", "w")})
    assert "PRelu" not in [node.op_type for node in folded.graph.node]
    (got,) = run_once(folded.SerializeToString(), {"x": x})
    # Two products and a sum, each rounded once: at most a few units in the last place of the largest part,
    # which is |x| max(|a|, |1 - a|) <= 3 |x|.
    wanted = np.where(x > 0, x, slope * x)
    assert np.all(np.abs(got - wanted) <= 4 * np.finfo(np.float32).eps * 3 * np.abs(x))


def test_prelu_with_a_slope_that_is_computed_stays():
    small = model(
        [helper.make_node("Abs", ["x"], ["a"]), helper.make_node("PRelu", ["x", "a"], ["y"])],
        {"x": [3]},
        {"y": [3]},
        {},
    )
    folded = fold(small, {"x": (3,)})
    assert [node.op_type for node in folded.graph.node] == ["Abs", "PRelu"]


def test_dropout_vanishes_unless_its_output_is_one_of_the_graph():
    ratio = numpy_helper.from_array(np.float32(0.5))
    nodes = [
        helper.make_node("Constant", [], ["ratio"], value=ratio),
        helper.make_node("Dropout", ["x", "ratio"], ["inner"]),
        helper.make_node("Neg", ["inner"], ["y"]),
        helper.make_node("Dropout", ["y", "ratio"], ["z"]),
    ]
    folded = fold(model(nodes, {"x": [2]}, {"y": [2], "z": [2]}, {}), {"x": (2,)})
    assert [node.op_type for node in folded.graph.node] == ["Neg", "Dropout"]
    y, z = run_once(folded.SerializeToString(), {"x": np.array([1, -2], np.float32)})
    np.testing.assert_array_equal(y, [-1, 2])
    np.testing.assert_array_equal(z, y)


def test_weights_declared_as_inputs_are_inputs_no_longer():
    weight = np.array([2, 3], np.float32)
    small = model(
        [helper.make_node("Mul", ["x", "w"], ["y"])], {"x": [1, 2], "w": [2]}, {"y": [1, 2]}, {"w": weight}
    )
    folded = fold(small, {"x": ("n", 2)})
    assert [i.name for i in folded.graph.input] == ["x"]
    (y,) = run_once(folded.SerializeToString(), {"x": np.ones((5, 2), np.float32)})
    np.testing.assert_array_equal(y, np.tile(weight, (5, 1)))


def test_an_input_that_nobody_named_is_an_error():
    small = model([helper.make_node("Add", ["x", "b"], ["y"])], {"x": [1], "b": [1]}, {"y": [1]}, {})
    with pytest.raises(ModelError, match=r"'small' reads \['b'\]"):
        fold(small, {"x": (1,)})


def test_nested_graphs_are_refused():
    branch = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["b"])],
        "branch",
        [],
        [helper.make_tensor_value_info("b", FLOAT, [1])],
    )
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    small = model([node], {"x": [1]}, {"y": [1]}, {"c": np.array(True)})
    with pytest.raises(ModelError, match="nested graphs"):
        fold(small, {"x": (1,)})


def test_folding_leaves_the_given_model_alone():
    small = model(
        [helper.make_node("PRelu", ["x", "a"], ["y"])], {"x": [2]}, {"y": [2]}, {"a": np.ones(2, "f4")}
    )
    before = small.SerializeToString()
    fold(small, {"x": (2,)})
    assert small.SerializeToString() == before
    onnx.checker.check_model(small)
