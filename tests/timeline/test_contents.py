"""What a timeline holds in short is what its tables say."""

import math
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.timeline import Timeline, contents
from mien.timeline.contents import covered
from tests.timeline.synthetic import PROVENANCE, synthetic


@pytest.fixture(scope="module")
def timeline():
    return synthetic(60.0, people=3, rate=25.0)


def test_people_by_name_then_time_in_view(timeline):
    people = contents.people(timeline)
    assert [one.name for one in people] == ["Berit Ødegård", "Ada Example", "Person 3"]
    assert [one.answer for one in people] == ["match", "match", "no match"]
    assert all(48 < one.seconds <= 50 for one in people), "25 s twice, at most"
    assert all(one.portrait for one in people)


def test_labels_with_how_often_how_long_and_of_how_many(timeline):
    by_label = {one.label: one for one in contents.labels(timeline)}
    speech = by_label["speech"]
    assert (speech.count, speech.people, speech.model) == (8, 0, "planted-voice 2")
    assert speech.seconds == pytest.approx(7 * 5 + 3), "the last one is cut off at 60 s"
    assert by_label["ambivalent"].source == "annotator"
    assert by_label["happy"].people == 3


def test_families_with_rates(timeline):
    families = {one.family: one for one in contents.families(timeline)}
    assert families["voice"].rate == pytest.approx(100, rel=1e-6)
    assert families["emotion"].rate == pytest.approx(25, rel=0.01), "times jitter by a tenth of a frame"
    assert families["emotion"].basic
    assert not families["geometry"].basic
    assert families["faces"].measures == ("score", "looked")
    assert (families["voice"].tracked, families["emotion"].tracked) == (False, True)


def test_how_it_was_looked_at_comes_last(timeline):
    assert [one.family for one in contents.families(timeline)] == ["emotion", "geometry", "voice", "faces"]


def test_a_single_row_has_no_rate(timeline):
    one = replace(timeline, samples={"voice": timeline.samples["voice"].slice(0, 1)})
    assert math.isnan(contents.families(one)[0].rate)


def test_notes_tell_what_is_basic_left_out_unfinished_and_odd(timeline):
    first = timeline.segments.to_pylist()[0]
    spans = [(1.0, 4.0), (10.0, 12.0)]
    rows = [
        first | {"layer": "dropped", "label": "hands but on every 2. frame", "start": a, "end": b}
        for a, b in spans
    ]
    budget = replace(
        timeline,
        segments=pa.Table.from_pylist(rows, timeline.segments.schema),
        provenance={"joined": [PROVENANCE, {"finished": False}]},
    )
    assert contents.notes(budget) == [
        "emotion: from a basic model; its figures are hints, not measurements.",
        "hands but on every 2. frame, for 5 s in all, to keep to the budget.",
        "The run that made this has not ended: what follows is missing.",
        "interview.mp4: The pauses between frames differ.",
    ]


def test_an_empty_timeline_holds_nothing():
    empty = Timeline()
    assert (
        contents.people(empty)
        == contents.labels(empty)
        == contents.families(empty)
        == contents.notes(empty)
        == []
    )


def test_provenance_of_segments_that_is_no_json_says_nothing(timeline):
    rows = [row | {"provenance": 'tier: "basic"'} for row in timeline.segments.to_pylist()]
    odd = replace(timeline, segments=pa.Table.from_pylist(rows, timeline.segments.schema), provenance={})
    assert contents.basics(odd) == frozenset()


SPANS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(0, 10)), max_size=12)


@given(SPANS)
def test_time_in_view_counts_every_second_once(given_spans):
    spans = [(medium, float(start), float(start + length)) for medium, start, length in given_spans]
    seconds = {(medium, t) for medium, start, end in spans for t in range(int(start), int(end))}
    assert covered(spans) == len(seconds)
