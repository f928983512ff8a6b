"""A small embedder of the user's own: a card and its weights in a folder, and a home for Mien of its own."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

CARD = """
name = "tiny"
title = "A linear embedder for tests"
version = "1"
task = "embed"
licence = "{licence}"
source = "https://example.org/tiny"

[weights]
file = "tiny.onnx"
size = {size}
sha256 = "{sha256}"
{more}
[input]
name = "x"
shape = ["batch", 3]
channels = "RGB"

[output]
names = ["y"]
dim = 2

[prepare]
step = "fold"
check = [2, 3]

[decision]
quantiles = [0.1, 0.2]
"""


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Mien's home and the user's cache, empty, and no mirror."""
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MIEN_MODELS", raising=False)
    return tmp_path / "home"


@pytest.fixture
def tiny_bytes() -> bytes:
    """y = x W, with W stored as int8 in blocks of two rows."""
    weights = {
        "q": np.array([[1, -2], [3, 4], [-5, 6]], np.int8),
        "s": np.array([[0.5, 0.25], [2, 1]], np.float32),
        "z": np.array([[1, 0], [0, 0]], np.int8),
    }
    graph = helper.make_graph(
        [
            helper.make_node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=0, block_size=2),
            helper.make_node("MatMul", ["x", "w"], ["y"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    return model.SerializeToString()


@pytest.fixture
def write_card(tmp_path, tiny_bytes):
    """A function that writes the card of `tiny` into a folder of its own, without the weights."""

    def write(licence: str = "MIT", more: str = "", **replaced: str) -> Path:
        text = CARD.format(
            licence=licence, size=len(tiny_bytes), sha256=hashlib.sha256(tiny_bytes).hexdigest(), more=more
        )
        for old, new in replaced.items():
            text = text.replace(old, new)
        path = tmp_path / "cards" / "tiny.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write
