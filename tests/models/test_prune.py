"""TFLite graphs without what nobody reads: the same answers, to the last bit, in fewer steps."""

import numpy as np
import pytest

from mien import models
from mien.errors import ModelError
from mien.models.prune import pruned
from mien.models.tflite import open_lite

FILE = "models/mediapipe-0.10.21/pose_landmark_full.tflite"


@pytest.fixture(scope="module")
def pose(shared):
    if not (shared / FILE).is_file():
        pytest.skip(f"{FILE} is not there")
    return (shared / FILE).read_bytes()


def run(model, feed):
    """The outputs by name, and the number of steps."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], feed)
    interpreter.invoke()
    return {one["name"]: interpreter.get_tensor(one["index"]) for one in interpreter.get_output_details()}


def test_what_is_kept_is_the_same_to_the_last_bit(pose):
    feed = np.random.default_rng(0).random((1, 256, 256, 3), np.float32)
    names = models.card("pose").outputs
    whole, rest = run(pose, feed), run(pruned(pose, names), feed)
    assert set(whole) - set(rest) == {"Identity_2"}  # the mask of the body
    assert set(rest) == set(names)
    for name in names:
        assert np.array_equal(rest[name], whole[name]), name


def test_steps_that_nobody_needs_are_gone(pose):
    from ai_edge_litert import schema_py_generated as schema

    def steps(model):
        return schema.Model.GetRootAs(model, 0).Subgraphs(0).OperatorsLength()

    assert steps(pruned(pose, models.card("pose").outputs)) < 0.9 * steps(pose)
    assert steps(pruned(pose, ["Identity_1"])) < steps(pruned(pose, ["Identity", "Identity_1"]))


def test_a_graph_of_which_all_is_read_stays_as_it_is(pose):
    names = [f"Identity{end}" for end in ("", "_1", "_2", "_3", "_4")]
    assert pruned(pose, names) is pose


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:2000], lambda data: b"\0" * 64])
def test_what_is_no_tflite_model_is_refused(pose, damage):
    with pytest.raises(ModelError, match="TFL"):
        pruned(damage(pose), ["Identity"])


def test_a_session_gives_the_outputs_of_its_card(shared, pose, monkeypatch):
    monkeypatch.setenv("MIEN_MODELS", str(shared / "models"))
    with open_lite("pose") as session:
        outputs = session.run(np.zeros((1, 256, 256, 3), np.float32))
    assert [one.shape for one in outputs] == [(1, 195), (1, 1), (1, 64, 64, 39), (1, 117)]
