"""`mien models`: what is listed, shown, checked and added."""

import shutil

import pytest

from mien import models


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of the test's own."""
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_list_has_licence_and_size(mien):
    result = mien("models", "list")
    assert result.exit_code == 0
    sface = next(line for line in result.stdout.splitlines() if line.startswith("sface"))
    assert "Apache-2.0" in sface
    assert "10.7 MB" in sface
    assert sface.rstrip().endswith("here")


def test_show_has_all_of_the_card(mien):
    result = mien("models", "show", "sface")
    card = models.card("sface")
    for value in (card.version, card.source, card.weights.sha256, *card.caveats, card.accuracy[0].value):
        assert value in result.stdout
    assert str(models.locate("sface")) in result.stdout


def test_an_unknown_model(mien):
    result = mien("models", "show", "arcface")
    assert result.exit_code == 2
    assert "yunet" in result.stderr, "the known ones are named"


def test_verify_accepts_the_right_weights(mien):
    result = mien("models", "verify")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(models.cards())


def test_what_nobody_asked_for_is_no_fault(mien, home, monkeypatch):
    monkeypatch.delenv("MIEN_MODELS", raising=False)
    verified, listed = mien("models", "verify"), mien("models", "list")
    assert verified.exit_code == 0
    line = next(line for line in verified.stdout.splitlines() if line.startswith("fer-mini-xception"))
    assert line.endswith("not here; to get it: mien models add fer-mini-xception")
    assert (
        next(li for li in listed.stdout.splitlines() if li.startswith("fer-")).rstrip().endswith("on request")
    )


def test_verify_finds_a_changed_bit(mien, tmp_path, monkeypatch):
    mirror = tmp_path / models.card("yunet").weights.file
    weights = bytearray(models.locate("yunet").read_bytes())
    weights[1000] ^= 1
    mirror.write_bytes(weights)
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    result = mien("models", "verify")
    assert result.exit_code == 1
    assert str(mirror) in next(line for line in result.stdout.splitlines() if line.startswith("yunet"))


def test_add_from_a_file(mien, home, tmp_path):
    copy = shutil.copy(models.locate("yunet"), tmp_path / "copy.onnx")
    result = mien("models", "add", "yunet", "--from", copy)
    assert result.exit_code == 0
    (added,) = home.glob("models/yunet/*.onnx")
    assert str(added) in result.stdout


def test_add_by_what_is_to_be_measured(mien, home, shared):
    result = mien("models", "add", "emotion", "--from", shared / "models/fer/emotion_model_quantized.tflite")
    assert result.exit_code == 0
    (added,) = home.glob("models/fer-mini-xception/*.tflite")
    assert result.stdout.split(": added as ")[0] == "fer-mini-xception"
    assert str(added) in result.stdout


def test_several_models_are_not_in_one_file(mien, home, photos):
    result = mien("models", "add", "yunet", "sface", "--from", photos / "cat.png")
    assert result.exit_code == 2
    assert "2 are to be added (yunet, sface)" in result.stderr
    assert not home.exists()


def test_add_of_another_file(mien, home, photos):
    result = mien("models", "add", "yunet", "--from", photos / "cat.png")
    assert result.exit_code == 2
    assert "SHA-256" in result.stderr
    assert not list(home.glob("models/yunet/*"))


def test_add_asks_for_the_licence(mien, home, tmp_path):
    text = models.card("yunet").path.read_text("utf-8")
    card = tmp_path / "mine.toml"
    card.write_text(text.replace('"yunet"', '"mine"').replace('"MIT"', '"CC-BY-NC-4.0"'), "utf-8")
    weights = models.locate("yunet")
    refused = mien("models", "add", card, "--from", weights)
    assert refused.exit_code == 2
    assert "--accept-licence" in refused.stderr
    assert mien("models", "add", card, "--from", weights, "--accept-licence").exit_code == 0
    mine = next(line for line in mien("models", "list").stdout.splitlines() if line.startswith("mine"))
    assert "CC-BY-NC-4.0 (restricts use)" in mine
