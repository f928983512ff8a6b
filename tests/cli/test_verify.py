"""`mien verify`: the three answers and their exit codes, on real faces."""

import json

import pytest
from PIL import Image


@pytest.fixture(scope="module")
def variants(tmp_path_factory, grace):
    """Grace Hopper mirrored and darkened; and as small as her face must not be."""
    folder = tmp_path_factory.mktemp("variants")
    Image.fromarray((grace[:, ::-1] * 0.6).astype("uint8")).save(folder / "mirrored.png")
    Image.fromarray(grace).resize((51, 60)).save(folder / "tiny.png")
    return folder


def test_the_same_person(mien, photos, variants):
    result = mien("verify", photos / "grace.jpg", variants / "mirrored.png")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "match"
    assert "> 99.9 % that it is the same person" in result.stdout


def test_another_person(mien, photos):
    result = mien("verify", photos / "grace.jpg", photos / "eileen.png")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "no match"


def test_too_small_to_tell(mien, photos, variants):
    result = mien("verify", photos / "grace.jpg", variants / "tiny.png", "--json")
    assert result.exit_code == 3
    answer = json.loads(result.stdout)
    assert answer["answer"] == "cannot say"
    assert answer["similarity"] is None, "nothing was compared"
    assert "pixels wide" in answer["reason"]


def test_no_face_is_an_error(mien, photos):
    result = mien("verify", photos / "grace.jpg", photos / "coffee.png")
    assert result.exit_code == 2
    assert "coffee.png" in result.stderr
    assert result.stdout == ""


def test_json_has_everything(mien, photos):
    answer = json.loads(mien("verify", photos / "grace.jpg", photos / "eileen.png", "--json").stdout)
    assert answer["format"] == "mien.verify/1"
    assert -1 <= answer["similarity"] < answer["threshold"] < 1
    assert 0 <= answer["probability"] < 0.1
    assert len(answer["a"]["box"]) == 4
    assert len(answer["b"]["keypoints"]) == 5
    assert answer["b"]["file"] == str(photos / "eileen.png")
    assert answer["provenance"]["fmr"] == 0.001
    assert len(answer["provenance"]["embedder"]["sha256"]) == 64


def test_a_stricter_rate_needs_more(mien, photos):
    def needed(rate):
        words = ("verify", photos / "grace.jpg", photos / "eileen.png", "--json", "--fmr", rate)
        return json.loads(mien(*words).stdout)["threshold"]

    assert needed(1e-5) > needed(1e-3) > needed(1e-1)


def test_an_impossible_rate(mien, photos):
    result = mien("verify", photos / "grace.jpg", photos / "eileen.png", "--fmr", "2")
    assert result.exit_code == 2
    assert "between 0 and 1" in result.stderr
