"""Written CSV and JSON are plain for tools that know nothing of Mien."""

import csv
import json

import numpy as np
import pandas
import pytest

from mien.timeline.build import column
from mien.timeline.exports import write
from tests.timeline.odd import odd
from tests.timeline.synthetic import synthetic


@pytest.fixture(scope="module")
def timeline():
    return synthetic(30, 2)


def test_there_is_a_file_for_each_table(timeline, tmp_path):
    names = [path.name for path in write(timeline, tmp_path / "a.csv", "csv")]
    tables = ["media", "tracks", "segments", "emotion", "geometry", "faces", "voice"]
    assert names == [*(f"a.{name}.csv" for name in tables), "a.schema.json"]


def test_pandas_reads_the_same_numbers(timeline, tmp_path):
    write(timeline, tmp_path / "a.csv", "csv")
    faces = pandas.read_csv(tmp_path / "a.faces.csv")
    boxes = faces[["box_0", "box_1", "box_2", "box_3"]].to_numpy(np.float32)
    np.testing.assert_array_equal(boxes, column(timeline.samples["faces"], "box"))
    np.testing.assert_array_equal(faces["time"], column(timeline.samples["faces"], "time"))
    voice = pandas.read_csv(tmp_path / "a.voice.csv")
    np.testing.assert_array_equal(
        voice["pitch"].to_numpy(np.float32), column(timeline.samples["voice"], "pitch")
    )
    segments = pandas.read_csv(tmp_path / "a.segments.csv")
    assert list(segments["label"]) == timeline.segments["label"].to_pylist()


@pytest.mark.parametrize("seed", range(4))
def test_the_standard_library_reads_the_same_labels(seed, tmp_path):
    timeline = odd(seed)
    write(timeline, tmp_path / "a.csv", "csv")
    with (tmp_path / "a.segments.csv").open(encoding="utf-8", newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    # The csv module makes one line end of "\r\n" in quotes on no system; NUL it keeps.
    assert labels == timeline.segments["label"].to_pylist()


def test_json_is_strict_and_describes_itself(timeline, tmp_path):
    (path,) = write(timeline, tmp_path / "a.json", "json")

    def never(constant):
        raise AssertionError(f"{constant} is no JSON")

    document = json.loads(path.read_text("utf-8"), parse_constant=never)
    assert (document["format"], document["version"]) == ("mien timeline", 1)
    columns = {one["name"]: one for one in document["tables"]["faces"]["columns"]}
    assert columns["box"] == {
        **{"name": "box", "type": "float", "shape": [4], "null": True, "unit": "pixels", "meaning": "xyxy"}
    }
    rows = document["tables"]["segments"]["rows"]
    assert [row["label"] for row in rows] == timeline.segments["label"].to_pylist()
    contempt = [row["contempt"] for row in document["tables"]["emotion"]["rows"]]
    assert set(contempt) == {None}
