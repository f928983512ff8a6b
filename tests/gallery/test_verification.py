"""Two pictures: the same person, or not, or nobody can say."""

import cv2
import numpy as np
import pytest

import mien
from mien import Answer
from mien.faces import default_engine
from mien.gallery.decide import Calibration


def test_the_same_person(grace):
    found = mien.verify(grace, (grace[:, ::-1] * 0.6).astype(np.uint8))
    assert found
    assert found.answer is Answer.MATCH
    assert found.probability > 0.999
    assert found.similarity > 0.9
    assert found.provenance["fmr"] == 0.001


def test_different_people(grace, astronaut):
    found = mien.verify(grace, astronaut)
    assert not found
    assert found.answer is Answer.NO_MATCH
    assert found.probability < 0.05


def test_alike_but_not_enough_is_doubtful(grace):
    """One false match in a thousand million needs 0.72; a picture blurred by 7 pixels keeps about 0.6."""
    found = mien.verify(grace, cv2.GaussianBlur(grace, (0, 0), 7), fmr=1e-9)
    assert 0.5 < found.similarity < found.threshold
    assert found.probability > 0.99
    assert found.answer is Answer.CANNOT_SAY
    assert not found
    assert found.reason.startswith("may be the same person")
    assert found.provenance["fmr"] == 1e-9


def test_what_the_figures_are_of(grace, astronaut):
    """Both faces with their mirror images; the probability is that of a gallery of one person with one photograph."""
    engine = default_engine()
    found = mien.verify(grace, astronaut)
    for image, face in ((grace, found.a), (astronaut, found.b)):
        assert np.array_equal(
            face.embeddings, engine.embed(image, engine.detect(image), flip=True).embeddings
        )
    table = Calibration.from_card(engine.embedder.card.decision, "sface")
    ratio = table.log_likelihood_ratio(found.similarity, 1)
    assert found.probability == pytest.approx(1 / (1 + np.exp(-ratio)))
    assert table.fmr(found.threshold, 1) == pytest.approx(0.001, rel=0.01)


def test_both_ways_give_the_same(grace, astronaut):
    one, other = mien.verify(grace, astronaut), mien.verify(astronaut, grace)
    assert one.similarity == pytest.approx(other.similarity, abs=1e-6)
    assert one.answer == other.answer


def test_photographs_of_other_days(shared):
    """40 pairs of LFW: with an accuracy of 99 %, more than 3 wrong has a chance below 1 in 1,000."""
    import csv

    root = shared / "data/faces"
    with (root / "lfw_pairs.csv").open() as lines:
        pairs = list(csv.DictReader(lines))[::75]
    wrong = 0
    for pair in pairs:
        found = mien.verify(root / "lfw" / pair["a"], root / "lfw" / pair["b"])
        wrong += (found.probability > 0.5) != (pair["same"] == "1")
    assert len(pairs) == 40
    assert wrong <= 3


def test_a_stricter_rate_needs_more_likeness(grace, astronaut):
    limits = [mien.verify(grace, astronaut, fmr=fmr).threshold for fmr in (0.01, 0.001, 1e-5)]
    assert limits == sorted(limits)
    assert limits[0] < limits[-1]


def test_too_small_to_tell(grace):
    scale = 0.1
    small = cv2.resize(grace, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = mien.verify(grace, np.pad(small, ((99, 99), (99, 99), (0, 0))))
    assert found.answer is Answer.CANNOT_SAY
    assert not found
    assert "too small" in found.reason
    assert np.isnan(found.similarity)


def test_what_is_poor_without_a_name_for_it_proves_nothing_either(grace, astronaut, monkeypatch):
    """`verify` and `identify` have one rule for that: a quality below 0.15 is no ground for "nobody"."""
    engine = mien.faces.default_engine()
    detect = engine.detect
    monkeypatch.setattr(
        engine, "detect", lambda image: detect(image).having(quality=np.full(1, 0.1, np.float32))
    )
    found = mien.verify(grace, astronaut, engine=engine)
    assert found.answer is Answer.CANNOT_SAY
    assert "a face is poor" in found.reason


def test_provenance_has_rate_and_threshold(grace, astronaut):
    found = mien.verify(grace, astronaut)
    assert (found.provenance["fmr"], found.provenance["threshold"]) == (0.001, found.threshold)


def test_a_poor_picture_that_is_not_alike_proves_nothing(grace, astronaut):
    found = mien.verify(grace, cv2.GaussianBlur(astronaut, (0, 0), 5))
    assert found.answer is Answer.CANNOT_SAY
    assert "blurred" in found.reason


def test_no_face(grace, cat, tmp_path):
    with pytest.raises(mien.NoFaceFound, match="the second image"):
        mien.verify(grace, cat)
    mien.media.write_image(tmp_path / "cat.png", cat)
    with pytest.raises(mien.NoFaceFound, match=r"cat\.png"):
        mien.verify(tmp_path / "cat.png", grace)


def test_no_file(grace, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(mien.MediaNotFound, match=r"nowhere\.jpg"):
        mien.verify("nowhere.jpg", grace)
    with pytest.raises(mien.MediaNotFound, match="folder"):
        mien.verify(grace, tmp_path)
    with pytest.raises(mien.UnsupportedMedia, match=r"text\.jpg"):
        mien.verify(grace, tmp_path / "text.jpg")


@pytest.mark.parametrize("fmr", [0, 1, -0.1, float("nan")])
def test_an_impossible_rate(grace, fmr):
    with pytest.raises(mien.ArgumentError, match="between 0 and 1"):
        mien.verify(grace, grace, fmr=fmr)


@pytest.mark.parametrize("odd", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), None, 5])
def test_what_is_no_picture(grace, odd):
    for pair in ((odd, grace), (grace, odd)):
        with pytest.raises(mien.ArgumentError):
            mien.verify(*pair)


def test_the_largest_face_is_compared(grace, astronaut):
    small = cv2.resize(astronaut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = np.pad(small, ((0, grace.shape[0] - small.shape[0]), (0, 0), (0, 0)))
    found = mien.verify(np.hstack([small, grace]), grace)
    assert found
    assert found.a.boxes[0, 0] > 256
