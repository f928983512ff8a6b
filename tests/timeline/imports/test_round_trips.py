"""Out to a file and back, whatever is on the timeline: nothing is lost that the format is said to carry."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.timeline import build
from mien.timeline.exports import SUFFIXES, write
from mien.timeline.exports.lanes import speakers
from mien.timeline.imports import read_any
from mien.timeline.timeline import Timeline
from tests.timeline.odd import differences, odd, said
from tests.timeline.synthetic import synthetic

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
texts = st.text(max_size=12)
named = texts.filter(bool)
few = st.sampled_from(["emotion", "gaze"])  # so that some overlap with their like
moments = st.floats(0, 1e5, allow_nan=False)
lengths = st.sampled_from([0.0, 1e-9, 0.0005, 1.0]) | st.floats(0, 1e3)


@st.composite
def timelines(draw, labels=texts, layers=few | texts, people=named):
    """One medium, up to three people, segments of any text that touch, overlap or have no length."""
    names = draw(st.lists(st.none() | people, max_size=3))
    tracks = [
        {"track": n, "media": 0, "lane": n, "person": name, "start": 0.0, "end": 9.0, "looks": 1}
        for n, name in enumerate(names)
    ]
    rows = []
    at = 0.0
    for _ in range(draw(st.integers(0, 8))):
        start = at if draw(st.booleans()) else draw(moments)
        at = start + draw(lengths)
        track = draw(st.none() | st.sampled_from(range(len(names)))) if names else None
        row = {"track": track, "start": start, "end": at, "layer": draw(layers), "label": draw(labels)}
        rows.append(row | {"model": draw(texts), "probability": draw(st.none() | st.floats(0, 1, width=32))})
    media = build.media([{"media": 0, "path": "a.mp4", "kind": "video", "duration": 9.0}])
    return Timeline(media, build.tracks(tracks), build.segments(rows), provenance={"mien": "0"})


def there_and_back(timeline: Timeline, folder: Path, to: str) -> Timeline:
    return read_any(write(timeline, folder / f"t{SUFFIXES[to]}", to)[0])


@pytest.mark.parametrize("to", ["eaf", "csv", "json"])
@quick
@given(timeline=timelines())
def test_nothing_is_lost(timeline, to, tmp_path):
    assert differences(timeline, there_and_back(timeline, tmp_path, to)) == []


@pytest.mark.parametrize("to", ["csv", "json"])
@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_lost_of_samples_and_several_media(to, seed, tmp_path):
    timeline = odd(seed)
    assert differences(timeline, there_and_back(timeline, tmp_path, to)) == []


@pytest.mark.parametrize("seed", range(8))
def test_an_eaf_of_each_medium_carries_all_but_samples_and_portraits(seed, tmp_path):
    timeline = odd(seed)
    files = write(timeline, tmp_path / "t.eaf", "eaf")
    assert len(files) == timeline.media.num_rows
    back = [read_any(file) for file in files]
    whole = Timeline(
        *(pa.concat_tables([getattr(one, name) for one in back]) for name in ("media", "tracks", "segments")),
        provenance=back[0].provenance,
    )
    place = timeline.tracks.schema.get_field_index("portrait")
    empty = pa.nulls(timeline.tracks.num_rows, pa.binary())
    bare = timeline.tracks.set_column(place, timeline.tracks.schema.field("portrait"), empty)
    expected = Timeline(timeline.media, bare, timeline.segments, provenance=timeline.provenance)
    assert differences(expected, whole, samples=False) == []


# What the names of tiers cannot carry is left out: " / " stands between person and layer, " (2)" numbers overlaps.
plain = st.text(max_size=12).filter(lambda text: " / " not in text and not text.endswith(")"))


@quick
@given(timeline=timelines(layers=few | plain, people=plain.filter(bool)))
def test_a_textgrid_carries_whose_what_and_when_exactly(timeline, tmp_path):
    back = there_and_back(timeline, tmp_path, "textgrid")
    assert said(back, speakers(back.tracks)) == said(timeline, speakers(timeline.tracks))


@pytest.mark.parametrize("to", ["eaf", "csv", "json", "textgrid"])
def test_the_difference_of_a_round_trip_would_be_noticed(to, tmp_path):
    """What is compared does differ where one label, one time or one person is another."""
    timeline = synthetic(30, 2)
    rows = timeline.segments.to_pylist()
    for change in ({"label": "sad"}, {"start": rows[1]["start"] + 1e-9}, {"track": rows[3]["track"]}):
        other = [rows[0], rows[1] | change, *rows[2:]]
        changed = Timeline(timeline.media, timeline.tracks, build.segments(other), {}, timeline.provenance)
        back = there_and_back(changed, tmp_path, to)
        assert said(back, speakers(back.tracks)) != said(timeline, speakers(timeline.tracks))
        assert said(back, speakers(back.tracks)) == said(changed, speakers(changed.tracks))


def test_synthetic_timelines_come_back_whole(tmp_path):
    timeline = synthetic(60, 3)
    for to in ("csv", "json"):
        assert differences(timeline, there_and_back(timeline, tmp_path, to)) == []
