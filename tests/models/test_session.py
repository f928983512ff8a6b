"""Sessions run what the card says, on what they say they run, for any number of threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mien import models
from mien.errors import ArgumentError, ModelError, ProviderUnavailable
from mien.models import session as rooms_session


@pytest.fixture
def tiny(write_card, tiny_bytes, home):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    return card


def test_provenance_names_the_model_to_the_bit():
    with models.open_session("yunet", provider="cpu") as yunet:
        assert yunet.provenance() == {
            "name": "yunet",
            "version": "2023mar-int8bq",
            "sha256": "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
            "provider": "CPUExecutionProvider",
        }
        assert yunet.provider_note == "it was asked for"


def test_outputs_come_in_the_order_of_the_card():
    with models.open_session("yunet") as yunet:
        outputs = yunet.run({"input": np.zeros((1, 3, 64, 64), np.float32)})
    assert [output.shape[2] for output in outputs] == [1, 1, 1, 1, 1, 1, 4, 4, 4, 10, 10, 10]


def test_sixteen_threads_get_the_bits_that_one_gets():
    inputs = [np.random.default_rng(i).uniform(0, 255, (1, 3, 64, 96)).astype(np.float32) for i in range(64)]
    with models.open_session("yunet") as yunet:

        def run(pixels):
            return [output.tobytes() for output in yunet.run({"input": pixels})]

        serial = [run(pixels) for pixels in inputs]
        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(run, inputs)) == serial


def test_a_missing_provider_is_said_or_in_strict_mode_refused(tiny, caplog):
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("CUDA is there")
    with models.open_session(tiny, provider="cuda") as session:
        assert session.provider == "CPUExecutionProvider"
        assert "CUDAExecutionProvider was asked for" in session.provider_note
    assert "the CPU is used" in caplog.text
    with pytest.raises(ProviderUnavailable, match="CUDAExecutionProvider"):
        models.open_session(tiny, provider="cuda", strict=True)


def test_a_silent_fallback_of_the_runtime_is_found_out(tiny, monkeypatch, caplog):
    # A build with CUDA on a machine without its libraries: offered, asked for, and then not used.
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CUDAExecutionProvider"])
    load = rooms_session.load
    monkeypatch.setattr(
        rooms_session,
        "load",
        lambda graph, name, _, threads: load(graph, name, "CPUExecutionProvider", threads),
    )
    with models.open_session(tiny) as session:
        assert session.provider == session.provenance()["provider"] == "CPUExecutionProvider"
        assert "fell back" in session.provider_note
    assert "fell back" in caplog.text
    with pytest.raises(ProviderUnavailable, match="fell back"):
        models.open_session(tiny, strict=True)


def test_arguments_are_checked(tiny):
    with pytest.raises(ArgumentError, match=r"'abacus'.*cpu.*cuda"):
        models.open_session(tiny, provider="abacus")
    with pytest.raises(ArgumentError, match="threads is 0"):
        models.open_session(tiny, threads=0)


def test_a_wrong_input_is_answered_with_the_right_one(tiny):
    with models.open_session(tiny) as session:
        with pytest.raises(ArgumentError, match=r"x: float32 of \['batch', 3\]"):
            session.run({"x": np.zeros((1, 4), np.float32)})
        with pytest.raises(ArgumentError, match="float32"):
            session.run({"x": np.zeros((1, 3), np.float64)})


def test_a_closed_session_says_so(tiny):
    with models.open_session(tiny) as session:
        pass
    with pytest.raises(ModelError, match="'tiny' is closed"):
        session.run({"x": np.zeros((1, 3), np.float32)})


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('names = ["y"]', 'names = ["z"]', r"outputs \['y'\]; its card names \['x'\] and \['z'\]"),
        ('channels = "RGB"', 'channels = "RGB"\nalso = ["state"]', r"inputs \['x'\].*names \['x', 'state'\]"),
    ],
)
def test_a_graph_that_is_not_what_its_card_says_is_refused(
    right, wrong, message, write_card, tiny_bytes, home
):
    card = write_card(**{right: wrong})
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    with pytest.raises(ModelError, match=message):
        models.open_session(card)


def test_a_graph_that_needs_no_preparation_runs_as_it_is(write_card, tmp_path, home, tiny, tiny_bytes):
    import hashlib

    data = models.prepared(tiny).read_bytes()
    sha = hashlib.sha256(tiny_bytes).hexdigest()
    card = write_card(**{sha: hashlib.sha256(data).hexdigest(), '"fold"': '"none"'})
    card.with_name("tiny.onnx").write_bytes(data)
    assert models.prepared(card) == card.with_name("tiny.onnx")
    with models.open_session(card, threads=2) as session:
        assert session.run({"x": np.ones((1, 3), np.float32)})[0].shape == (1, 2)
