"""What counts as right: `judge` must notice every kind of wrong answer."""

import math

import numpy as np
import pytest

from mien.demo.page import percent
from mien.demo.steps import CANNOT_SAY, NOBODY, UNKNOWN, judge
from mien.types import Answer, Faces, objects


def faces(*answers: tuple[Answer, str | None]) -> Faces:
    n = len(answers)
    boxes = np.array([[0, 0, 50 - i, 50 - i] for i in range(n)], np.float32).reshape(n, 4)
    return Faces(
        boxes,
        np.zeros((n, 5, 2), np.float32),
        np.ones(n, np.float32),
        np.zeros(n, np.float32),
        names=objects([name for _, name in answers]),
        probabilities=np.full(n, 0.9, np.float32),
        answers=objects([answer for answer, _ in answers]),
        reasons=objects(["because"] * n),
    )


ADA, BOB = (Answer.MATCH, "Ada"), (Answer.MATCH, "Bob")
STRANGER, UNSURE = (Answer.NO_MATCH, None), (Answer.CANNOT_SAY, None)


@pytest.mark.parametrize(
    ("expected", "found", "ok"),
    [
        ("Ada", [ADA], True),
        ("Ada", [BOB], False),
        ("Ada", [STRANGER], False),
        ("Ada", [UNSURE], False),
        ("Ada", [ADA, STRANGER], False),  # a second face where there is one person
        ("Ada", [], False),
        (NOBODY, [], True),
        (NOBODY, [STRANGER, UNSURE], True),
        (NOBODY, [STRANGER, ADA], False),
        (CANNOT_SAY, [UNSURE], True),
        (CANNOT_SAY, [STRANGER], False),
        (CANNOT_SAY, [ADA], False),
        (CANNOT_SAY, [], False),
        (UNKNOWN, [ADA], None),
        (UNKNOWN, [], None),
    ],
)
def test_judge(expected, found, ok):
    assert judge("a picture", expected, faces(*found)).ok is ok


def test_a_name_comes_with_its_probability_and_reason():
    check = judge("a picture", "Ada", faces(ADA))
    assert (check.answered, check.reason) == ("Ada", "because")
    assert check.probability == pytest.approx(0.9)
    assert math.isnan(judge("a picture", NOBODY, faces(STRANGER)).probability)


def test_several_faces_are_told_largest_first():
    assert (
        judge("a picture", UNKNOWN, faces(ADA, STRANGER, UNSURE)).answered == "Ada 90 %, unknown, cannot say"
    )


@pytest.mark.parametrize(("p", "text"), [(0.999, "> 99 %"), (0.001, "< 1 %"), (0.5, "50 %"), (math.nan, "")])
def test_percent(p, text):
    assert percent(p) == text
