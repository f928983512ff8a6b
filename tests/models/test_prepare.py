"""Prepared graphs compute what the published ones do, and the cache survives crowds and damage."""

import multiprocessing
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from mien import models
from mien.errors import ModelError
from mien.models import prepare
from mien.models.fold import fold
from mien.models.session import run_once


def stripped(name):
    """The published graph with its stored weights no longer declared as inputs, so that it can be run."""
    model = onnx.load(models.locate(name))
    kept = [i for i in model.graph.input if i.name == models.card(name).input.name]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return model


@pytest.fixture(scope="module")
def faces(grace, astronaut):
    """(2, 3, 112, 112) float32: two real faces, roughly cut out."""
    import cv2

    cuts = [grace[50:330, 150:390], astronaut[70:240, 160:290]]
    return np.stack([cv2.resize(cut, (112, 112)).transpose(2, 0, 1) for cut in cuts]).astype(np.float32)


def test_sface_gives_the_vectors_of_the_published_graph(faces):
    published = stripped("sface").SerializeToString()
    wanted = np.concatenate([run_once(published, {"data": face[None]})[0] for face in faces])
    (got,) = run_once(models.prepared("sface").read_bytes(), {"data": faces})
    cosines = (wanted * got).sum(1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(got, axis=1)
    assert np.all(cosines > 0.999999)
    # Both run in ONNX Runtime; only the order of float32 sums differs.
    assert np.abs(wanted - got).max() < 1e-5 * np.abs(wanted).max()


def test_yunet_gives_the_maps_of_the_published_graph(astronaut):
    # ONNX Runtime refuses the published graph's blocks, so the reference evaluator computes what it means.
    pixels = astronaut[64:192, 128:288, ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    wanted = ReferenceEvaluator(stripped("yunet")).run(None, {"input": pixels})
    got = run_once(models.prepared("yunet").read_bytes(), {"input": pixels})
    assert [output.shape for output in got] == [output.shape for output in wanted]
    for a, b in zip(wanted, got, strict=True):
        assert np.abs(a - b).max() < 1e-4 * max(1, np.abs(a).max())
    # There is a face in it: the score is the root of class times object probability, at any stride.
    assert max(np.sqrt(cls * obj).max() for cls, obj in zip(got[:3], got[3:6], strict=True)) > 0.8


@pytest.mark.parametrize(("height", "width"), [(32, 32), (96, 224), (480, 640)])
def test_yunet_takes_any_size_in_steps_of_32(height, width):
    with models.open_session("yunet") as yunet:
        outputs = yunet.run({"input": np.zeros((1, 3, height, width), np.float32)})
    for output, stride in zip(outputs, (8, 16, 32) * 4, strict=True):
        assert output.shape[1] == height * width // stride**2


def test_a_batch_gives_what_single_faces_give(faces):
    with models.open_session("sface") as sface:
        (both,) = sface.run({"data": faces})
        single = [sface.run({"data": face[None]})[0][0] for face in faces]
    np.testing.assert_allclose(both, single, atol=1e-5 * np.abs(both).max())


def test_the_second_call_finds_the_file_of_the_first(home, write_card, tiny_bytes, monkeypatch):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    first = models.prepared(card)
    assert first.parent == home / "prepared"
    (y,) = run_once(first.read_bytes(), {"x": np.array([[1, 1, 1], [2, 0, 0]], np.float32)})
    np.testing.assert_allclose(y, [[0 + 1 - 10, -0.5 + 1 + 6], [0, -1]])  # (q - z) s by hand
    monkeypatch.setattr(prepare, "make", lambda *_: pytest.fail("prepared a second time"))
    assert models.prepared(card) == first


@pytest.mark.parametrize(
    "damage", [lambda data: data[:100], lambda data: data[:-1] + b"\0", lambda data: b""]
)
def test_a_damaged_cache_is_replaced(home, write_card, tiny_bytes, damage):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    path = models.prepared(card)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert models.prepared(card) == path
    assert path.read_bytes() == whole


def test_another_recipe_makes_another_file(home, write_card, tiny_bytes, monkeypatch):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    first = models.prepared(card)
    monkeypatch.setattr("mien.models.fold.RECIPE", 999)
    assert models.prepared(card) != first


def test_another_input_shape_makes_another_file(home, write_card, tiny_bytes):
    write_card().with_name("tiny.onnx").write_bytes(tiny_bytes)
    free = models.prepared(write_card())
    fixed = models.prepared(write_card(**{'["batch", 3]': "[2, 3]"}))
    assert onnx.load(fixed).graph.input[0].type.tensor_type.shape.dim[0].dim_value == 2
    assert free != fixed


def test_a_graph_that_gives_nan_is_not_taken_for_equal(write_card, tiny_bytes):
    model = onnx.load_from_string(tiny_bytes)
    model.graph.node.append(onnx.helper.make_node("Abs", ["x"], ["fine"]))
    model.graph.output.insert(0, onnx.helper.make_tensor_value_info("fine", onnx.TensorProto.FLOAT, [1, 3]))
    folded = fold(model, {"x": ("n", 3)})
    broken = onnx.numpy_helper.from_array(np.full((3, 2), np.nan, np.float32), "w")
    folded.graph.initializer[0].CopyFrom(broken)
    assert np.isnan(prepare.compare(model, folded, models.card(write_card())))


def test_a_fold_that_changes_the_result_is_caught(home, write_card, tiny_bytes, monkeypatch):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)

    def wrong(model, inputs):
        folded = fold(model, inputs)
        weights = onnx.numpy_helper.to_array(folded.graph.initializer[0]) * np.float32(1.001)
        folded.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(weights, "w"))
        return folded

    monkeypatch.setattr("mien.models.fold.fold", wrong)
    with pytest.raises(ModelError, match=r"'tiny' differs from the original by 0.001"):
        models.prepared(card)
    assert not (home / "prepared").exists()


def test_without_a_home_the_users_cache_is_used(tmp_path, monkeypatch, write_card, tiny_bytes):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    (tmp_path / "file").touch()
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert models.prepared(card).parent == tmp_path / "cache" / "mien" / "prepared"


def test_without_any_folder_it_works_from_memory_and_says_so(tmp_path, monkeypatch, write_card, tiny_bytes):
    card = write_card()
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    (tmp_path / "file").touch()
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "cache"))
    with pytest.raises(ModelError, match="cannot be kept"):
        models.prepared(card)
    with models.open_session(card) as tiny:
        assert tiny.run({"x": np.ones((1, 3), np.float32)})[0].shape == (1, 2)
        assert "in memory" in tiny.provenance()["note"]


def prepare_in_process(barrier, results):
    barrier.wait()
    results.put(str(models.prepared("yunet")))


def test_four_processes_at_once_agree_on_one_whole_file(home):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(4), context.Queue()
    crowd = [context.Process(target=prepare_in_process, args=(barrier, results)) for _ in range(4)]
    for process in crowd:
        process.start()
    paths = {results.get(timeout=60) for _ in crowd}
    for process in crowd:
        process.join()
    assert len(paths) == 1
    assert [str(path) for path in (home / "prepared").iterdir()] == list(paths)
    assert Path(paths.pop()).stat().st_size > 200_000


def test_weights_that_are_no_graph_are_refused_by_name(home, write_card, tiny_bytes, monkeypatch, tmp_path):
    import hashlib

    junk = b"\xff" * 64
    sha = hashlib.sha256(tiny_bytes).hexdigest()
    card = write_card(**{sha: hashlib.sha256(junk).hexdigest()})
    card.with_name("tiny.onnx").write_bytes(junk)
    with pytest.raises(ModelError, match=r"tiny.onnx is not an ONNX graph"):
        models.prepared(card)
