"""The tracker on made-up boxes: one face keeps its track, and nobody's track becomes another person's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.tracking import Tracker
from mien.tracking.tracker import GAP, closeness
from mien.types import Faces

STEP = 0.1  # seconds between two looks, as `identify_video` takes them
WIDTH = 60.0  # pixels


def faces(*places: tuple[float, float], widths=None, scores=None) -> Faces:
    """Faces whose middles are at the places; 60 pixels wide and sure unless said otherwise."""
    n = len(places)
    middles = np.array(places, np.float32).reshape(n, 2)
    half = np.full((n, 1), WIDTH, np.float32) if widths is None else np.array(widths, np.float32)[:, None]
    boxes = np.concatenate([middles - half / 2, middles + half / 2], axis=1).astype(np.float32)
    sure = np.full(n, 0.9, np.float32) if scores is None else np.array(scores, np.float32)
    return Faces(boxes, np.zeros((n, 5, 2), np.float32), sure, np.zeros(n, np.float32))


def ids(tracks) -> list[int]:
    return [track.id for track in tracks]


def test_a_face_that_moves_steadily_keeps_its_track():
    tracker = Tracker()
    # 300 pixels a second are half a face width a look: a walk past the camera.
    found = [tracker.update(i * STEP, faces((100 + 30 * i, 200)))[0] for i in range(40)]
    assert {track.id for track in found} == {0}
    assert (found[0].start, found[0].end, found[0].looks) == (0.0, pytest.approx(3.9), 40)
    assert found[0].velocity == pytest.approx([300, 0, 300, 0], abs=1)
    assert tracker.finished() == []
    assert ids(tracker.finish()) == [0]


def test_the_rate_of_the_frames_may_vary():
    times = np.cumsum(np.random.default_rng(1).uniform(0.02, 0.5, 60))
    tracker = Tracker()
    found = [tracker.update(float(t), faces((100 + 80 * t, 200 - 20 * t)))[0] for t in times]
    assert {track.id for track in found} == {0}, "it is where its velocity says, however long ago that was"


def test_one_that_grows_as_it_comes_near_keeps_its_track():
    tracker = Tracker()
    widths = 40 * 1.08 ** np.arange(25)  # from 40 to 254 pixels in 2.4 seconds: a quick step to the camera
    found = [tracker.update(i * STEP, faces((300, 200), widths=[w]))[0] for i, w in enumerate(widths)]
    assert {track.id for track in found} == {0}


@pytest.mark.parametrize(("absence", "same"), [(0.9 * GAP, True), (1.1 * GAP, False)])
def test_out_of_sight(absence, same):
    tracker = Tracker()
    times = np.arange(0, 1.0, STEP)
    for t in times:
        before = tracker.update(float(t), faces((100 + 40 * t, 100)))[0]
    back = float(times[-1]) + absence
    for t in np.arange(times[-1] + STEP, back - 1e-9, STEP):
        tracker.update(float(t), faces())
    after = tracker.update(back, faces((100 + 40 * back, 100)))[0]
    assert (after.id == before.id) is same
    assert (before in tracker.finished()) is not same


def test_slow_media_lose_nobody_between_two_looks():
    tracker = Tracker()
    found = [tracker.update(2.0 * i, faces((100 + i, 100)))[0] for i in range(5)]
    assert {track.id for track in found} == {0}, "seen in one look and the next: it was never out of sight"


def test_another_size_or_place_is_another_face():
    tracker = Tracker()
    first = tracker.update(0.0, faces((100, 100)))[0]
    assert tracker.update(STEP, faces((100, 100), widths=[2 * WIDTH]))[0].id != first.id
    assert tracker.update(2 * STEP, faces((100 + 1.3 * WIDTH, 100)))[0].id != first.id


def test_all_tracks_end_at_a_cut():
    tracker = Tracker()
    before = tracker.update(0.0, faces((100, 100), (300, 100)))
    after = tracker.update(STEP, faces((100, 100), (300, 100)), cut=True)
    assert not set(ids(before)) & set(ids(after))
    assert sorted(ids(tracker.finished())) == sorted(ids(before))
    assert all(track.end == 0.0 for track in before)


def test_faces_that_are_less_sure_choose_second():
    tracker = Tracker()
    mine = tracker.update(0.0, faces((100, 100)))[0]
    # Something doubtful is a little nearer to where the face was than the face itself is now.
    sure, doubtful = tracker.update(STEP, faces((110, 100), (95, 100), scores=[0.9, 0.62]))
    assert sure.id == mine.id
    assert doubtful.id != mine.id


def test_a_face_that_is_less_sure_for_a_while_keeps_its_track():
    tracker = Tracker()
    scores = [0.9, 0.9, 0.65, 0.61, 0.7, 0.9]
    found = [tracker.update(i * STEP, faces((100 + 5 * i, 100), scores=[s]))[0] for i, s in enumerate(scores)]
    assert {track.id for track in found} == {0}


def owners(paths, times, hidden=lambda place, other: False) -> dict[int, set[int]]:
    """By track, whose faces it was given. paths: by person, time to place; hidden: whether one covers another."""
    tracker, given = Tracker(), {}
    for t in times:
        places = [path(t) for path in paths]
        seen = [
            i
            for i, place in enumerate(places)
            if not any(hidden(place, other) for other in places[:i])  # who comes first is in front
        ]
        for i, track in zip(seen, tracker.update(float(t), faces(*(places[i] for i in seen))), strict=True):
            given.setdefault(track.id, set()).add(i)
    return given


def test_two_people_who_cross_do_not_swap_tracks():
    paths = [lambda t: (100 + 120 * t, 200), lambda t: (580 - 120 * t, 210)]
    given = owners(paths, np.arange(0, 4, STEP))
    assert all(len(people) == 1 for people in given.values())
    assert len(given) >= 4, "the tracks ended where they met, for looks to tell who is who"


def test_two_people_who_meet_and_turn_back_do_not_swap_tracks():
    def there_and_back(start, towards):
        return lambda t: (start + towards * 110 * min(t, 4 - t), 200)

    # 100 to 320 and back, 560 to 340 and back: at 2 s they are so near that constant velocity expects a swap.
    given = owners([there_and_back(100, 1), there_and_back(560, -1)], np.arange(0, 4, STEP))
    assert all(len(people) == 1 for people in given.values())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    speeds=st.tuples(st.floats(20, 250), st.floats(-250, -20)),
    drift=st.floats(-15, 15),
    apart=st.floats(0, 30),
    phase=st.floats(0, 0.1),
)
def test_whoever_crosses_behind_another_gets_a_track_of_their_own(speeds, drift, apart, phase):
    """One covers the other while less than half a face width lies between them."""
    paths = [
        lambda t: (320 + speeds[0] * (t - 2 + phase), 200 + drift * t),
        lambda t: (320 + speeds[1] * (t - 2 + phase), 200 + apart),
    ]
    given = owners(paths, np.arange(0, 4, STEP), lambda a, b: np.hypot(a[0] - b[0], a[1] - b[1]) < WIDTH / 2)
    mixed = {track: people for track, people in given.items() if len(people) > 1}
    assert not mixed


PLACES = st.lists(st.tuples(st.floats(0, 640), st.floats(0, 360)), max_size=5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    looks=st.lists(st.tuples(PLACES, st.floats(0.01, 1.5), st.booleans(), st.integers(0, 2**16)), max_size=12)
)
def test_each_face_has_one_track_and_ids_are_never_used_again(looks):
    tracker, time, ended, highest = Tracker(), 0.0, set(), -1
    for places, passed, cut, seed in looks:
        time += passed
        scores = np.random.default_rng(seed).uniform(0.6, 1, len(places))
        tracks = tracker.update(time, faces(*places, scores=scores), cut=cut)
        assert len(tracks) == len(places) == len(set(ids(tracks)))
        assert all(track.end == time for track in tracks)
        new = [track.id for track in tracks if track.start == time]
        assert new == list(range(highest + 1, highest + 1 + len(new)))
        highest += len(new)
        gone = ids(tracker.finished())
        assert len(gone) == len(set(gone))
        assert not ended & set(gone)
        ended |= set(gone)
        assert not ended & set(tracker.tracks)
        assert set(ids(tracks)) <= set(tracker.tracks)
    ended |= set(ids(tracker.finish()))
    assert ended == set(range(highest + 1)), "every track ends once, and is handed over"


def test_closeness_is_one_at_the_place_and_falls_to_none():
    boxes = faces((100, 100), (136, 100), (172.1, 100)).boxes
    near = closeness(boxes[:1], boxes)
    assert near[0] == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)  # 36 of 72 pixels, which are 1.2 widths
