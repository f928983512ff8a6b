"""Agreement of timelines: known cases, people and media that are the same, and chance."""

import dataclasses
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien import ArgumentError
from mien.timeline import Timeline, build, compare
from mien.timeline.compare import _count
from tests.timeline.synthetic import synthetic

MEDIUM = {"media": 0, "path": "a.mp4", "kind": "video", "duration": 100.0}


def timeline(
    *spans, people=("Ann",), medium=MEDIUM, seen=(0.0, 100.0), layer="emotion", lanes=None
) -> Timeline:
    """Segments (start, end, label, track), one track for each person."""
    lanes = range(len(people)) if lanes is None else lanes
    tracks = [
        {"track": i, "media": medium["media"], "lane": lane, "person": name, "looks": 9}
        | {"start": seen[0], "end": seen[1]}
        for i, (name, lane) in enumerate(zip(people, lanes, strict=True))
    ]
    common = {"layer": layer, "model": "m", "media": medium["media"]}
    segments = [
        {**common, "start": float(start), "end": float(end), "label": label, "track": track}
        for start, end, label, track in spans
    ]
    return Timeline(build.media([medium]), build.tracks(tracks), build.segments(segments))


def labels(comparison) -> dict:
    return {one.label: one for one in comparison.agreements}


def test_counts_boundaries_and_shares_of_a_known_case():
    a = timeline((0, 10, "happy", 0), (20, 30, "happy", 0), (40, 50, "sad", 0), (60, 61, "happy", 0))
    b = timeline((1, 10.5, "happy", 0), (20, 28, "happy", 0), (40, 50, "happy", 0))
    found = labels(compare(a, b))
    happy = found["happy"]
    assert (happy.a, happy.b, happy.matched) == (3, 3, 2)
    assert (happy.precision, happy.recall, happy.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (happy.onset, happy.offset) == pytest.approx((0.5, 1.25))
    assert (happy.onset_median, happy.offset_median) == pytest.approx((0.5, 1.25))
    assert (found["sad"].a, found["sad"].b, found["sad"].f1) == (1, 0, 0.0)
    assert math.isnan(found["sad"].recall)
    assert math.isnan(found["sad"].onset)
    assert (found[None].a, found[None].b, found[None].matched) == (4, 3, 2)
    assert found[None].f1 == pytest.approx(4 / 7)
    assert labels(compare(a, b, iou=0.9))["happy"].matched == 0


def test_a_timeline_agrees_with_itself():
    one = synthetic(60.0, 3, 5.0)
    for row in compare(one, one).rows():
        assert row["f1"] == 1.0
        assert row["onset"] == row["offset"] == 0.0
        assert row["label"] is not None or row["alpha"] == 1.0


SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 10), st.sampled_from("xy"), st.integers(0, 1)), max_size=12
).map(lambda spans: [(start, start + length, label, track) for start, length, label, track in spans])


@settings(deadline=None, max_examples=25)
@given(SPANS, SPANS)
def test_f1_and_alpha_do_not_ask_who_comes_first(a, b):
    one, other = timeline(*a, people=("Ann", None)), timeline(*b, people=("Ann", None))
    there, back = compare(one, other).agreements, compare(other, one).agreements
    assert [(x.layer, x.label, x.matched) for x in there] == [(x.layer, x.label, x.matched) for x in back]
    for x, y in zip(there, back, strict=True):
        assert (x.f1, x.alpha, x.precision) == pytest.approx((y.f1, y.alpha, y.recall), nan_ok=True)
        assert x.onset == pytest.approx(y.onset, nan_ok=True)


def test_chance_is_what_the_rhythm_alone_gives():
    """A moved segment of 2 s overlaps by half where it is within 2/3 s of one of 6 in 100 s: 8 of 100 times. One of
    9.9 s in a rhythm of 10 s does so within 3.3 s of the beat: 66 of 100 times."""
    rng = np.random.default_rng(0)
    rare = timeline(*((start, start + 2, "x", 0) for start in np.sort(rng.uniform(0, 98, 6))))
    steady = timeline(*((start, start + 9.9, "x", 0) for start in range(0, 100, 10)))
    assert labels(compare(rare, rare))["x"].chance == pytest.approx(0.08, abs=0.07)
    assert labels(compare(steady, steady))["x"].chance == pytest.approx(0.66, abs=0.25)
    assert repr(compare(steady, steady)) == repr(compare(steady, steady))
    assert repr(compare(steady, steady)) != repr(compare(steady, steady, seed=1))


def test_a_shift_by_the_full_circle_would_match():
    """Segments that are moved over the end come in again at the start."""
    said = {(0, 0): [(5.0, 10.0, "x"), (90.0, 95.0, "x")]}
    half = {(0, 0): [(55.0, 60.0, "x"), (40.0, 45.0, "x")]}
    assert len(_count("x", said, half, 0.5, {0: (100.0, 50.0)}).errors) == 2


def test_people_are_the_same_by_name_whatever_their_lane():
    spans = (0, 10, "x", 0), (50, 60, "y", 1)
    a, b = timeline(*spans, people=("Ann", "Bob")), timeline(*spans, people=("Ann", "Bob"), lanes=(1, 0))
    comparison = compare(a, b)
    assert comparison.people == (("Ann", "Ann"), ("Bob", "Bob"))
    assert labels(comparison)[None].f1 == 1.0
    swapped = compare(a, timeline(*spans, people=("Bob", "Ann")))
    assert labels(swapped)[None].matched == 0


def test_people_without_names_are_the_same_by_lane_then_by_being_in_view():
    spans = (0, 10, "x", 0), (50, 60, "x", 1)
    a = timeline(*spans, people=(None, "Bob"))
    assert compare(a, timeline(*spans, people=(None, None))).people == (
        ("person 1", "person 1"),
        ("Bob", "person 2"),
    )
    early, late = (
        timeline(*spans[:1], seen=(0.0, 20.0), people=("A",)),
        timeline(*spans[:1], people=("B",), lanes=(7,)),
    )
    assert compare(early, late).people == (("A", "B"),)
    assert labels(compare(early, late))["x"].f1 == 1.0
    away = timeline((70, 80, "x", 0), seen=(60.0, 90.0), people=("C",))
    assert compare(early, away).people == ()


def test_one_side_that_does_not_say_whose_is_compared_without():
    a = timeline((0, 10, "x", 0), (50, 60, "x", 1), people=("Ann", "Bob"))
    b = timeline((0, 10, "x", None), (50, 60, "x", None), people=())
    comparison = compare(a, b)
    assert labels(comparison)["x"].f1 == 1.0
    assert comparison.notes == ("emotion: whose a segment is was left out, as one side does not say it.",)
    assert compare(a, a).notes == compare(b, b).notes == ()


def test_media_are_the_same_by_content_then_name():
    a = timeline((0, 10, "x", 0))
    for other, matched in (
        ({"path": r"C:\films\a.mp4"}, 1),
        ({"path": "b.mp4"}, 1),  # each the only one
        ({"path": "b.mp4", "media": 5}, 1),
    ):
        assert labels(compare(a, timeline((0, 10, "x", 0), medium=MEDIUM | other)))["x"].matched == matched
    two = Timeline(
        build.media(
            [MEDIUM | {"sha256": "1" * 64}, MEDIUM | {"media": 1, "path": "b.mp4", "sha256": "2" * 64}]
        ),
        a.tracks,
        build.segments(
            {
                "media": m,
                "start": s,
                "end": s + 5.0,
                "layer": "emotion",
                "label": "x",
                "model": "m",
                "track": None,
            }
            for m, s in ((0, 10.0), (1, 50.0))
        ),
    )
    turned = dataclasses.replace(
        two,
        media=build.media(
            [MEDIUM | {"path": "c", "sha256": "2" * 64}, MEDIUM | {"media": 1, "sha256": "1" * 64}]
        ),
        segments=two.segments.set_column(0, two.segments.schema.field("media"), pa.array([1, 0], pa.int32())),
    )
    assert labels(compare(two, turned))["x"].matched == 2
    unknown = dataclasses.replace(
        turned, media=build.media([MEDIUM | {"path": p, "media": i} for i, p in enumerate("cd")])
    )
    assert labels(compare(two, unknown))["x"].matched == 0


def test_alpha_counts_only_the_time_in_view():
    short = timeline((0, 5, "x", 0), seen=(0.0, 10.0)), timeline((0, 4, "x", 0), seen=(0.0, 10.0))
    whole = timeline((0, 5, "x", 0)), timeline((0, 4, "x", 0))
    near, far = (compare(*pair).agreements[0].alpha for pair in (short, whole))
    p = 0.45  # share of "x" in both together
    assert near == pytest.approx(1 - 0.1 / (2 * p * (1 - p)), abs=0.002)
    assert far == pytest.approx(1 - 0.01 / (2 * 0.045 * 0.955), abs=0.002)


def test_layers_one_or_all():
    a = timeline((0, 10, "x", 0))
    both = dataclasses.replace(
        a, segments=pa.concat_tables([a.segments, timeline((5, 6, "x", 0), layer="speech").segments])
    )
    assert [one.layer for one in compare(both, both).agreements] == ["emotion", "emotion", "speech", "speech"]
    assert [one.layer for one in compare(both, a, layer="speech").agreements] == ["speech", "speech"]
    with pytest.raises(ArgumentError, match="layer 'sign': neither has it; they have emotion, speech"):
        compare(both, a, layer="sign")
    with pytest.raises(ArgumentError, match="iou=0"):
        compare(a, a, iou=0)


def test_nothing_at_all_is_no_row():
    assert compare(timeline(), timeline()).agreements == ()
    assert compare(Timeline(), Timeline()).rows() == []
