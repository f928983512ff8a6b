"""What is drawn stands where it should, can be read, and survives any name and any size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.draw import CANNOT_SAY, MATCH, NO_MATCH, UNDECIDED, annotate, contact_sheet, label_of
from mien.errors import ArgumentError
from mien.fonts import font_for
from mien.types import Answer, Faces, objects


def faces_at(boxes, answers=None, names=None, probabilities=None, reasons=None) -> Faces:
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    n = len(boxes)
    corners = boxes.reshape(n, 2, 2)
    points = np.concatenate([corners, corners[:, :, ::-1], corners[:, :1]], axis=1).astype(np.float32)
    faces = Faces(boxes, points, np.ones(n, np.float32), np.zeros(n, np.float32))
    if answers is None:
        return faces
    return faces.having(
        answers=objects(answers),
        names=objects(names or [None] * n),
        probabilities=np.array(probabilities or [0.5] * n, np.float32),
        reasons=objects(reasons or [""] * n),
    )


def pixels_of(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return (image == colour).all(axis=2)


@pytest.mark.parametrize(
    ("answer", "colour"),
    [(Answer.MATCH, MATCH), (Answer.NO_MATCH, NO_MATCH), (Answer.CANNOT_SAY, CANNOT_SAY), (None, UNDECIDED)],
)
def test_a_box_has_the_colour_of_its_answer_and_lies_on_its_edges(grace, answer, colour):
    faces = faces_at([[160, 60, 350, 300]], [answer] if answer else None, names=["Grace"])
    before = grace.copy()
    drawn = annotate(grace, faces)
    assert (grace == before).all()
    painted = pixels_of(drawn, colour)
    assert painted[300 - 1, 160:350].mean() > (0.4 if answer is Answer.CANNOT_SAY else 0.99)  # dashes: half
    assert painted[60:300, 160].mean() > (0.4 if answer is Answer.CANNOT_SAY else 0.99)
    assert (drawn[100:260, 200:310] == grace[100:260, 200:310]).all()  # the face itself stays free
    assert (drawn[400:] == grace[400:]).all()


def test_labels_say_what_was_found():
    faces = faces_at(
        np.zeros((5, 4)),
        [Answer.MATCH, Answer.MATCH, Answer.NO_MATCH, Answer.CANNOT_SAY, Answer.CANNOT_SAY],
        names=["Grace Hopper", "a\nb\tc\x00\u202e", None, None, None],
        probabilities=[0.974, 0.9999, 0.2, 0.5, 0.5],
        reasons=["", "", "", "too small", None],
    )
    labels = [label_of(faces, i) for i in range(5)]
    assert labels == [
        "Grace Hopper 97 %",
        "a b c > 99 %",
        "unknown",
        "cannot say: too small",
        "cannot say",
    ]
    assert label_of(faces_at([[0, 0, 9, 9]]), 0) == ""


@pytest.mark.parametrize(
    "box", [[0, 0, 60, 70], [440, 0, 511, 80], [0, 520, 70, 599], [470, 540, 511, 599], [-40, -50, 552, 650]]
)
def test_labels_stay_inside_the_picture(grace, box):
    ground = np.full_like(grace, 128)
    plain = annotate(ground, faces_at([box], [Answer.MATCH], names=[""], probabilities=[0.5]))
    drawn = annotate(ground, faces_at([box], [Answer.MATCH], names=["Rear Admiral Grace Hopper"]))
    # The longer label covers more, all of it in view: its plate has four sides with ink in between.
    ys, xs = np.nonzero(pixels_of(drawn, MATCH) & ~pixels_of(plain, MATCH))
    assert len(ys) > 300
    plate = drawn[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    assert (plate.astype(int).sum(axis=2) < 60).mean() > 0.05  # dark letters


def test_labels_of_neighbours_do_not_cover_each_other():
    ground = np.full((300, 500, 3), 128, np.uint8)
    boxes = [[200, 100, 260, 170], [205, 104, 262, 172]]
    one = annotate(ground, faces_at(boxes[:1], [Answer.MATCH], names=["Grace Hopper"]))
    two = annotate(ground, faces_at(boxes, [Answer.MATCH] * 2, names=["Grace Hopper", "Eileen Collins"]))
    area = pixels_of(one, MATCH).sum()
    assert pixels_of(two, MATCH).sum() > 1.6 * area


NAMES = ["Ægir Þórsson", "山田太郎", "محمد", "Ελένη", "अमिता", "🙂 Joe", "", "x" * 999]
ODD = [
    "e\u0301",
    "\ud800",
    "\u200d",
    "a\u202eb",
]  # combining, a lone surrogate, a joiner, right to left from here


@pytest.mark.parametrize("name", NAMES + ODD)
def test_any_name_can_be_drawn(grace, name):
    drawn = annotate(grace, faces_at([[160, 60, 350, 300]], [Answer.MATCH], names=[name]))
    assert drawn.shape == grace.shape
    assert pixels_of(drawn, MATCH).sum() > 1000


def test_the_font_is_one_that_has_the_letters():
    for text in ("Grace", "Þórsson", "Ελένη", "Юрий"):
        font = font_for(text, 20)
        missing = bytes(font.getmask("\U0010fffe"))
        if font.getname()[0] == "Aileron":
            pytest.skip("no font is installed; Pillow's own has Latin letters only")
        assert all(bytes(font.getmask(letter)) != missing for letter in text)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.lists(st.tuples(*[st.floats(-200, 300, width=32)] * 4), max_size=4),
    st.text(max_size=30),
)
def test_any_size_and_any_box_can_be_drawn(height, width, boxes, name):
    image = np.zeros((height, width, 3), np.uint8)
    answers = ([Answer.MATCH, Answer.NO_MATCH, Answer.CANNOT_SAY] * 2)[: len(boxes)]
    faces = faces_at(boxes, answers, names=[name] * len(boxes), reasons=[name] * len(boxes))
    assert annotate(image, faces, keypoints=True).shape == image.shape


def test_keypoints_are_marked(grace):
    faces = faces_at([[160, 60, 350, 300]])
    faces.keypoints[0] = [[210, 160], [300, 160], [255, 210], [215, 240], [300, 240]]
    drawn = annotate(grace, faces, keypoints=True)
    for x, y in faces.keypoints[0].astype(int):
        assert tuple(drawn[y, x]) == UNDECIDED
        assert tuple(grace[y, x]) != UNDECIDED


def test_a_contact_sheet_has_all_pictures_in_rows(grace, astronaut, cat):
    sheet = contact_sheet(
        [grace, astronaut, cat], ["Grace Hopper", "Eileen Collins", "a cat, " * 50], 2, cell=120
    )
    assert sheet.shape[1] == 2 * 120 + 3 * 6
    assert sheet.dtype == np.uint8
    middles = [sheet[66, 66], sheet[66, 192], sheet[66 + 140, 66]]
    assert all(m.tolist() != [255, 255, 255] for m in middles)
    assert (sheet[-100:, 140:] == 255).all()  # no fourth picture, and the long caption was cut
    with pytest.raises(ArgumentError, match="2 images with 1 captions"):
        contact_sheet([grace, cat], ["one"])
