"""Tracks become people: joined where they look alike, never where they were seen at the same time."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.tracking import Identities, Identity
from mien.tracking.identities import PAUSE, SAME, merged
from mien.tracking.shots import Shot
from mien.types import Faces

SIDE = 128  # numbers of an embedding


def track(vector, start: float, end: float, quality: float = 0.5) -> Identity:
    """A finished track with one embedding."""
    one = np.array([quality], np.float32)
    face = Faces(
        np.array([[0, 0, 50, 50]], np.float32), np.zeros((1, 5, 2), np.float32), one, one, quality=one
    )
    shot = Shot(start, face, np.zeros((1, 112, 112, 3), np.uint8), np.zeros((16, 16, 3), np.uint8))
    return Identity(np.asarray(vector, np.float64), shot, [(start, end)], 10, 1)


def looks(cosine: float, person: int = 0) -> np.ndarray:
    """An embedding at that cosine to the person's own."""
    vector = np.zeros(SIDE)
    vector[person], vector[-1] = cosine, np.sqrt(1 - cosine**2)
    return vector


def everybody(*tracks: Identity) -> Identities:
    known = Identities()
    for one in tracks:
        known.add(one)
    return known


def test_the_same_person_after_a_cut():
    known = everybody(track(looks(1.0), 0, 4), track(looks(SAME + 0.01), 4.1, 9))
    (one,) = known.everybody
    assert one.spans == [(0, 4), (4.1, 9)]
    assert one.appearances() == [(0, 9)]
    assert (one.looks, one.embedded) == (20, 2)


def test_somebody_else_after_a_cut():
    assert len(everybody(track(looks(1.0), 0, 4), track(looks(SAME - 0.01), 4.1, 9)).everybody) == 2


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 4), (3.9, 8), (1, 2), (4, 9)],
    ids=["throughout", "overlap", "within", "in one frame"],
)
def test_who_is_seen_at_the_same_time_is_somebody_else_however_alike(start, end):
    known = everybody(track(looks(1.0), 0, 4), track(looks(1.0), start, end))
    assert len(known.everybody) == 2
    known.settle()
    known.settle(["Grace", "Grace"])
    assert len(known.everybody) == 2, "neither looks nor names can be right then"


def test_a_track_joins_whom_it_looks_like_most_of_those_it_did_not_meet():
    first, twin = track(looks(1.0), 0, 4), track(looks(0.9), 5, 9)
    twin.total = looks(0.2)  # not alike when they were met
    known = everybody(first, twin)
    assert len(known.everybody) == 2
    twin.total = looks(0.9)
    assert known.add(track(looks(1.0), 3, 3.5)) is twin, "the first was in view then"
    assert known.add(track(looks(1.0), 20, 21)) is first


def test_a_chain_that_would_join_two_who_met_is_broken():
    """A looks like B, B like C, but A and C stood side by side."""
    a, b, c = track(looks(1.0), 0, 4), track(looks(0.8), 5, 6), track(looks(0.95), 2, 3)
    known = everybody(a, c, b)
    known.settle()
    assert len(known.everybody) == 2
    assert not any(x.meets(y) is False and x is not y for x in known.everybody for y in known.everybody)


def test_settling_joins_what_only_proves_alike_once_more_was_seen():
    """The first two looks were too different; a third between them brings both together."""
    first, second = looks(0.6), looks(0.6)
    second[-1] *= -1  # cosine of the two: 0.6² - 0.8² = -0.28
    known = everybody(track(first, 0, 1), track(second, 2, 3))
    assert len(known.everybody) == 2
    known.add(track(3 * looks(1.0), 4, 5))
    known.settle()
    assert len(known.everybody) == 1
    assert known.everybody[0].spans == [(0, 1), (2, 3), (4, 5)]


def test_the_most_alike_are_joined_first():
    """Both could be the third, who met neither; they met each other. The one who looks more like it wins."""
    near, far, third = track(looks(0.9), 0, 1), track(looks(0.6), 0, 1), track(looks(1.0), 2, 3)
    for order in ([near, far, third], [far, near, third]):
        known = Identities()
        known.everybody = [track(one.total, *one.spans[0]) for one in order]
        known.settle()
        assert sorted(len(one.spans) for one in known.everybody) == [1, 2]
        lone = next(one for one in known.everybody if len(one.spans) == 1)
        assert lone.embedding == pytest.approx(far.embedding)


def test_names_join_what_looks_alone_do_not():
    known = everybody(track(looks(1.0, 0), 0, 1), track(looks(1.0, 1), 2, 3), track(looks(1.0, 2), 4, 5))
    known.settle(["Grace", None, "Grace"])
    assert [one.spans for one in known.everybody] == [[(0, 1), (4, 5)], [(2, 3)]]
    known.settle([None, None])
    assert len(known.everybody) == 2, "two without a name are not one person for that"


def test_the_best_shot_is_kept_of_all_tracks():
    for qualities in [(0.9, 0.4), (0.4, 0.9)]:
        tracks = [track(looks(1.0), 5.0 * i, 5.0 * i + 1, q) for i, q in enumerate(qualities)]
        (one,) = everybody(*tracks).everybody
        assert float(one.best.face.quality[0]) == pytest.approx(0.9)


def test_pooling_weighs_what_was_seen_well():
    one, other = track(3 * looks(1.0, 0), 0, 1), track(looks(0.5, 0), 2, 3)
    one.absorb(other)
    assert np.linalg.norm(one.embedding) == pytest.approx(1.0)
    assert one.embedding @ looks(1.0, 0) > 0.95  # (3 + 0.5) / |(3.5, 0.87)| = 0.97


def test_short_absences_are_bridged():
    assert merged([(5, 6), (0, 1), (1 + PAUSE, 3)], PAUSE) == [(0, 3), (5, 6)]
    assert merged([(0, 10), (2, 3)], 0.0) == [(0, 10)]
    assert merged([], PAUSE) == []


SPANS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=8
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(spans=SPANS, pause=st.floats(0, 5))
def test_merged_spans_cover_what_they_were_made_of_in_order_and_apart(spans, pause):
    joined = merged(spans, pause)
    assert all(any(a <= s and e <= b for a, b in joined) for s, e in spans)
    assert all(a[1] + pause < b[0] for a, b in pairwise(joined))
    assert {a for a, _ in joined} <= {s for s, _ in spans}
    assert {b for _, b in joined} <= {e for _, e in spans}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    tracks=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=12
    )
)
def test_nobody_is_ever_in_view_twice_at_once_and_nothing_is_lost(tracks):
    known = everybody(*(track(looks(1.0, who), start, start + length) for who, start, length in tracks))
    known.settle()
    assert sum(one.looks for one in known.everybody) == 10 * len(tracks)
    assert sum(one.embedded for one in known.everybody) == len(tracks)
    seen = [span for one in known.everybody for span in one.spans]
    assert len(seen) == len(tracks), "no two tracks of one person overlap or touch"
    for one in known.everybody:
        ordered = sorted(one.spans)
        assert all(a[1] < b[0] for a, b in pairwise(ordered))
