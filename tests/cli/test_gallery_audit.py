"""`mien gallery audit`: what it prints and writes."""

import json

import pytest
import typer
from typer.testing import CliRunner

from mien.cli.gallery_audit import audit
from mien.gallery.stores.sqlite import SQLiteStore


@pytest.fixture
def look(mien):
    """Runs the command alone, on the gallery of the test."""
    app = typer.Typer()
    app.command()(audit)
    return lambda *words: CliRunner().invoke(app, list(map(str, words)))


@pytest.fixture
def doubled(mien, photos, grace, tmp_path):
    """Grace's picture under her name, and once more, saved anew, under another."""
    from PIL import Image

    copy = tmp_path / "copy.png"
    Image.fromarray(grace).save(copy)
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    assert mien("enroll", "[b]Admiral[/b]", copy).exit_code == 0
    return mien


def test_a_picture_under_two_names(doubled, look, photos, tmp_path):
    result = look()
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert any("one picture under two names" in line and str(photos / "grace.jpg") in line for line in lines)
    assert any("people who look alike" in line and "[b]Admiral[/b]" in line for line in lines)
    assert lines[-1] == "Looked through 2 photographs of 2 people: 2 findings."


def test_json(doubled, look, photos, tmp_path):
    assert look("--json", tmp_path / "audit.json").exit_code == 0
    record = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    assert (record["format"], record["faces"]) == ("mien.gallery-audit/1", 2)
    shared, alike = record["findings"]
    assert (shared["problem"], alike["problem"]) == ("one picture under two names", "people who look alike")
    assert {shared["person"], shared["other"]} == {"Grace Hopper", "[b]Admiral[/b]"}
    sources = [face["source"] for face in shared["faces"] + shared["others"]]
    assert sorted(sources) == sorted([str(photos / "grace.jpg"), str(tmp_path / "copy.png")])
    assert alike["like"] > 0.9
    assert alike["own"] is None
    assert json.loads(look("--json", "-").stdout) == record


def test_nothing_to_say(mien, look, photos, tmp_path):
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    assert look().stdout == "Looked through 1 photograph of 1 person: nothing to say.\n"
    SQLiteStore.open(tmp_path / "empty.mien", create=True).close()
    assert (
        look("--gallery", tmp_path / "empty.mien").stdout
        == "Looked through 0 photographs of 0 people: nothing to say.\n"
    )


def test_json_does_not_overwrite_a_photograph(doubled, look, photos):
    before = (photos / "grace.jpg").read_bytes()
    assert look("--json", photos / "grace.jpg").exit_code != 0
    assert (photos / "grace.jpg").read_bytes() == before


def test_no_gallery(look, tmp_path):
    assert look("--gallery", tmp_path / "none.mien").exit_code != 0
    assert not (tmp_path / "none.mien").exists()
