"""Arrays to tables and back."""

import numpy as np
import pyarrow as pa
import pytest

from mien import ArgumentError
from mien.timeline import build
from mien.timeline.schema import SEGMENTS, TRACKS, samples
from mien.types import Column, Family

MESH = Family(
    "mesh", (Column("points", shape=(4, 3), unit="pixels"), Column("presence"), Column("seen", "bool"))
)
SOUND = Family("sound", (Column("pitch", unit="Hz"),), tracked=False)


def mesh(n=5):
    rng = np.random.default_rng(0)
    return {
        "points": rng.normal(size=(n, 4, 3)).astype(np.float32),
        "presence": np.array([0.5, np.nan, 1.0, 0.0, np.nan][:n]),
        "seen": np.arange(n) % 2 == 0,
    }


def test_arrays_come_back_as_they_were():
    rows, tracks = mesh(), np.array([1, 0, 1, 0, 1])
    table = build.sample_table(
        MESH, 0, np.array([0.0, 0.0, 0.5, 0.5, 1.0]), np.array([0, 0, 1, 1, 2]), tracks, rows
    )
    assert table.schema.equals(samples(MESH), check_metadata=True)
    order = [1, 0, 3, 2, 4]  # by time, then track
    for name, values in rows.items():
        found = build.column(table, name)
        np.testing.assert_array_equal(found, values[order].astype(found.dtype))
    assert build.column(table, "points").dtype == np.float32
    assert build.column(table, "track").tolist() == [0, 1, 0, 1, 1]


def test_what_was_not_measured_is_null_in_columns_of_numbers_and_nan_in_lists():
    rows = mesh()
    rows["points"][2] = np.nan
    table = build.sample_table(MESH, 0, np.arange(5.0), None, np.zeros(5), rows)
    assert table.column("presence").null_count == 2
    assert table.column("points").null_count == 0
    assert np.isnan(build.column(table, "points")[2]).all()
    assert build.column(table, "frame").tolist() == [-1] * 5


def test_a_column_that_may_be_empty_can_be_left_out():
    rows = mesh()
    del rows["points"]
    table = build.sample_table(MESH, 0, np.arange(5.0), None, np.zeros(5), rows)
    assert np.isnan(build.column(table, "points")).all()
    assert build.column(table, "points").shape == (5, 4, 3)


def test_slices_and_joined_tables_are_read_from_where_they_begin():
    table = build.sample_table(MESH, 0, np.arange(5.0), None, np.zeros(5), mesh())
    for part in (table.slice(2, 2), pa.concat_tables([table.slice(2, 1), table.slice(3, 1)])):
        np.testing.assert_array_equal(build.column(part, "points"), mesh()["points"][2:4])


def test_rows_may_bring_their_tracks_and_media_differ_by_row():
    rows = {**mesh(2), "track": np.array([3, 4])}
    table = build.sample_table(MESH, np.array([1, 0]), np.array([0.0, 9.0]), np.arange(2), None, rows)
    assert build.column(table, "media").tolist() == [0, 1]
    assert build.column(table, "track").tolist() == [4, 3]
    sound = build.sample_table(SOUND, 0, np.arange(2.0), None, None, {"pitch": np.array([100.0, np.nan])})
    assert sound.column_names == ["media", "time", "frame", "pitch"]


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"points": np.zeros((5, 3, 4))}, r"'points'.*\(5, 3, 4\)"),
        ({"points": np.zeros((4, 4, 3))}, "different lengths"),
        ({"nose": np.zeros(5)}, "nose"),
        ({"seen": np.array(["a"] * 5)}, "'seen'"),
        ({"track": None}, "'track' is missing"),
        ({"track": np.array([0.5] * 5)}, "'track'"),
    ],
)
def test_what_does_not_fit_the_schema_is_told(change, about):
    rows = {**mesh(), "media": np.zeros(5, int), "time": np.arange(5.0), "track": np.zeros(5, int)} | change
    with pytest.raises(ArgumentError, match=about):
        build.table(samples(MESH), {name: values for name, values in rows.items() if values is not None})


def test_segments_from_mappings():
    found = build.segments(
        [
            {"start": 2.0, "end": 3.0, "layer": "emotion", "label": "happy", "model": "m 1", "track": 4},
            {"start": 1.0, "end": 3.0, "layer": "speech", "label": "", "model": "Ann", "source": "annotator"},
        ]
    )
    assert found.schema.equals(SEGMENTS)
    assert build.column(found, "start").tolist() == [1.0, 2.0]
    assert build.column(found, "track").tolist() == [-1, 4]
    assert build.column(found, "source").tolist() == ["annotator", "model"]
    assert np.isnan(build.column(found, "probability")).all()
    assert build.segments([]).equals(SEGMENTS.empty_table())


def test_records_with_too_little_or_too_much_are_told():
    with pytest.raises(ArgumentError, match="'label'"):
        build.segments([{"start": 0.0, "end": 1.0, "layer": "x", "model": "m"}])
    with pytest.raises(ArgumentError, match="lable"):
        build.segments([{"start": 0.0, "end": 1.0, "layer": "x", "model": "m", "label": "", "lable": ""}])


def test_strings_bytes_and_lists_come_back_as_objects():
    rows = [
        {"track": 0, "media": 0, "lane": 0, "start": 0.0, "end": 1.0, "looks": 1, "portrait": b"\xff\xd8"}
    ]
    tracks = build.tracks(rows)
    assert tracks.schema.equals(TRACKS)
    assert build.column(tracks, "portrait").tolist() == [b"\xff\xd8"]
    assert build.column(tracks, "person").tolist() == [None]
    media = build.media(
        [{"media": 0, "path": "a.mp4", "kind": "video", "duration": 1.0, "notes": ["cut off"]}]
    )
    assert [list(notes) for notes in build.column(media, "notes")] == [["cut off"]]
    with pytest.raises(ArgumentError, match="no column 'lane'"):
        build.column(media, "lane")


def test_rows_that_are_equal_in_all_keys_stay_in_their_order():
    segment = {"start": 1.0, "end": 2.0, "layer": "x", "model": "m"}
    found = build.segments([{**segment, "label": label} for label in "cab"])
    assert build.column(found, "label").tolist() == ["c", "a", "b"]
