"""Videos to people and times, on a clip whose truth is known and on real ones."""

import cv2
import numpy as np
import psutil
import pytest

import mien
from mien.analyze import identify_video, spaced
from mien.demo import clip
from mien.demo.photographs import EILEEN, GRACE
from mien.media import read_frames
from mien.types import Frame

# Counted by eye in a frame from the middle of each.
PEOPLE = {
    "classroom.gif": 4,
    "face-demographics-walking-and-pause.gif": 3,
    "face-demographics-walking.gif": 2,
    "head-pose-face-detection-female-and-male.gif": 2,
    "pyfeat_single_face.mp4": 1,
    "pyfeat_no_face.mp4": 0,
}
CAST = (
    clip.Appearance(GRACE, 0.5, 4.0, (110, 180), (520, 190), 90),
    clip.Appearance(EILEEN, 1.0, 4.5, (540, 185), (100, 175), 86),  # crosses Grace at about 2.5 s
    clip.Appearance(GRACE, 7.0, 11.0, (140, 170), (260, 190), 100),
    clip.Appearance(EILEEN, 6.5, 11.5, (480, 190), (400, 180), 90),
)


@pytest.fixture
def people(tmp_path, astronaut, grace):
    with mien.open(tmp_path / "p.mien") as opened:
        opened.enroll(GRACE, grace)
        opened.enroll(EILEEN, astronaut)
        yield opened


@pytest.fixture(scope="module")
def film(astronaut, grace, coffee, cat):
    """Frames of the clip; at 5.5 s the scene changes."""
    engine = mien.faces.default_engine()
    cast = {
        name: (image, engine.detect(image).largest().boxes[0])
        for name, image in ((GRACE, grace), (EILEEN, astronaut))
    }
    before, after = (list(clip.frames(scene, cast, CAST)) for scene in (coffee, cat))
    return [a if a.time < 5.5 else b for a, b in zip(before, after, strict=True)]


def test_names_and_times(people, film):
    found = identify_video(people, iter(film))
    times = {one.name: one.spans for one in found.appearances}
    assert set(times) == {GRACE, EILEEN}
    for name, spans in times.items():
        truth = [(a.start, a.end) for a in CAST if a.name == name]
        # Looks are 0.1 s apart; crossing faces hide each other for up to half a second.
        np.testing.assert_allclose(spans, truth, atol=0.35)
    assert min(one.face.probabilities[0] for one in found.appearances) > 0.99
    assert found.detections >= 8 * found.embedded
    assert found.cuts == pytest.approx([5.5], abs=0.11)
    assert found.provenance["gallery"]["people"] == 2


def test_a_stranger_stays_one_across_the_cut(tmp_path, film, grace):
    with mien.open(tmp_path / "q.mien") as people:
        people.enroll(GRACE, grace)
        found = identify_video(people, iter(film))
    assert sorted(str(one.name) for one in found.appearances) == [GRACE, "None"]


def test_an_upside_down_video(people, film):
    found = identify_video(people, (Frame(f.image[::-1, ::-1].copy(), f.time, f.index) for f in film[:50]))
    assert {one.name for one in found.appearances} == {GRACE, EILEEN}


@pytest.mark.parametrize("name", PEOPLE)
def test_people_of_real_clips_are_counted_right(people, shared, name):
    found = identify_video(people, shared / "data/faces/video" / name)
    assert len(found.appearances) == PEOPLE[name]
    assert all(one.name is None for one in found.appearances)
    assert found.detections >= 8 * found.embedded


def test_memory_does_not_grow_with_length(people, film):
    """Six times the film stays within 12 MB of one time: its 432 more frames, if kept, would be 300 MB."""
    process, peaks = psutil.Process(), []

    def looped(times):
        for n in range(times):
            for frame in film[::2]:
                yield Frame(frame.image, frame.time + n * clip.SECONDS, frame.index)

    identify_video(people, looped(1))
    for times in (1, 6):
        found = identify_video(people, looped(times))
        assert len(found.appearances) == 2
        peaks.append(process.memory_info().rss)
    assert peaks[1] - peaks[0] < 12e6


def test_frames_are_chosen_by_their_times():
    image = np.zeros((4, 4, 3), np.uint8)
    uneven = [0, 0.01, 0.04, 0.1, 0.11, 0.5, 0.52, 0.61, 2.0]
    chosen = [f.time for f in spaced((Frame(image, t) for t in uneven), 10)]
    assert chosen == [0, 0.1, 0.5, 0.61, 2.0]


def test_a_damaged_file_is_an_error(people, tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    with pytest.raises(mien.MediaError, match=r"x\.mp4"):
        identify_video(people, tmp_path / "x.mp4")


def test_brightness_alone_is_no_cut(people, film):
    flicker = (
        Frame(cv2.convertScaleAbs(f.image, alpha=1.0 if f.index % 2 else 0.9), f.time, f.index) for f in film
    )
    assert len(identify_video(people, flicker).cuts) == 1


def test_real_frames_of_a_file(people, film, tmp_path):
    mien.media.write_video(tmp_path / "film.mp4", iter(film), clip.RATE)
    assert len(list(read_frames(tmp_path / "film.mp4"))) == len(film)
    assert {one.name for one in identify_video(people, tmp_path / "film.mp4").appearances} == {GRACE, EILEEN}
