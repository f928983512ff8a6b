"""`mien identify`: tables, JSON, CSV and annotated copies of real faces, and files that cannot be read."""

import csv
import io
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

import mien as library

TRICKY = "[red]Grace[/red] Χόπερ"


@pytest.fixture
def enrolled(mien, photos):
    """The gallery with Grace Hopper, under a name that looks like markup."""
    assert mien("enroll", TRICKY, photos / "grace.jpg").exit_code == 0
    return mien


@pytest.fixture(scope="module")
def group(tmp_path_factory, grace, astronaut):
    """Both women in one picture: 1024 x 512, Grace Hopper on the left."""
    path = tmp_path_factory.mktemp("group") / "group [b].png"
    Image.fromarray(np.hstack([grace[44:556], astronaut])).save(path)
    return path


def test_the_table_says_who_is_where(enrolled, group, photos):
    result = enrolled("identify", group, photos / "coffee.png")
    assert result.exit_code == 0
    rows = [line.split(str(group))[1] for line in result.stdout.splitlines() if line.startswith(str(group))]
    assert len(rows) == 2
    assert any(TRICKY in row and "> 99.9 %" in row for row in rows)
    assert any(row.split()[0] == "unknown" for row in rows)
    coffee = next(line for line in result.stdout.splitlines() if "coffee.png" in line)
    assert coffee.rstrip().endswith("no face found")


def test_json_is_complete_and_alone_on_stdout(enrolled, group, photos):
    result = enrolled("identify", group, photos / "missing.jpg", "--json", "-")
    found = json.loads(result.stdout)
    assert found["format"] == "mien.identify/1"
    assert found["mien"] == library.__version__
    assert len(found["models"]["embedder"]["sha256"]) == 64
    first, second = found["files"]
    assert (first["file"], first["kind"]) == (str(group), "image")
    assert first["gallery"]["people"] == 1
    assert first["gallery"]["fpir"] == 0.01
    left, right = sorted(first["faces"], key=lambda face: face["box"][0])
    assert (left["name"], left["answer"]) == (TRICKY, "match")
    assert left["similarity"] > first["gallery"]["threshold"] > right["similarity"]
    assert (right["name"], right["candidate"], right["answer"]) == (None, TRICKY, "no match")
    assert left["box"][2] < 512 < right["box"][0], "each face is in its half of the picture"
    assert second["error"]["kind"] == "MediaNotFound"
    assert "missing.jpg" in result.stderr


def test_json_and_csv_into_files(enrolled, group, tmp_path):
    names, table = tmp_path / "names.json", tmp_path / "names.csv"
    result = enrolled("identify", group, "--json", names, "--csv", table)
    assert TRICKY in result.stdout, "the table is printed too"
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    faces = json.loads(names.read_text("utf-8"))["files"][0]["faces"]
    assert [row["name"] or None for row in rows] == [face["name"] for face in faces]
    assert [float(row["x0"]) for row in rows] == [face["box"][0] for face in faces]
    assert {row["file"] for row in rows} == {str(group)}


def test_bad_files_are_told_and_counted_and_end_nothing(enrolled, photos):
    result = enrolled("identify", photos / "missing.jpg", photos / "broken.jpg", photos / "grace.jpg")
    assert result.exit_code == 0
    assert TRICKY in result.stdout
    lines = result.stderr.splitlines()
    assert lines[0].startswith(f"mien: {photos / 'missing.jpg'}: there is no such file")
    assert lines[1].startswith(f"mien: {photos / 'broken.jpg'}: ")
    assert lines[-1] == "mien: 2 of 3 files could not be read."


def test_no_readable_file_is_exit_code_1(enrolled, photos):
    result = enrolled("identify", photos / "broken.jpg")
    assert (result.exit_code, result.stdout) == (1, "")


def test_an_empty_folder_is_exit_code_1(enrolled, tmp_path):
    (tmp_path / "empty").mkdir()
    result = enrolled("identify", tmp_path / "empty")
    assert result.exit_code == 1
    assert "no images or videos" in result.stderr


def test_annotated_copies(enrolled, photos, tmp_path, grace):
    (tmp_path / "in" / "b").mkdir(parents=True)
    for name in ("grace.jpg", "b/grace.jpg"):
        shutil.copy(photos / "grace.jpg", tmp_path / "in" / name)
    out = tmp_path / "in" / "named"
    for _ in range(2):  # the copies are not identified in their turn
        result = enrolled("identify", tmp_path / "in", "--save", out, "--workers", 1)
        assert result.exit_code == 0
        assert sorted(p.name for p in out.iterdir()) == ["grace-faces-2.jpg", "grace-faces.jpg"]
    copy = library.read_image(out / "grace-faces.jpg").astype(int)
    assert copy.shape == grace.shape
    differing = (np.abs(copy - grace).max(axis=2) > 60).mean()
    assert 0.005 < differing < 0.2, "a box and a label, and not much else"


def test_photographs_are_not_overwritten_by_results(enrolled, photos, tmp_path):
    copy = shutil.copy(photos / "grace.jpg", tmp_path / "grace.jpg")
    before = copy.read_bytes()
    result = enrolled("identify", "--json", copy, photos / "eileen.png")
    assert result.exit_code == 2
    assert "not overwritten" in result.stderr
    assert copy.read_bytes() == before


@pytest.mark.parametrize(
    "options", [("--json", "-", "--csv", "-"), ("--csv", "no/such/folder/names.csv"), ("--fpir", "1.5")]
)
def test_impossible_options_are_found_before_the_work(enrolled, photos, options):
    result = enrolled("identify", photos / "grace.jpg", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("mien: ")


def test_a_missing_gallery_is_an_error_and_is_not_made(mien, photos, tmp_path):
    result = mien("identify", photos / "grace.jpg")
    assert result.exit_code == 2
    assert "mien enroll NAME" in result.stderr
    assert not (tmp_path / "test.mien").exists()


def test_an_empty_gallery_is_told(enrolled, photos, tmp_path):
    enrolled("forget", TRICKY, "--yes", "--receipt", tmp_path / "receipt.json")
    result = enrolled("identify", photos / "grace.jpg")
    assert result.exit_code == 0
    assert "nobody is enrolled" in result.stderr
    assert "unknown" in result.stdout


@pytest.mark.skipif(os.name != "posix", reason="file names are Unicode there")
def test_file_names_that_are_no_text(program, photos, tmp_path):
    program("enroll", "Grace Hopper", photos / "grace.jpg")
    name = os.fsencode(tmp_path) + b"/gr\xe9ce\x1b[2J.jpg"
    shutil.copy(photos / "grace.jpg", name)
    result = program("identify", os.fsdecode(name))
    assert result.returncode == 0
    assert r"gr\udce9ce\x1b[2J.jpg" in result.stdout
    assert "\x1b" not in result.stdout
    found = json.loads(program("identify", os.fsdecode(name), "--json", "-").stdout)
    assert os.fsencode(found["files"][0]["file"]) == name
