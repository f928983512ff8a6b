"""What is enrolled and what is not, and why."""

import hashlib

import cv2
import numpy as np
import pytest

import mien
from mien.gallery.protection.rotation import rotation, turn
from mien.gallery.stores.records import Kind, Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore
from mien.gallery.templates import unit
from mien.media import write_image
from mien.types import Issue
from tests.gallery.conftest import EILEEN, GRACE, beside

ODD = [
    np.zeros((9, 9), np.uint8),
    np.zeros((9, 9, 4), np.uint8),
    np.zeros((9, 9, 3)),
    np.zeros((0, 9, 3), np.uint8),
]


def test_what_is_not_enrolled_and_why(people, grace, astronaut, cat, tmp_path):
    blurred = cv2.GaussianBlur(grace, (0, 0), 6)
    files = {"good": grace, "blurred": blurred, "two": beside(grace, grace), "cat": cat}
    for name, image in files.items():
        write_image(tmp_path / f"{name}.png", image)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    names = [*(f"{name}.png" for name in files), "good.png", "broken.jpg", "missing.jpg"]
    done = people.enroll(GRACE, [tmp_path / name for name in names])
    assert done.accepted == (str(tmp_path / "good.png"),)
    reasons = {source.rsplit("/", 1)[-1]: reason for source, reason in done.rejected}
    assert "blurred" in reasons["blurred.png"]
    assert "2 faces" in reasons["two.png"]
    assert reasons["cat.png"] == "no face found"
    assert reasons["good.png"] == "this picture is enrolled already"
    assert reasons["broken.jpg"].startswith("the JPEG is cut off")
    assert not any(reason.endswith(".") for reason in reasons.values())  # they are joined by semicolons
    assert reasons["missing.jpg"].startswith("there is no such file")  # its name is said beside it
    assert people.enroll(GRACE, tmp_path / "blurred.png", accept_poor=True).person.faces == 2


def test_a_file_that_vanishes_meanwhile_is_a_rejection(people, grace, tmp_path, monkeypatch):
    def read_and_remove(path):
        image = mien.read_image(path)
        path.unlink()
        return image

    write_image(tmp_path / "g.png", grace)
    monkeypatch.setattr("mien.gallery.gate.read_image", read_and_remove)
    done = people.enroll(GRACE, [grace, tmp_path / "g.png"])
    assert done.accepted == ("an image",)
    assert done.rejected[0][1].startswith("there is no such file")


def test_nothing_usable_names_every_picture(people, cat, tmp_path):
    write_image(tmp_path / "cat.png", cat)
    with pytest.raises(mien.NoFaceFound, match=r"(?s)'Tom' was not enrolled.*cat\.png: no face found"):
        people.enroll("Tom", [tmp_path / "cat.png"])
    with pytest.raises(mien.NoFaceFound, match="no pictures were given"):
        people.enroll("Tom", [])
    with pytest.raises(mien.NoFaceFound) as told:
        people.enroll("Tom", [cat, tmp_path / "cat.png"])
    assert told.value.rejected == (
        ("an image", "no face found"),
        (str(tmp_path / "cat.png"), "no face found"),
    )
    assert people.people() == []


def test_a_picture_is_enrolled_once_of_a_person_but_may_be_of_another(people, grace):
    people.enroll(GRACE, grace)
    with pytest.raises(mien.NoFaceFound, match="enrolled already"):
        people.enroll(GRACE, grace)
    assert people.enroll("Admiral Hopper", grace).person.faces == 1
    assert [person.faces for person in people.people()] == [1, 1]


@pytest.mark.parametrize("odd", [*ODD, None, 5])
def test_what_is_no_picture_is_refused_and_nothing_enrolled(people, grace, odd):
    with pytest.raises(mien.ArgumentError):
        people.identify(odd)
    with pytest.raises(mien.ArgumentError):
        people.enroll(GRACE, odd)
    with pytest.raises(mien.ArgumentError):
        people.enroll(GRACE, [grace, odd])
    with pytest.raises(mien.ArgumentError, match="pictures is bytes"):
        people.enroll(GRACE, b"grace.jpg")
    assert people.people() == []


@pytest.mark.parametrize("odd", [None, 3, b"Grace", "", "  ", "a\nb", "x" * 501])
def test_what_is_no_name_is_refused_and_nothing_enrolled(people, grace, odd):
    with pytest.raises(mien.ArgumentError, match="name"):
        people.enroll(odd, grace)
    assert people.people() == []


def test_names_in_any_script_and_any_spelling_of_an_accent(people, grace, astronaut):
    people.enroll("Gre\u0301ce Хоппер 霍珀", grace)  # e and a combining accent
    (name,) = people.identify(grace).names
    assert name == "Gr\u00e9ce Хоппер 霍珀"  # one letter
    assert people.enroll(name, astronaut).person.faces == 2
    assert len(people.people()) == 1


@pytest.mark.parametrize(("times", "clear"), [(1.4, False), (1.6, True)])
def test_the_largest_face_is_meant_where_it_is_half_as_wide_again(people, grace, times, clear):
    """The same face at 0.7 and at 0.62 of its size, whose width is measured to about 3 %."""
    small = cv2.resize(grace, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
    left = small.shape[1]
    both = np.hstack([np.pad(small, ((0, len(grace) - len(small)), (0, 0), (0, 0))), grace])
    if clear:
        people.enroll(GRACE, both)
        assert people.faces(GRACE)[0].box[0] > left
    else:
        with pytest.raises(mien.NoFaceFound, match="2 faces, and none is clearly the largest"):
            people.enroll(GRACE, both)


def test_the_largest_face_is_meant_though_a_sharper_one_is_beside_it(people, grace):
    """The detector is surer of the small face, and so puts it first, than of the large one that is blurred."""
    small = cv2.resize(grace, None, fx=1 / 1.6, fy=1 / 1.6, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(grace, (0, 0), 8)
    both = np.hstack([np.pad(small, ((0, len(grace) - len(small)), (0, 0), (0, 0))), blurred])
    assert people.engine.detect(both).widths.argmax() == 1
    with pytest.raises(mien.NoFaceFound, match="blurred"):
        people.enroll(GRACE, both)
    people.enroll(GRACE, both, accept_poor=True)
    (face,) = people.faces(GRACE)
    assert face.box[0] > small.shape[1]
    assert face.issues == (Issue.LOW_SHARPNESS,)


def test_everything_that_is_wrong_with_a_face_is_said(people, grace):
    """In one sentence, and what is needed where that is a number; a dark face has no sharp edges either."""
    scale = 42 / float(people.engine.detect(grace).widths[0])
    small = cv2.resize(grace, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) // 4
    with pytest.raises(
        mien.NoFaceFound, match=r"4\d pixels wide, 48 are needed, and it is blurred and too dark"
    ):
        people.enroll(GRACE, small)
    with pytest.raises(mien.NoFaceFound, match=r": the face is too dark"):
        people.enroll(GRACE, grace // 4)


def test_a_face_with_many_small_weaknesses_is_refused(people, grace):
    """Each within its limit, all together not: quality is their product."""
    scale = 54 / float(people.engine.detect(grace).widths[0])
    small = cv2.resize(grace, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dull = (cv2.GaussianBlur(small, (0, 0), 0.6) * 0.45).astype(np.uint8)
    face = people.engine.detect(dull)
    assert face.issues[0] == ()
    assert face.quality[0] < 0.5
    with pytest.raises(mien.NoFaceFound, match=r"the face is of quality 0\.\d\d, 0\.50 is needed"):
        people.enroll(GRACE, dull)


@pytest.mark.parametrize(("width", "accepted"), [(42, False), (54, True)])
def test_a_face_needs_48_pixels_to_be_enrolled(people, grace, width, accepted):
    """The detector measures such faces about 2 pixels wider."""
    scale = width / float(people.engine.detect(grace).widths[0])
    small = cv2.resize(grace, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if accepted:
        assert people.enroll(GRACE, small).rejected == ()
    else:
        with pytest.raises(mien.NoFaceFound, match=r"the face is 4\d pixels wide, 48 are needed"):
            people.enroll(GRACE, small)
        assert people.enroll(GRACE, small, accept_poor=True).rejected == ()


def test_what_is_enrolled_is_the_face_with_its_mirror_image(people, grace):
    people.enroll(GRACE, grace)
    (batch,) = people.store.templates(people.model, Kind.FACE)
    face = people.engine.embed(grace, people.engine.detect(grace), flip=True)
    secret = rotation(people.store.secret("rotation"), people.model.dim)
    assert np.abs(batch.exact - turn(unit(face.embeddings), secret)).max() < 1e-6  # float32's own rounding


def test_pictures_may_come_one_by_one(people, grace, astronaut):
    done = people.enroll(EILEEN, (image for image in (astronaut, astronaut[:, ::-1])))
    assert done.person.faces == 2
    assert done.accepted == ("an image", "an image")


def test_the_enrolled_face_is_recorded(both, path, grace, tmp_path):
    write_image(tmp_path / "g.png", grace)
    both.enroll("Again", tmp_path / "g.png")
    (face,) = both.faces("Again")
    assert face.source == str(tmp_path / "g.png")
    assert face.sha256 == hashlib.sha256((tmp_path / "g.png").read_bytes()).hexdigest()
    assert face.quality > 0.9
    assert np.allclose(face.box, both.engine.detect(grace).boxes[0], atol=0.01)


@pytest.mark.parametrize("name", ["other", "sface"])
def test_templates_of_another_model_are_refused(path, name):
    """Other weights under the same name are another model too."""
    other = Model(name, "1", "c" * 64, 128)
    with SQLiteStore.open(path, create=True) as store:
        store.enroll("A", [NewFace({other: np.ones(128, np.float32)}, "a", "a", (0, 0, 1, 1), 1.0)])
    with pytest.raises(mien.ModelMismatch, match=rf"{name} 1 \(cccccccc\).*sface"):
        mien.open(path)
