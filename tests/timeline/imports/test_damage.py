"""Damaged or foreign JSON and CSV, and files that are nothing at all."""

import json
import random

import pytest

from mien.errors import TimelineInvalid, TimelineNewer, TimelineNotFound
from mien.timeline import files
from mien.timeline.exports import write
from mien.timeline.imports import read_any
from mien.timeline.imports.source import LIMIT
from tests.timeline.odd import differences, odd
from tests.timeline.synthetic import synthetic


@pytest.fixture
def folder(tmp_path):
    for to in ("json", "csv"):
        write(odd(3), tmp_path / f"a.{to}", to)
    return tmp_path


def test_what_is_not_there(tmp_path):
    with pytest.raises(TimelineNotFound, match=r"There is no file .*nothing\.eaf"):
        read_any(tmp_path / "nothing.eaf")


def test_parquet_is_read_too(tmp_path):
    timeline = synthetic(20, 2)
    files.write(timeline, tmp_path / "any name")
    assert differences(timeline, read_any(tmp_path / "any name")) == []


@pytest.mark.parametrize("name", ["a.csv", "a.segments.csv", "a.points.csv", "a.schema.json"])
def test_the_set_of_csv_is_found_from_any_file_of_it(folder, name):
    assert differences(odd(3), read_any(folder / name)) == []


def test_a_label_corrected_in_the_csv_comes_back(folder):
    path = folder / "a.segments.csv"
    before = odd(3).segments.to_pylist()
    text = path.read_text("utf-8")
    assert '"emotion"' in text
    path.write_text(text.replace('"emotion"', '"affect"'), "utf-8")
    after = read_any(path).segments["layer"].to_pylist()
    assert after == ["affect" if row["layer"] == "emotion" else row["layer"] for row in before]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"start"', '"begin"', 1), "KeyError.*start|'start'"),
        (lambda text: text + '"0","x"\n', "Expected 11 columns, got 2"),
        (lambda text: text.replace("\n0,", "\nzero,", 1), "invalid value 'zero'"),
        (lambda text: "", "[Ee]mpty"),
    ],
)
def test_a_damaged_table_is_said(folder, change, message):
    path = folder / "a.segments.csv"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(TimelineInvalid, match=message) as caught:
        read_any(path)
    assert "a.segments.csv" in str(caught.value)


def test_a_missing_table_is_said(folder):
    (folder / "a.tracks.csv").unlink()
    with pytest.raises(TimelineInvalid, match=r"a\.tracks\.csv' is missing or damaged"):
        read_any(folder / "a.segments.csv")


@pytest.mark.parametrize("name", ["a.json", "a.schema.json"])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"version": 99}, TimelineNewer, "newer Mien"),
        ({"version": "1"}, TimelineInvalid, "is damaged: TypeError"),
        ({"format": "another"}, TimelineInvalid, "expected"),
        ({"tables": {}}, TimelineInvalid, "is damaged: KeyError: 'media'"),
        ({"tables": []}, TimelineInvalid, "is damaged"),
        ({"tables": {"media": {"columns": [{"name": "x", "type": "no", "shape": [], "null": 1}], "about": {}}}},
         TimelineInvalid, "is damaged"),
    ],
)  # fmt: skip
def test_a_damaged_document_is_said(folder, name, change, error, message):
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(error, match=message):
        read_any(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"a": 1}', "JSON, but no timeline"),
        ("[1, 2]", "JSON, but no timeline"),
        ("[]", "JSON, but no timeline"),
        ("<html></html>", "XML of 'html'"),
        ("PAR1 and no more", "Parquet|timeline"),
        ("Dear reader,\nhello", "nothing that Mien reads"),
    ],
)
def test_what_is_something_else_is_said(tmp_path, text, message):
    path = tmp_path / "a"
    path.write_text(text, "utf-8")
    with pytest.raises(TimelineInvalid, match=message):
        read_any(path)


def test_too_large_a_file_is_not_read(tmp_path):
    path = tmp_path / "a.eaf"
    with path.open("wb") as file:
        file.write(b"<x>")
        file.truncate(LIMIT + 1)  # a hole: takes no room on the disk
    with pytest.raises(TimelineInvalid, match=f"at most {LIMIT} are read"):
        read_any(path)


def test_a_timeline_that_contradicts_itself_is_refused(folder):
    path = folder / "a.json"
    document = json.loads(path.read_text("utf-8"))
    document["tables"]["segments"]["rows"][0]["track"] = 99
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(
        TimelineInvalid, match="contradicts itself: segments: track 99 is not in the table of tracks"
    ):
        read_any(path)


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_are_refused_or_read_but_nothing_else(tmp_path, seed):
    """Whatever is in a file, the error is one that a user can read."""
    rng = random.Random(seed)
    for to, name in (
        ("eaf", "a.eaf"),
        ("json", "a.json"),
        ("textgrid", "a.TextGrid"),
        ("csv", "a.segments.csv"),
    ):
        write(synthetic(4, 1), tmp_path / (name if to != "csv" else "a.csv"), to)
        path = tmp_path / name
        data = path.read_bytes()
        for _ in range(12):
            broken = bytearray(data)
            for _ in range(3):
                broken[rng.randrange(len(broken))] = rng.choice(b'\x00\xff<>"{}[],\n09ax')
            path.write_bytes(broken)
            message = refused(path)
            assert message is None or str(path.parent) in message


def refused(path):
    """The message with which a file is refused, or None where it is read."""
    try:
        read_any(path)
    except TimelineInvalid as error:
        return str(error)
    return None
