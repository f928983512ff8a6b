"""`mien audit recognition` on photographs, from the files to the page."""

import csv
import json
import shutil

import pytest
from typer.testing import CliRunner

import mien
from mien.audit import audit, people_in
from mien.cli.audit import app


@pytest.fixture
def run():
    def run(*words):
        return CliRunner().invoke(app, ["recognition", *map(str, words)])

    return run


def test_a_folder_of_people(run, album, tmp_path):
    (tmp_path / "who.csv").write_text("person,born\nGrace Hopper,1906\nEileen Collins,1956\n", "utf-8")
    copy = tmp_path / "people"
    shutil.copytree(album, copy)
    shutil.copyfile(copy / "Grace Hopper/0.png", copy / "Grace Hopper/again.png")
    html, record = tmp_path / "report.html", tmp_path / "report.json"
    done = run("--people", copy, "--slices", tmp_path / "who.csv", "--out", html, "--json", record)
    assert done.exit_code == 0, done.output
    found = json.loads(record.read_text("utf-8"))
    assert found["acquisition"]["kinds"] == {"no face": 1, "unreadable": 1}  # the cup, and what is torn
    assert found["data"]["duplicates"][0]["files"] == ["Grace Hopper/0.png", "Grace Hopper/again.png"]
    # Three photographs of each: 3 + 3 comparisons of one person, 9 of two, all told apart.
    assert (found["data"]["genuine"], found["data"]["impostors"]) == (6, 9)
    assert found["verification"]["area"] == 1.0
    assert found["verification"]["own"][1]["fnmr"]["value"] == 0.0
    # Of 4 + 4 readable-or-not photographs without the copy, 6 + 6 comparisons of one person could have been.
    assert found["verification"]["points"][0]["generalized_fnmr"] == pytest.approx(0.5)
    assert found["columns"][0]["slices"][0]["value"] == "1906"
    assert found["provenance"]["mien"] == mien.__version__
    assert "torn.jpg" in html.read_text("utf-8")
    assert "gave no face" in done.stderr
    assert "FNMR" in done.stdout


def test_two_lines_of_python_do_the_same(album):
    report = audit(people_in(album))
    assert report.data.genuine == 6
    assert report.main.fnmr.value == 0.0
    assert report.cost.picture_ms > 1


def test_a_table_of_pairs_of_public_figures(run, shared, tmp_path):
    images = shared / "data/faces/deepface"
    with (images / "master.csv").open() as file:
        lines = list(csv.DictReader(file))
    there = [
        line for line in lines if (images / line["file_x"]).exists() and (images / line["file_y"]).exists()
    ]
    picked = [line for line in there if line["Decision"] == "Yes"][:6] + [
        line for line in there if line["Decision"] == "No"
    ][:6]
    table = tmp_path / "pairs.csv"
    rows = [f"{line['file_x']},{line['file_y']},{line['Decision']},{i % 2}" for i, line in enumerate(picked)]
    table.write_text("\n".join(["a,b,same,half", *rows]) + "\n", "utf-8")
    record = tmp_path / "report.json"
    done = run("--pairs", table, "--images", images, "--json", record, "--fmr", "0.01")
    assert done.exit_code == 0, done.output
    found = json.loads(record.read_text("utf-8"))
    assert found["data"]["genuine"] + found["data"]["impostors"] + found["data"]["excluded"] == len(picked)
    assert found["verification"]["own"][0]["fmr"]["value"] == 0.0
    assert found["open_set"] is None
    assert "person_a" in found["omitted"]["open_set"]
    assert [one["value"] for one in found["columns"][0]["slices"]] == ["0", "1"]


@pytest.mark.parametrize("words", [[], ["--pairs", "a.csv"], ["--people", "x", "--images", "y"]])
def test_it_has_to_be_said_what_to_look_at(run, words):
    done = run(*words)
    assert isinstance(done.exception, mien.ArgumentError)
    assert "either --people DIR" in str(done.exception)


def test_nothing_is_looked_at_when_the_result_has_nowhere_to_go(run, album, tmp_path):
    done = run("--people", album, "--out", tmp_path / "no" / "report.html")
    assert isinstance(done.exception, mien.ArgumentError)


def test_an_impossible_rate_is_said_before_anything_is_looked_at(run, album, monkeypatch):
    monkeypatch.setattr("mien.audit.collect.look", None)
    done = run("--people", album, "--fmr", "0")
    assert isinstance(done.exception, mien.ArgumentError)
    assert "0.01" in str(done.exception)
