"""Every answer and every reason, from made-up neighbours."""

import numpy as np
import pytest

from mien import models
from mien.gallery.decide import Calibration
from mien.gallery.identify import ENROL_QUALITY, Neighbour, decide, struck
from mien.types import Answer, Faces, Issue, objects

TABLE = Calibration.from_card(models.card("sface").decision, "sface")
LIMIT = 0.4  # about that of 1,000 people


def face(width=100.0, quality=1.0, issues=()):
    return Faces(
        np.array([[0, 0, width, width]], np.float32),
        np.zeros((1, 5, 2), np.float32),
        np.ones(1, np.float32),
        np.zeros(1, np.float32),
        quality=np.array([quality], np.float32),
        issues=objects([tuple(issues)]),
    )


def near(*cosines):
    return [Neighbour(name, cosine, 1) for name, cosine in zip("ABC", cosines, strict=False)]


def test_match():
    verdict = decide(TABLE, near(0.6, 0.1), LIMIT, 1000, face())
    assert (verdict.answer, verdict.name, verdict.candidate) == (Answer.MATCH, "A", "A")
    assert verdict.probability > 0.99
    assert "0.60" in verdict.reason
    assert "0.40" in verdict.reason


def test_the_limit_itself_is_enough():
    assert decide(TABLE, near(LIMIT), LIMIT, 1000, face()).answer is Answer.MATCH
    assert decide(TABLE, near(np.nextafter(LIMIT, 0)), LIMIT, 1000, face()).answer is not Answer.MATCH


def test_no_match():
    verdict = decide(TABLE, near(0.1, 0.05), LIMIT, 1000, face())
    assert (verdict.answer, verdict.name, verdict.candidate) == (Answer.NO_MATCH, None, "A")
    assert verdict.probability < 0.01


@pytest.mark.parametrize(
    ("neighbours", "seen", "told"),
    [
        (near(0.6, 0.1), face(width=18, issues=[Issue.SMALL_BOUNDING_BOX]), "18 pixels wide"),
        (near(0.60, 0.59), face(), "as much like A as like B"),
        (near(0.405, 0.395), face(), "as much like A as like B"),  # though only one reaches the limit
        (near(0.39), face(), "may be A"),
        (
            near(0.1),
            face(issues=[Issue.LOW_SHARPNESS, Issue.EXTREME_POSE]),
            "blurred and turned too far away",
        ),
        (near(0.1), face(quality=0.1), "poor"),
    ],
)
def test_cannot_say(neighbours, seen, told):
    verdict = decide(TABLE, neighbours, LIMIT, 100, seen)
    assert verdict.answer is Answer.CANNOT_SAY
    assert verdict.name is None
    assert told in verdict.reason


def test_too_small_is_said_before_anything_else():
    """Nothing is claimed of a face that is too small, not even that nobody is enrolled."""
    small = face(width=18, issues=[Issue.LOW_SHARPNESS, Issue.SMALL_BOUNDING_BOX])
    for neighbours in ([], near(0.9)):
        verdict = decide(TABLE, neighbours, LIMIT, len(neighbours), small)
        assert verdict.answer is Answer.CANNOT_SAY
        assert (verdict.candidate, verdict.probability) == (None, 0.0)
        assert np.isnan(verdict.similarity)


def test_who_cannot_be_told_apart_is_still_the_candidate():
    verdict = decide(TABLE, near(0.60, 0.59), LIMIT, 1000, face())
    assert (verdict.candidate, verdict.similarity) == ("A", 0.60)
    assert verdict.probability == pytest.approx(
        0.5, abs=0.01
    )  # both ratios are at the table's end, so halves


def test_the_rival_is_the_likeliest_other_and_not_the_next_in_cosine():
    """By the table the mean of two photographs needs a higher cosine than a single one to mean as much."""
    neighbours = [Neighbour("A", 0.46, 2), Neighbour("B", 0.439, 3), Neighbour("C", 0.438, 1)]
    assert decide(TABLE, neighbours[:2], LIMIT, 100, face()).name == "A"
    verdict = decide(TABLE, neighbours, LIMIT, 100, face())
    assert verdict.answer is Answer.CANNOT_SAY
    assert verdict.reason == "as much like A as like C"


def test_a_rival_who_is_clearly_less_alike_changes_nothing():
    """A twentieth of cosine is a factor of ten in the odds at this height of the table."""
    assert decide(TABLE, near(0.46, 0.41), LIMIT, 100, face()).name == "A"


def test_faces_whose_quality_was_not_assessed():
    bare = face().having(quality=None, issues=None)
    assert decide(TABLE, near(0.6), LIMIT, 100, bare).name == "A"
    assert decide(TABLE, near(0.1), LIMIT, 100, bare).answer is Answer.NO_MATCH


def test_a_poor_face_that_is_alike_enough_is_a_match():
    """Poor pictures make people less alike, not more."""
    assert decide(TABLE, near(0.6), LIMIT, 100, face(issues=[Issue.LOW_SHARPNESS])).name == "A"


def test_nobody_is_enrolled():
    verdict = decide(TABLE, [], 1.0, 0, face())
    assert (verdict.answer, verdict.reason) == (Answer.NO_MATCH, "nobody is enrolled")


def test_who_was_enrolled_from_poor_photographs_only_is_never_a_match():
    """However alike, and it is the best photograph that counts: one at the limit is enough."""
    worse = np.nextafter(ENROL_QUALITY, 0)
    for cosine in (LIMIT, 0.6, 1.0):
        verdict = decide(TABLE, [Neighbour("A", cosine, 3, worse)], LIMIT, 1000, face())
        assert (verdict.answer, verdict.name, verdict.candidate) == (Answer.CANNOT_SAY, None, "A")
        assert verdict.reason == "looks like A, who was enrolled from poor photographs only"
        assert decide(TABLE, [Neighbour("A", cosine, 3, ENROL_QUALITY)], LIMIT, 1000, face()).name == "A"


def test_poor_photographs_of_others_take_nobody_the_name():
    """Unless they are as much alike, as anybody's would."""
    sound = Neighbour("A", 0.6, 1, 0.9)
    assert decide(TABLE, [sound, Neighbour("B", 0.3, 1, 0.0)], LIMIT, 1000, face()).name == "A"
    verdict = decide(TABLE, [sound, Neighbour("B", 0.59, 1, 0.0)], LIMIT, 1000, face())
    assert verdict.reason == "as much like A as like B"


@pytest.mark.parametrize(
    ("cosine", "refused", "out"),
    [
        (0.5, 1.0, True),  # the very picture of which it was said
        (0.5, 0.501, True),
        (0.5, 0.5, False),  # as much like the person
        (0.7, 0.5, False),  # a true photograph of the person, though like the other too
        (0.3, 0.4, True),  # the limit itself is enough
        (0.3, 0.399, False),  # like neither
        (0.5, -1.0, False),  # nothing was refused
    ],
)
def test_not_this_person(cosine, refused, out):
    assert struck(Neighbour("A", cosine, 1), refused, LIMIT) is out
