"""What other toolboxes recorded is read as it stands in their files."""

import csv
import gzip
import json

import numpy as np
import pytest

from mien.errors import ArgumentError, TimelineInvalid
from mien.timeline import files
from mien.timeline.build import column
from mien.timeline.imports import read_any
from mien.timeline.imports.alike import SHARED, alike
from mien.timeline.select import unit_and_meaning


@pytest.fixture(scope="module")
def recorded(shared):
    return shared / "data/expression/pyfeat"


def rows(path, **options):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, **options))


@pytest.mark.parametrize(("name", "count"), [("001.csv", 40), ("002.csv", 28), ("Feat_Test.csv", 1)])
def test_pyfeat(recorded, name, count):
    theirs = rows(recorded / name)
    timeline = read_any(recorded / name, rate=30.0)
    table = timeline.samples["pyfeat"]
    assert len(table) == len(theirs) == count
    measures = [one for one in theirs[0] if one not in ("input", "frame")]
    assert table.column_names == ["media", "time", "frame", "track", *measures]
    for measure in measures:
        np.testing.assert_array_equal(column(table, measure), [float(row[measure]) for row in theirs])
    np.testing.assert_array_equal(column(table, "time"), [int(row["frame"]) / 30 for row in theirs])
    assert unit_and_meaning(table.schema, "AU12")[1].startswith("probability that the action unit")
    assert timeline.media["path"].to_pylist() == [theirs[0]["input"]]
    assert timeline.media["kind"].to_pylist() == ["image" if count == 1 else "video"]


def test_frames_without_a_rate_have_no_times(recorded):
    with pytest.raises(ArgumentError, match="numbers frames and has no times; give rate"):
        read_any(recorded / "001.csv")
    assert len(read_any(recorded / "Feat_Test.csv").samples["pyfeat"]) == 1  # a still needs none


def test_pyfeat_of_several_clips(shared, tmp_path):
    packed = shared / "data/affect_images/pyfeat/news_sample.csv.gz"
    path = tmp_path / "news.csv"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    theirs = rows(path)
    timeline = read_any(path, rate=25.0)
    assert timeline.media.num_rows == len({row["input"] for row in theirs}) == 20
    table = timeline.samples["pyfeat"]
    assert len(table) == len(theirs)
    found = sorted(
        zip(column(table, "media"), column(table, "frame"), column(table, "mouthSmileLeft"), strict=True)
    )
    paths = timeline.media["path"].to_pylist()
    expected = [(paths.index(r["input"]), int(r["frame"]), float(r["mouthSmileLeft"])) for r in theirs]
    np.testing.assert_array_equal(found, sorted(expected))
    assert len(set(timeline.tracks["lane"].to_pylist())) == 20  # nobody says that they are one person


def test_faces_of_pyfeat_are_numbered_within_a_frame(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "frame,FaceRectX,FaceScore,AU12,input\n0,1,0.9,0.1,a.mp4\n0,2,0.8,0.2,a.mp4\n1,3,0.7,0.3,a.mp4\n2,,,,a.mp4\n"
    )
    timeline = read_any(path, rate=10)
    table = timeline.samples["pyfeat"]
    assert column(table, "AU12").tolist() == [0.1, 0.2, 0.3]
    assert column(table, "track").tolist() == [0, 1, 0]
    assert timeline.media["notes"].to_pylist() == [
        ["Faces are numbered by their order in each frame.", "1 of 4 rows have no face; they are left out."]
    ]


def test_openface(recorded):
    theirs = rows(recorded / "OpenFace_Test.csv", skipinitialspace=True)
    timeline = read_any(recorded / "OpenFace_Test.csv")
    table = timeline.samples["openface"]
    assert len(table) == len(theirs) == 100
    assert table.num_columns == 4 + len(theirs[0]) - 2  # keys, and all but frame and timestamp
    for measure in ("AU12_r", "AU12_c", "pose_Rx", "x_0", "Z_67", "gaze_0_x", "confidence"):
        np.testing.assert_array_equal(column(table, measure), [float(row[measure]) for row in theirs])
    np.testing.assert_array_equal(column(table, "time"), [float(row["timestamp"]) for row in theirs])
    assert column(table, "frame")[0] == 0  # OpenFace counts from 1
    assert unit_and_meaning(table.schema, "pose_Rx")[0] == "radians"
    # The two scales that users take for one: intensity from 0 to 5, presence 0 or 1.
    assert (
        unit_and_meaning(table.schema, "AU12_r")[1]
        == "intensity of the action unit, from 0 (absent) to 5 (most)"
    )
    assert unit_and_meaning(table.schema, "AU12_c")[1] == "presence of the action unit, 0 or 1"


def test_openface_of_lost_and_of_several_faces(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "frame, face_id, timestamp, confidence, success, AU12_r\n1, 0, 0.0, 0.9, 1, 2.5\n1, 1, 0.0, 0.9, 1, 0.5\n"
        "2, 0, 0.04, 0.1, 0, 0\n"
    )
    timeline = read_any(path)
    assert column(timeline.samples["openface"], "AU12_r").tolist() == [2.5, 0.5]
    assert timeline.tracks["track"].to_pylist() == [0, 1]
    assert timeline.media["notes"].to_pylist() == [["In 1 of 3 rows tracking failed; they are left out."]]


def test_imotions(recorded):
    timeline = read_any(recorded / "iMotions_Test_v6.txt")
    table = timeline.samples["imotions"]
    with (recorded / "iMotions_Test_v6.txt").open(encoding="utf-8-sig") as file:
        lines = [line for line in file if not line.startswith("#") and line.strip()]
    theirs = [row for row in csv.DictReader(lines, delimiter="\t") if row["NoOfFaces"] == "1"]
    assert (len(table), len(theirs)) == (304, 304)
    for measure in ("Joy Evidence", "AU12 Evidence", "Yaw Degrees", "NOSE_TIP X", "FaceRect Width"):
        np.testing.assert_allclose(
            column(table, measure), [float(row[measure]) for row in theirs], rtol=0, atol=0
        )
    np.testing.assert_array_equal(column(table, "time"), [int(row["MediaTime"]) / 1000 for row in theirs])
    assert unit_and_meaning(table.schema, "Joy Evidence")[1].startswith("decimal logarithm of the odds")
    assert timeline.media["path"].to_pylist() == ["gopro"]
    assert timeline.provenance["Name"] == "separate_rotation"
    assert timeline.media["notes"].to_pylist() == [["215 of 519 rows have no face; they are left out."]]


def test_affectiva(recorded):
    path = recorded / "sample_affectiva-api-app_output.json"
    theirs = json.loads(path.read_text())
    table = read_any(path).samples["affectiva"]
    assert len(table) == 1
    for measure, value in theirs.items():
        if measure not in ("Timestamp", "FileName"):
            assert column(table, measure).tolist() == [value]
    assert "[0, 100]" in unit_and_meaning(table.schema, "joy")[1]
    assert "[-100, 100]" in unit_and_meaning(table.schema, "valence")[1]


def test_affectiva_of_several_moments(tmp_path):
    moment = {"joy": 1, "engagement": 2, "valence": 3, "FileName": "a.mp4"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps([moment | {"Timestamp": t} for t in (0.0, 0.5)]))
    assert column(read_any(path).samples["affectiva"], "time").tolist() == [0.0, 0.5]
    path.write_text(json.dumps([moment | {"Timestamp": 0}, moment | {"Timestamp": 0, "joy": "much"}]))
    with pytest.raises(TimelineInvalid, match="not every moment has the same measures"):
        read_any(path)


def test_a_measure_that_is_no_number_is_said_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("frame,timestamp,confidence,success,AU12_r\n1,0,0.9,1,2.5\n2,0.04,0.9,1,much\n")
    with pytest.raises(TimelineInvalid, match=r"line 3: AU12_r is 'much'"):
        read_any(path)


@pytest.mark.parametrize("name", ["001.csv", "OpenFace_Test.csv", "iMotions_Test_v6.txt"])
def test_what_is_read_can_be_written(recorded, name, tmp_path):
    timeline = read_any(recorded / name, rate=30)
    files.write(timeline, tmp_path / "a.parquet")
    family = next(iter(timeline.samples))
    assert files.read(tmp_path / "a.parquet").samples[family].equals(timeline.samples[family])


def test_alike_finds_what_was_planted(recorded):
    """One table against a copy that was turned to degrees, moved by 3 and shifted by 4 ms."""
    table = read_any(recorded / "OpenFace_Test.csv").samples["openface"]
    schema = table.schema
    moved = table.set_column(1, schema.field("time"), [column(table, "time") + 0.0004])
    turned = np.degrees(column(table, "pose_Rx")) + 3
    name = schema.get_field_index("pose_Ry")
    moved = moved.set_column(name, schema.field("pose_Ry").with_metadata({"unit": "degrees"}), [turned])
    (one,) = alike(moved, table, {"pose_Ry": "pose_Rx"}, within=0.0006)
    assert one.n == 100
    assert one.correlation == pytest.approx(1)
    assert one.more == pytest.approx(-3)
    assert one.apart == pytest.approx(0, abs=1e-9)
    assert alike(moved, table, {"pose_Ry": "pose_Rx"}, within=0.0003)[0].n == 0
    assert alike(moved, table.slice(0, 0), {"pose_Ry": "pose_Rx"})[0].n == 0
    assert alike(moved, table, {"pose_Ry": "not there"}) == []


def test_shared_measures_are_there(recorded):
    for name in ("001.csv", "OpenFace_Test.csv", "iMotions_Test_v6.txt"):
        ((family, table),) = read_any(recorded / name, rate=30).samples.items()
        assert set(SHARED[family].values()) <= set(table.column_names)
