"""Intervals of speech from its probability: hysteresis, short breaks, coughs and pauses."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.features.voice import speech_segments
from mien.timeline import build


def rows(*parts):
    """Of (probability, hops)."""
    speech = np.concatenate([np.full(hops, p, np.float32) for p, hops in parts])
    return {"time": 0.005 + 0.01 * np.arange(len(speech)), "speech": speech}


def found(*parts):
    segments = speech_segments(rows(*parts), model="m 1")
    return [(one["layer"], round(one["start"], 9), round(one["end"], 9)) for one in segments]


def test_speech_pause_speech():
    assert found((0, 50), (0.9, 100), (0.1, 30), (0.9, 70), (0, 20)) == [
        ("speech", 0.5, 1.5),
        ("pause", 1.5, 1.8),
        ("speech", 1.8, 2.5),
    ]


def test_it_begins_at_a_half_and_ends_under_a_third():
    assert found((0.4, 50), (0.6, 50), (0.4, 50), (0.3, 50)) == [("speech", 0.5, 1.5)]


def test_short_breaks_belong_to_the_speech_and_coughs_do_not():
    assert found((0.9, 50), (0, 9), (0.9, 50)) == [("speech", 0.0, 1.09)]
    assert found((0.9, 50), (0, 15), (0.9, 50)) == [
        ("speech", 0.0, 0.5),
        ("speech", 0.65, 1.15),
    ]  # too short a pause
    assert found((0.9, 50), (0, 30), (0.9, 20), (0, 30), (0.9, 50)) == [
        ("speech", 0.0, 0.5),
        ("pause", 0.5, 1.3),
        ("speech", 1.3, 1.8),
    ]


def test_silence_and_nothing_have_none():
    assert found((0, 100)) == found((0, 0)) == found((0.9, 24)) == []


def test_they_are_rows_of_a_timeline():
    table = build.segments(speech_segments(rows((0.9, 50), (0, 30), (0.9, 50)), model="silero-vad 6.2.3"))
    assert table.column("layer").to_pylist() == ["speech", "pause", "speech"]
    assert table.column("probability").null_count == 3  # nothing is calibrated
    assert '"onset":0.5' in table.column("provenance")[0].as_py()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), min_size=1, max_size=20))
def test_intervals_follow_one_another(parts):
    spans = found(*parts)
    assert all(start < end for _, start, end in spans)
    assert all(one[2] <= after[1] for one, after in itertools.pairwise(spans))
    total = 0.01 * sum(hops for _, hops in parts)
    assert not spans or (spans[0][0] == spans[-1][0] == "speech" and spans[-1][2] <= total + 1e-9)
