"""Cards say what they must, and the code believes nothing else."""

import subprocess
import sys

import pytest

from mien import models
from mien.errors import ArgumentError, UnknownModel


def test_the_default_models_have_cards_that_name_real_files():
    yunet, sface = models.card("yunet"), models.card("sface")
    assert (yunet.task, yunet.licence, yunet.permissive) == ("detect", "MIT", True)
    assert (sface.task, sface.licence, sface.permissive) == ("embed", "Apache-2.0", True)
    assert sface.dim == 128
    assert sface.input.channels == "RGB"
    assert yunet.input.channels == "BGR"
    assert len(yunet.outputs) == 12
    for card in (yunet, sface):
        assert models.locate(card).stat().st_size == card.weights.size
        assert card.caveats


def test_an_unknown_name_is_answered_with_the_known_ones(home):
    with pytest.raises(UnknownModel, match=r"'arcface'.*sface.*yunet.*\.toml"):
        models.card("arcface")


@pytest.mark.parametrize("name", ["../cards/sface", "", "cards"])
def test_a_name_is_never_a_path(name, home):
    with pytest.raises(UnknownModel):
        models.card(name)


def test_a_card_of_the_users_own_is_read_from_its_path(write_card):
    card = models.card(write_card())
    assert card.name == "tiny"
    assert card.input.shape == ("batch", 3)
    assert card.input.std == (1.0, 1.0, 1.0)
    assert card.decision == {"quantiles": [0.1, 0.2]}
    assert card.accuracy == ()
    with pytest.raises(UnknownModel, match="no model card"):
        models.card("nowhere.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "tiny"', 'name = "../tiny"', "name must be of"),
        ('file = "tiny.onnx"', 'file = "../tiny.onnx"', "without folders"),
        ('sha256 = "', 'sha256 = "x', "64 hexadecimal"),
        ('task = "embed"', 'task = "cook"', "task must be one of detect, embed"),
        ('channels = "RGB"', 'channels = "GRB"', "one of RGB, BGR"),
        ('step = "fold"', 'step = "bend"', '"fold" or "none"'),
        ("check = [2, 3]", "", "prepare.check"),
        ('licence = "MIT"', "", "licence"),
        ("[weights]", "[weight]", "'weights'"),
        ("[weights]", "[weights", "not valid TOML"),
        ('version = "1"', 'version = "1"\ncolour = "red"', "colour"),
        ("[input]", '[weights.wheel]\nrequirement="a==1"\nmodule="a.b"\nmember="c"\n[input]', "top-level"),
        ("[input]", '[weights.wheel]\nrequirement="-r x"\nmodule="a"\nmember="c"\n[input]', "NAME==VERSION"),
        ('file = "tiny.onnx"', 'file = "tiny.onnx"\nurl = "http://example.org/x"', "https"),
    ],
)
def test_a_faulty_card_is_refused_with_its_fault(write_card, old, new, message):
    path = write_card(**{old: new})
    with pytest.raises(ArgumentError, match=message) as caught:
        models.card(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("licence", ["CC-BY-NC-4.0", "GPL-3.0-only", "proprietary", "mit-like"])
def test_what_a_licence_permits_follows_from_its_name(write_card, licence):
    assert not models.card(write_card(licence)).permissive


def test_importing_the_room_imports_no_runtime():
    code = "import sys, mien.models; print([m for m in ('onnx', 'onnxruntime', 'cv2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
