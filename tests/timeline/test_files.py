"""One Parquet file for all: nothing is lost, other tools read it, and what is no timeline is told."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from mien import ArgumentError, TimelineError, TimelineInvalid, TimelineNewer, TimelineNotFound
from mien.timeline import Timeline, container, read, write
from mien.timeline.build import column
from tests.timeline.strategies import differences, random_timeline, timelines
from tests.timeline.synthetic import synthetic


@pytest.fixture(scope="module")
def interview() -> Timeline:
    return synthetic(40.0, 2, 10.0)


@pytest.fixture
def file(interview, tmp_path):
    write(interview, tmp_path / "interview.parquet")
    return tmp_path / "interview.parquet"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(timelines)
def test_nothing_is_lost(tmp_path, timeline):
    write(timeline, tmp_path / "t.parquet")
    assert differences(read(tmp_path / "t.parquet"), timeline) == []


def test_differences_would_be_noticed():
    a = synthetic(20.0, 1, 5.0)
    rows = a.samples["faces"]
    boxes = column(rows, "box").copy()
    boxes[3, 2] += 1e-3
    other = pa.FixedSizeListArray.from_arrays(pa.array(boxes.reshape(-1)), 4)
    moved = rows.set_column(rows.column_names.index("box"), rows.schema.field("box"), other)
    assert differences(a, dataclasses.replace(a, samples={**a.samples, "faces": moved})) == ["faces"]
    bare = a.segments.replace_schema_metadata(None).cast(
        pa.schema([f.remove_metadata() for f in a.segments.schema])
    )
    assert differences(a, dataclasses.replace(a, segments=bare)) == ["segments"]


def test_many_row_groups_are_the_same_table(interview, tmp_path, monkeypatch):
    monkeypatch.setattr(container, "GROUP_BYTES", 5_000)
    write(interview, tmp_path / "t.parquet")
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups > 50
    assert differences(read(tmp_path / "t.parquet"), interview) == []
    write(read(tmp_path / "t.parquet"), tmp_path / "again.parquet")  # from file to file, a group at a time
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "t.parquet").read_bytes()


def test_only_what_is_asked_for_is_read(file, monkeypatch):
    read_groups = []
    whole = pq.ParquetFile.read_row_group

    def counted(self, group, columns=None, **options):
        read_groups.append((group, tuple(columns)))
        return whole(self, group, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    timeline = read(file)
    assert len(timeline.samples) == 4
    assert "emotion" in timeline.samples
    assert len(read_groups) == 3  # media, tracks, segments
    happy = timeline.samples.read("emotion", ["time", "happy"])
    assert happy.column_names == ["time", "happy"]
    assert read_groups[3:] == [(3, ("time", "happy"))]
    with pytest.raises(KeyError):
        timeline.samples["mesh"]


def test_pandas_and_polars_read_the_file_as_it_is(file, interview):
    frame = pd.read_parquet(file)
    emotion = frame[frame.table == "emotion"]
    np.testing.assert_array_equal(emotion.happy, column(interview.samples["emotion"], "happy"))
    assert emotion.pitch.isna().all()  # a column of the voice
    boxes = np.stack(frame[frame.table == "faces"].box)
    np.testing.assert_array_equal(boxes, column(interview.samples["faces"], "box"))
    lazy = pl.scan_parquet(file).filter(pl.col("table") == "segments").group_by("label").len().collect()
    counted = pd.Series(column(interview.segments, "label")).value_counts().to_dict()
    assert dict(lazy.iter_rows()) == counted


def test_rows_of_other_tables_take_no_room(tmp_path):
    """478 points a row in one table do not make the rows of the others larger when all are read at once."""
    timeline = next(
        t for t in map(random_timeline, range(1000)) if any(_wide(t.samples[n]) for n in t.samples)
    )
    write(timeline, tmp_path / "t.parquet")
    whole = pq.read_table(tmp_path / "t.parquet")
    parts = sum(table.nbytes for table in (timeline.segments, timeline.tracks, *timeline.samples.values()))
    assert whole.nbytes < 1.5 * parts + 200 * len(whole)


def _wide(table):
    wide = [f for f in table.schema if pa.types.is_fixed_size_list(f.type) and f.type.list_size == 478]
    return len(table) == 300 and bool(wide)


def test_the_footer_tells_what_each_column_is(file):
    footer = json.loads(pq.read_metadata(file).metadata[b"mien"])
    yaw = next(c for c in footer["tables"]["geometry"]["columns"] if c["name"] == "head_yaw")
    assert yaw["about"] == {"unit": "degrees", "meaning": "to the person's own left is positive"}
    assert footer["tables"]["geometry"]["metadata"] == {
        "family": "geometry",
        "version": "1",
        "tracked": "true",
    }
    assert footer["provenance"]["models"]["emotion"]["tier"] == "basic"


def test_columns_that_cannot_be_one_are_told(interview, tmp_path):
    rows = interview.samples["voice"].append_column(
        "label", pa.array(np.zeros(len(interview.samples["voice"])))
    )
    timeline = dataclasses.replace(interview, samples={"voice": rows})
    with pytest.raises(ArgumentError, match="'label' is string in one table and double in another"):
        write(timeline, tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_kind_that_timelines_do_not_have_is_told(interview, tmp_path):
    rows = interview.samples["voice"]
    when = rows.append_column("when", rows.column("frame").cast(pa.timestamp("s")))
    with pytest.raises(ArgumentError, match="'when' of type timestamp"):
        write(dataclasses.replace(interview, samples={"voice": when}), tmp_path / "t.parquet")


def test_unsorted_rows_are_sorted(interview, tmp_path):
    rng = np.random.default_rng(0)
    mixed = dataclasses.replace(
        interview,
        segments=interview.segments.take(rng.permutation(len(interview.segments))),
        samples={name: rows.take(rng.permutation(len(rows))) for name, rows in interview.samples.items()},
    )
    write(mixed, tmp_path / "t.parquet")
    found = read(tmp_path / "t.parquet")
    assert all(found.samples[name].equals(interview.samples[name]) for name in interview.samples)
    assert (np.diff(column(found.segments, "start")) >= 0).all()


def test_a_failed_write_leaves_what_was_there(file, interview):
    before = file.read_bytes()
    broken = dataclasses.replace(interview, tracks=interview.tracks.slice(1))
    with pytest.raises(ArgumentError, match="is not in the table of tracks"):
        write(broken, file)
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_folder_that_is_not_there_is_told(interview, tmp_path):
    with pytest.raises(TimelineError, match="see that its folder exists"):
        write(interview, tmp_path / "nowhere" / "t.parquet")


def test_no_file_and_no_timeline_are_told(tmp_path):
    with pytest.raises(TimelineNotFound, match="no such file"):
        read(tmp_path / "t.parquet")
    (tmp_path / "t.parquet").write_text("not Parquet")
    with pytest.raises(TimelineInvalid, match="not a Parquet file"):
        read(tmp_path / "t.parquet")
    (tmp_path / "t.parquet").write_bytes(b"")
    with pytest.raises(TimelineInvalid, match="not a Parquet file"):
        read(tmp_path / "t.parquet")
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(TimelineInvalid, match=r"not one of Mien's"):
        read(tmp_path / "t.parquet")
    with pytest.raises(TimelineInvalid, match="a folder"):
        read(tmp_path)


def test_every_cut_is_noticed(file):
    content = file.read_bytes()
    for share in np.linspace(0, 0.999, 40):
        file.write_bytes(content[: int(share * len(content))])
        with pytest.raises(TimelineInvalid):
            read(file)


def test_damaged_rows_are_noticed(file, interview):
    """A changed byte in a page is found by the page's checksum. Statistics between pages are not read, nor missed."""
    content, rng = file.read_bytes(), np.random.default_rng(0)
    end = len(content) - int.from_bytes(content[-8:-4], "little") - 8
    noticed = 0
    for at in rng.integers(4, end, 40):
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        try:
            assert differences(read(file), interview) == [], f"byte {at} of {len(content)} was changed"
        except TimelineInvalid:
            noticed += 1
    assert noticed >= 32


def rewritten(file, change):
    """The file with another footer."""
    table = pq.read_table(file)
    footer = json.loads(pq.read_metadata(file).metadata[b"mien"])
    change(footer)
    pq.write_table(table.replace_schema_metadata({"mien": json.dumps(footer)}), file, row_group_size=10**6)


def test_a_newer_one_is_told(file):
    rewritten(file, lambda footer: footer.update(version=2, mien="9.9.9"))
    with pytest.raises(TimelineNewer, match=r"Mien 9\.9\.9 in version 2"):
        read(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda footer: footer.pop("tables"),
        lambda footer: footer.update(version="x"),
        lambda footer: footer["tables"]["media"].pop("rows"),
        lambda footer: footer["tables"].update(media=3),
        lambda footer: footer["tables"]["emotion"]["columns"][0].update(type="nonsense"),
    ],
)
def test_a_footer_that_is_not_whole_is_told(file, change):
    rewritten(file, change)
    with pytest.raises(TimelineInvalid, match="damaged"):
        read(file)


def test_rows_that_another_program_changed_are_told(file):
    rewritten(file, lambda footer: None)  # one row group for all
    with pytest.raises(TimelineInvalid, match="changed by another program"):
        read(file)


def test_a_file_without_a_table_of_media_is_told(interview, tmp_path):
    voice = interview.samples["voice"]
    container.save(tmp_path / "t.parquet", {"voice": container.Stream(voice.schema, [voice])}, {})
    with pytest.raises(TimelineInvalid, match="no table of media, tracks, segments"):
        read(tmp_path / "t.parquet")


def test_what_is_missing_is_told_where_pyarrow_is_not_installed():
    code = "import sys; sys.modules['pyarrow'] = None; import mien; import mien.timeline"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "TimelineError: Timelines take pyarrow" in done.stderr
    assert "pip install 'mien[analyze]'" in done.stderr
