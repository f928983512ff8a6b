"""Smiles are told from resting faces, however the head is turned in the picture, and only as the card allows."""

import numpy as np
import pytest

from mien.errors import ArgumentError, ModelError
from mien.faces import FaceEngine, align
from mien.faces.expression import CLASSES, Expression
from mien.faces.expression.expression import crop
from mien.models import card
from mien.types import Faces

MODEL = "fer-mini-xception"


@pytest.fixture(scope="module")
def expression(shared):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_MODELS", str(shared / "models"))
        with Expression() as opened:
            yield opened


@pytest.fixture(scope="module")
def engine():
    return FaceEngine()


def test_a_smile_and_a_straight_face(expression, engine, astronaut, grace):
    """Eileen Collins smiles broadly, Grace Hopper does not: the one class that is calibrated says so with a margin."""
    happy = expression.labels.index("happy")
    smiles, does_not = (
        expression.shares(image, engine.detect(image).largest()) for image in (astronaut, grace)
    )
    assert smiles[0, happy] > 0.9
    assert does_not[0, happy] < 0.3


def test_shares_sum_to_one_and_rows_do_not_depend_on_each_other(expression, engine, astronaut):
    face = engine.detect(astronaut).largest()
    moved = face.having(boxes=face.boxes + np.float32(4))
    both = expression.shares(astronaut, Faces.concatenate([face, moved]))
    assert both.shape == (2, 7)
    assert both.dtype == np.float32
    assert np.allclose(both.sum(axis=1), 1, atol=1e-6)
    assert np.array_equal(both[1], expression.share(astronaut, moved)), "bit for bit"
    assert expression.shares(astronaut, Faces.empty()).shape == (0, 7)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_lying_on_its_side_gives_the_same(expression, engine, astronaut, turns):
    """Turned by quarters and with the face where it was, the crop is the same but for rounding in the box's middle."""
    face = engine.detect(astronaut).largest()
    turned = np.ascontiguousarray(np.rot90(astronaut, -turns))  # clockwise
    there = rotated(face, turns, astronaut.shape[0])
    a, b = crop(astronaut, face, 64).astype(int), crop(turned, there, 64).astype(int)
    assert np.abs(a - b).mean() < 1.5, "grey levels; another orientation differs by tens"
    happy = expression.labels.index("happy")
    assert expression.share(turned, there)[happy] == pytest.approx(
        expression.share(astronaut, face)[happy], abs=0.05
    )


def rotated(face, turns, side):
    """The face in a square picture that was turned clockwise by quarters."""
    points = face.keypoints[0]
    corners = face.boxes[0].reshape(2, 2)
    for _ in range(turns):
        points = np.stack([side - 1 - points[:, 1], points[:, 0]], axis=1)
        corners = np.stack([side - corners[:, 1], corners[:, 0]], axis=1)
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
    keypoints = points[None].astype(np.float32)
    return face.having(boxes=box[None].astype(np.float32), keypoints=keypoints, rolls=align.rolls(keypoints))


def test_the_crop_is_centred_and_scaled(expression):
    """A white square in the middle of the box covers 1 / 1.1 of the crop's side, whatever its size and place."""
    image = np.zeros((400, 600, 3), np.uint8)
    image[100:220, 300:420] = 255
    zero = np.zeros((1,), np.float32)
    face = Faces(np.array([[300, 100, 420, 220]], np.float32), np.zeros((1, 5, 2), np.float32), zero, zero)
    picture = crop(image, face, 64) / 255
    assert picture.sum() == pytest.approx((64 / 1.1) ** 2, rel=0.01)
    y, x = (np.average(axis, weights=picture) for axis in np.mgrid[:64, :64])
    assert (x, y) == pytest.approx((31.5, 31.5), abs=0.1)


def test_the_temperature_keeps_the_order_and_takes_away_certainty(expression, engine, astronaut, monkeypatch):
    face = engine.detect(astronaut).largest()
    tempered = expression.share(astronaut, face)
    monkeypatch.setattr(expression, "_sharpness", 1.0)
    plain = expression.share(astronaut, face)
    temperature = card(MODEL).decision["temperature"]
    assert temperature > 1
    assert plain.max() > tempered.max()
    assert np.array_equal(np.argsort(plain), np.argsort(tempered))
    powers = plain ** (1 / temperature)
    assert np.allclose(powers / powers.sum(), tempered, atol=1e-4)


def test_the_card_says_what_is_basic_and_what_is_missing(expression):
    fer = card(MODEL)
    assert fer.decision["tier"] == "basic"
    assert fer.decision["calibrated"] == ["happy"]
    assert "contempt" not in expression.labels
    assert set(expression.labels) < set(CLASSES)
    assert fer.permissive


def test_a_card_with_other_classes_is_refused(shared, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_MODELS", str(shared / "models"))
    text = card(MODEL).path.read_text("utf-8").replace('"surprise"', '"boredom"')
    (tmp_path / "other.toml").write_text(text, "utf-8")
    with pytest.raises(ModelError, match=r"boredom.*expected are classes out of angry"):
        Expression(str(tmp_path / "other.toml"))


def test_several_faces_where_one_is_asked_for(expression, astronaut):
    with pytest.raises(ArgumentError, match="these are 0"):
        expression.share(astronaut, Faces.empty())
