"""A gallery in which smears were enrolled by force never calls anybody by a smear's name; real pictures throughout."""

import cv2
import numpy as np
import pytest

import mien
from mien.gallery.identify import ENROL_QUALITY
from mien.gallery.stores.records import NewFace
from mien.types import Answer
from tests.gallery.conftest import EILEEN, GRACE


def smear(image, face, blur, noise, times, seed=0):
    """The face with a little around it at 22 x 28 pixels, blurred, noisy, and then enlarged."""
    (x, y), half = face.centres[0], 0.65 * face.widths[0]
    part = image[max(0, int(y - 1.27 * half)) : int(y + 1.27 * half), max(0, int(x - half)) : int(x + half)]
    small = cv2.resize(part, (22, 28), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), blur) if blur else small
    small = small + noise * np.random.default_rng(seed).standard_normal(small.shape)
    small = np.clip(small, 0, 255).astype(np.uint8)
    return cv2.resize(small, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)


KINDS = [(0, 0, 1), (0.8, 3, 1), (1, 0, 8), (1, 4, 8)]


@pytest.fixture
def smears(people, grace, astronaut):
    """By name: Grace and Eileen as smears of each kind, where a face is found in them."""
    pictures = {GRACE: grace, EILEEN: astronaut}
    made = {
        f"{name}, smear {i}": smear(image, people.engine.detect(image).largest(), *kind)
        for name, image in pictures.items()
        for i, kind in enumerate(KINDS)
    }
    found = {name: picture for name, picture in made.items() if len(people.engine.detect(picture))}
    assert len(found) >= 5
    return found


def test_smears_are_refused_unless_forced(people, smears):
    for name, picture in smears.items():
        with pytest.raises(mien.NoFaceFound):
            people.enroll(name, picture)
    assert people.people() == []


def test_no_smear_is_ever_a_match(people, smears, grace, astronaut):
    """Not for the person that it was made of, whose likeness it may keep, nor for another smear of the same."""
    for name, picture in smears.items():
        assert people.enroll(name, picture, accept_poor=True).person.quality < ENROL_QUALITY
    alike = 0
    for picture in (grace, astronaut, *smears.values()):
        found = people.identify(picture).largest()
        assert found.names[0] is None
        alike += "poor photographs only" in found.reasons[0]
    assert alike >= 2  # it was the rule that did it: these are alike enough


def test_who_is_enrolled_well_is_still_recognised(both, smears, grace, astronaut):
    """Smears of others take nobody the name. (Of oneself they are a rival as any second entry is.)"""
    for name, picture in smears.items():
        if name.startswith(EILEEN):
            both.enroll(name, picture, accept_poor=True)
    assert both.identify(grace[:, ::-1]).largest().names[0] == GRACE


def test_one_good_photograph_is_enough(people, smears, grace):
    """From then on the person is somebody who can be recognised."""
    name = f"{GRACE}, smear 0"
    people.enroll(name, smears[name], accept_poor=True)
    assert people.identify(grace).largest().answers[0] is Answer.CANNOT_SAY
    people.enroll(name, grace[:, ::-1])
    assert people.identify(grace).largest().names[0] == name


def test_what_is_no_face_at_all_and_was_put_into_the_store(people, grace):
    """The very vector that is looked for, of quality 0: the likeness is 1, and it is no match."""
    probe = people.engine.embed(grace, people.engine.detect(grace).largest())
    entry = NewFace({people.model: probe.embeddings[0]}, "blob", "", (0, 0, 22, 28), 0.0)
    people.store.enroll("blob", [people.turned(entry)])
    found = people.recognise(probe)
    assert found.similarities[0] == pytest.approx(1)
    assert (found.names[0], found.answers[0]) == (None, Answer.CANNOT_SAY)
    assert found.reasons[0] == "looks like blob, who was enrolled from poor photographs only"
