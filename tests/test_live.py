"""Who is before a camera: arrivals, departures and answers that get firmer, on a generated clip with known truth."""

import time

import numpy as np
import pytest

from mien.analyze import RATE
from mien.demo import clip
from mien.faces import default_engine
from mien.gallery import open_gallery
from mien.live import BETWEEN, ENOUGH, PATIENCE, watch
from mien.media import open_camera, write_video
from mien.types import Answer, Frame

GRACE, EILEEN = "Grace Hopper", "Eileen Collins"
CLOSE = 0.25  # seconds; two looks and a half
CAST = (
    clip.Appearance(GRACE, 1.0, 4.0, (150, 180), (250, 190), 90),
    clip.Appearance(EILEEN, 2.0, 7.0, (480, 185), (400, 175), 86),
    clip.Appearance(GRACE, 8.0, 11.0, (150, 180), (250, 190), 90),
    clip.Appearance(EILEEN, 9.5, 12.0, (420, 185), (440, 175), 86),
)


@pytest.fixture(scope="module")
def cast(grace, astronaut):
    return clip.cast(default_engine(), {GRACE: grace, EILEEN: astronaut})


@pytest.fixture(scope="module")
def frames(cast, coffee):
    return list(clip.frames(coffee, cast, CAST))


@pytest.fixture(scope="module")
def people(tmp_path_factory, grace):
    """A gallery that knows Grace only."""
    with open_gallery(tmp_path_factory.mktemp("live") / "live.mien") as opened:
        opened.enroll(GRACE, grace)
        yield opened


@pytest.fixture(scope="module")
def views(people, frames):
    return list(watch(people, iter(frames)))


def told(views, what):
    """What was told in all views of arrivals or departures, and in which view's second."""
    return [(*event, view.frame.time) for view in views for event in getattr(view, what)]


def near(seconds):
    return pytest.approx(seconds, abs=CLOSE)


def test_arrivals(views):
    assert [event[:2] for event in told(views, "arrived")] == [
        (GRACE, near(1.0)),
        ("unknown 1", near(2.0)),
        (GRACE, near(8.0)),
        ("unknown 1", near(9.5)),
    ], "dated when they were first seen; a stranger who comes back keeps the number"


def test_departures(views):
    assert [event[:2] for event in told(views, "left")] == [
        (GRACE, near(4.0)),
        ("unknown 1", near(7.0)),
        (GRACE, near(11.0)),
        ("unknown 1", near(12.0)),
    ], "dated when they were last seen; whoever is there when the film ends leaves with it"


def test_how_soon_it_is_told(views):
    named, stranger, again, known = (said - when for _, when, said in told(views, "arrived"))
    assert max(named, again) <= 2.5 / RATE, "a name after two looks"
    assert stranger <= (ENOUGH - 1) * BETWEEN + 0.5, "that it is nobody known takes three embeddings"
    assert known <= 2.5 / RATE, "a stranger who is known already does not"
    gone = [said - when for _, when, said in told(views, "left")]
    assert all(PATIENCE <= late <= PATIENCE + CLOSE for late in gone[:2])
    assert gone[3] == 0.0, "at the end of the film there is nothing to wait for"


def test_names_are_stable(views):
    faces = {GRACE: [], None: []}
    for view in views[:-1]:
        for face in view.faces:
            faces[GRACE if face.centres[0, 0] < 320 else None].append(face)
    answers = {expected: [face.answers[0] for face in those] for expected, those in faces.items()}
    for expected, those in faces.items():
        assert {face.names[0] for face in those} <= {expected, None}
        assert len(those) > 30
    # Nothing is said of a first look, which happens once for each of two appearances.
    assert answers[GRACE].count(Answer.MATCH) == len(answers[GRACE]) - 2
    assert Answer.MATCH not in answers[None]
    changes = sum(a is not b for a, b in zip(answers[GRACE], answers[GRACE][1:], strict=False))
    assert changes == 3, "from the first look to a match, and once more after she came back"


def test_a_face_is_not_named_at_first_sight(views):
    first = next(view for view in views if len(view.faces))
    assert first.faces.names[0] is None
    assert first.faces.answers[0] is Answer.CANNOT_SAY
    assert first.faces.probabilities[0] == 0
    assert np.isnan(first.faces.similarities[0])


@pytest.mark.parametrize(("name", "most"), [(GRACE, ENOUGH), (EILEEN, 8 / BETWEEN)])
def test_effort(name, most, people, cast, monkeypatch):
    """Somebody comes nearer for eight seconds, seen better with every look."""
    import cv2

    photo, box = cast[name]
    x, y = box.reshape(2, 2).mean(axis=0)
    embedder, count = people.engine.embedder, 0
    embed = embedder.embed

    def counted(crops, **options):
        nonlocal count
        count += len(crops)
        return embed(crops, **options)

    def film():
        for i in range(80):
            scale = (40 + i) / float(box[2] - box[0])  # the face is 40 to 119 pixels wide
            matrix = np.array([[scale, 0, 160 - scale * x], [0, scale, 120 - scale * y]])
            yield Frame(cv2.warpAffine(photo, matrix, (320, 240)), i / 10, i)

    monkeypatch.setattr(embedder, "embed", counted)
    views = list(watch(people, film()))
    assert views[-1].faces.names[0] == (GRACE if name == GRACE else None)
    assert 1 <= count <= most, "three for a name that stays, and not one a look for want of a name"


def test_a_stranger_who_proves_to_be_known_is_told_again(people, grace):
    """Too blurred to tell for three seconds; then the camera finds its focus."""
    import cv2

    sharp = np.ascontiguousarray(grace[50:450, 60:460])
    blurred = cv2.GaussianBlur(sharp, (0, 0), 18)
    views = list(watch(people, (Frame(blurred if i < 30 else sharp, i / 10, i) for i in range(60))))
    assert views[25].faces.answers[0] is Answer.CANNOT_SAY
    assert told(views, "arrived") == [("unknown 1", 0.0, near(1.8)), (GRACE, 0.0, near(3.0))]
    assert told(views, "left") == [("unknown 1", near(2.9), near(3.0)), (GRACE, near(5.9), near(5.9))]


def test_one_who_passes_before_it_is_certain_is_told_all_the_same(people, cast, coffee):
    """In view for 0.9 seconds: long enough for one embedding only."""
    passer = (clip.Appearance(EILEEN, 0.5, 1.4, (300, 180), (420, 180), 90),)
    views = list(watch(people, (f for f in clip.frames(coffee, cast, passer) if f.time < 4)))
    assert [event[:2] for event in told(views, "arrived")] == [("unknown 1", near(0.5))]
    assert [event[:2] for event in told(views, "left")] == [("unknown 1", near(1.4))]


@pytest.mark.parametrize("absence", [0.0, 0.5], ids=["at once", "soon"])
def test_a_name_is_not_handed_on_to_whoever_comes_next(absence, people, cast, coffee):
    """Grace leaves the door; somebody whom nobody knows stands there."""
    places = (
        clip.Appearance(GRACE, 0.0, 3.0, (320, 180), (320, 180), 90),
        clip.Appearance(EILEEN, 3.0 + absence, 8.0, (320, 180), (320, 180), 90),
    )
    views = list(watch(people, (f for f in clip.frames(coffee, cast, places) if f.time < 7)))
    late = [view.faces for view in views if view.frame.time >= 3.0 and len(view.faces)]
    assert len(late) >= 30
    assert not any(faces.names[0] == GRACE for faces in late)
    assert told(views, "left")[0][:2] == (GRACE, near(2.9))


def test_two_strangers_of_the_same_looks_have_two_numbers(people, cast, coffee):
    twins = (
        clip.Appearance(EILEEN, 0.0, 3.0, (160, 180), (180, 180), 90),
        clip.Appearance(EILEEN, 0.0, 3.0, (460, 180), (440, 180), 90),
    )
    views = list(watch(people, (f for f in clip.frames(coffee, cast, twins) if f.time < 3)))
    assert sorted(label for label, _, _ in told(views, "arrived")) == ["unknown 1", "unknown 2"]


def test_a_view_for_each_look_and_one_for_the_end(views, frames):
    times = [view.frame.time for view in views]
    assert times[-1] == times[-2] >= frames[-1].time - 1 / RATE
    assert np.diff(times[:-1]).min() >= 0.5 / RATE - 1e-6
    assert len(views) <= clip.SECONDS * RATE + 2
    assert {view.dropped for view in views} == {0}, "frames from a list are never late"


def test_nothing_to_watch(people):
    assert list(watch(people, [])) == []


def test_who_is_slow_sees_the_present_and_is_told_how_much_was_dropped(people, frames, tmp_path):
    """A clip of 3 s at 12 frames a second for somebody who takes 0.4 s over each view: about 8 views of 36 frames."""
    path = tmp_path / "clip.mp4"
    write_video(path, frames[:36], clip.RATE)
    views, lag = [], []
    with open_camera(str(path)) as camera:
        begun = time.monotonic()
        for view in watch(people, camera):
            lag.append(time.monotonic() - begun - view.frame.time)
            time.sleep(0.4)
            views.append(view)
        dropped = camera.dropped
    looked_at = len(views) - 1  # the last view is of a frame that was looked at before
    assert 4 <= looked_at <= 9
    assert views[-1].dropped == dropped
    assert dropped + looked_at == 36, "every frame was looked at or dropped"
    assert np.all(np.diff([view.dropped for view in views]) >= 0)
    # Were they queued, the last one looked at would be 36 · 0.4 - 3 = 11 s late.
    assert max(lag) < 1.0, "the frame at hand is the newest, whatever the load of the machine"
