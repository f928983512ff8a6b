"""Joined timelines hold what each of them held, with one medium and one person where they are the same."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mien.errors import TimelineError
from mien.timeline import Timeline, write
from mien.timeline.join import joined
from tests.timeline.synthetic import synthetic


@pytest.fixture(scope="module")
def a():
    return synthetic(40.0, people=2, rate=10.0)


def other_film(timeline: Timeline) -> Timeline:
    media = pa.Table.from_pylist(
        [timeline.media.to_pylist()[0] | {"path": "second.mp4", "sha256": "b" * 64}], timeline.media.schema
    )
    return replace(timeline, media=media)


def test_one_timeline_stays_what_it_is(a):
    assert joined([a]) is a


def test_two_coders_of_one_film_share_medium_and_people(a):
    both = joined([a, synthetic(40.0, people=2, rate=10.0, seed=1)])
    assert both.media.num_rows == 1
    assert both.tracks.num_rows == 2 * a.tracks.num_rows
    assert set(both.tracks.column("lane").to_pylist()) == {0, 1}
    assert len(set(both.tracks.column("track").to_pylist())) == both.tracks.num_rows
    assert both.segments.num_rows == 2 * a.segments.num_rows


def test_another_film_stays_apart_and_people_of_one_name_keep_their_lane(a, tmp_path):
    both = joined([a, other_film(a), other_film(a)])
    assert both.media.column("path").to_pylist() == ["interview.mp4", "second.mp4"]
    for name in ("Ada Example", "Berit Ødegård"):
        rows = both.tracks.filter(pc.field("person") == name)
        assert len(set(rows.column("lane").to_pylist())) == 1
        assert set(rows.column("media").to_pylist()) == {0, 1}
    write(both, tmp_path / "both.parquet")  # which checks that tracks and media agree in all tables


def test_strangers_of_one_number_in_different_films_are_not_one_person(a):
    nameless = [row | {"person": None} for row in a.tracks.to_pylist()]
    b = replace(other_film(a), tracks=pa.Table.from_pylist(nameless, a.tracks.schema))
    assert set(joined([a, b]).tracks.column("lane").to_pylist()) == {0, 1, 2, 3}


def test_samples_go_along(a):
    both = joined([a, other_film(a)])
    for family, table in a.samples.items():
        rows = both.samples[family].filter(pc.field("media") == 1)
        for name in set(table.column_names) - {"media", "track"}:
            assert rows.column(name).equals(table.column(name)), f"{family}.{name}"


def test_families_of_one_name_and_other_columns_are_an_error(a):
    b = replace(a, samples={"emotion": a.samples["voice"]})
    with pytest.raises(TimelineError, match="emotion: two of the timelines have different columns"):
        joined([a, b])


def test_provenance_of_all_is_kept(a):
    assert joined([a, a, a]).provenance == {"joined": [a.provenance] * 3}
