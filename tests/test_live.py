"""Who comes and goes, live."""

import time

import pytest

import mien
from mien.demo import clip
from mien.demo.photographs import EILEEN, GRACE
from mien.live import PATIENCE, watch
from mien.media import open_camera, write_video

CAST = (
    clip.Appearance(GRACE, 1.0, 4.0, (150, 180), (250, 190), 90),
    clip.Appearance(EILEEN, 2.0, 8.0, (480, 185), (400, 175), 86),
    clip.Appearance(GRACE, 8.0, 11.0, (150, 180), (250, 190), 90),
)


@pytest.fixture(scope="module")
def film(astronaut, grace, coffee):
    engine = mien.faces.default_engine()
    cast = {
        name: (image, engine.detect(image).largest().boxes[0])
        for name, image in ((GRACE, grace), (EILEEN, astronaut))
    }
    return list(clip.frames(coffee, cast, CAST))


@pytest.fixture
def people(tmp_path, grace):
    with mien.open(tmp_path / "p.mien") as opened:
        opened.enroll(GRACE, grace)
        yield opened


def test_arrivals_and_departures(people, film):
    arrived, left = [], []
    for view in watch(people, iter(film)):
        arrived += view.arrived
        left += view.left
    # The answer needs two looks; a departure is dated when somebody was last seen.
    assert [label for label, _ in arrived] == [GRACE, "unknown 1", GRACE]
    assert [when for _, when in arrived] == pytest.approx([1.0, 2.0, 8.0], abs=0.4)
    assert left == [(GRACE, pytest.approx(4.0, abs=0.3)), ("unknown 1", pytest.approx(8.0, abs=0.3))]
    assert clip.SECONDS - 11 < PATIENCE  # so Grace has not left yet when the film ends


def test_answers_stay_once_they_are_firm(people, film):
    names = []
    for view in watch(people, iter(film)):
        if 1.5 < view.frame.time < 3.9:
            left_most = view.faces[view.faces.boxes[:, 0] < 300]
            names += left_most.names.tolist()
    assert len(names) > 15
    assert set(names) == {GRACE}


def test_a_face_is_not_named_before_it_was_looked_at_twice(people, film):
    first = next(view for view in watch(people, iter(film)) if len(view.faces))
    assert first.faces.answers.tolist() == [mien.Answer.CANNOT_SAY]
    assert first.faces.names.tolist() == [None]


def test_late_frames_are_dropped_and_counted(people, film, tmp_path):
    """A film of 5 s played live to somebody who needs 0.3 s for each view: about 15 views of 60 frames."""
    write_video(tmp_path / "film.mp4", iter(film[:60]), clip.RATE)
    with open_camera(str(tmp_path / "film.mp4")) as camera:
        views = []
        for view in watch(people, camera):
            views.append(view)
            time.sleep(0.3)
    assert 5 <= len(views) <= 25
    assert views[-1].dropped >= 30
    assert views[-1].frame.time > 4.0  # it saw the end, not a queue of the past
