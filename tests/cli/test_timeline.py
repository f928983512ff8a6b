"""`mien timeline`: contents, figures, exports, imports and agreement, from files and back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mien.timeline import read, write
from tests.timeline.synthetic import synthetic


@pytest.fixture(scope="module")
def made():
    return synthetic(30.0, people=2, rate=10.0)


@pytest.fixture
def interview(made, tmp_path, monkeypatch):
    """A timeline as a file, in a folder of its own that commands run in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write(made, folder / "interview.parquet")
    return folder / "interview.parquet"


def test_show_tells_media_people_labels_measures_and_notes(mien, interview):
    result = mien("timeline", "show", interview)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "interview.mp4 video 0:30.0 1280 x 720 300 at 10 Hz, variable 48,000 Hz" in lines
    assert any(line.startswith("Ada Example match 98.0 % 0:24.9 1") for line in lines)
    assert "speech speech 4 0:20.0 planted-voice 2" in lines
    assert "attitude ambivalent 1 0:12.5 1 annotator Coder A" in lines
    assert "voice 3,000 100 Hz the whole speech, pitch, energy" in lines
    assert any(line.startswith("emotion (basic)") for line in lines)
    assert "Note: interview.mp4: The pauses between frames differ." in lines


def test_show_as_json_has_everything(mien, interview):
    result = mien("timeline", "show", interview, "--json", "-")
    record = json.loads(result.stdout)
    assert record["format"] == "mien.timeline/1"
    assert {one["name"] for one in record["people"]} == {"Ada Example", "Berit Ødegård"}
    assert record["people"][0]["tracks"][0][0] == 0
    assert {one["family"]: one["rows"] for one in record["families"]}["voice"] == 3000
    assert record["media"][0]["path"] == "interview.mp4"
    assert record["provenance"]["models"]["emotion"]["tier"] == "basic"
    assert "portrait" not in result.stdout


def test_show_goes_to_a_file_and_to_the_terminal(mien, interview):
    result = mien("timeline", "show", interview, "--json", "all.json")
    assert "Ada Example" in result.stdout
    assert json.loads((interview.parent / "all.json").read_text("utf-8"))["file"].endswith(
        "interview.parquet"
    )


def test_plot_draws_a_picture(mien, interview):
    result = mien(
        "timeline", "plot", interview, "-o", "a.png", "--measure", "emotion.happy", "--from", 4, "--to", 12
    )
    assert (result.exit_code, result.stdout) == (0, "Wrote a.png.\n")
    assert (interview.parent / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-o", "a.txt"), r"a.txt: figures are written as .png, .pdf, .svg"),
        (
            ("-o", "a.png", "--measure", "emotion.joy"),
            "measure 'emotion.joy': not in this timeline; it has emotion.angry",
        ),
        (("-o", "a.png", "--from", "9", "--to", "3"), "the end after the start"),
        (("-o", "a.png", "--medium", "2"), "medium 2: the timeline has 0"),
    ],
)
def test_plot_tells_what_is_wrong(mien, interview, words, told):
    result = mien("timeline", "plot", interview, *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (interview.parent / "a.png").exists()


def test_export_writes_every_format_beside_the_file_or_into_a_folder(mien, interview):
    result = mien("timeline", "export", interview, "--to", "eaf,csv, vtt,JSON,textgrid,html", "-o", "out/new")
    assert result.exit_code == 0
    written = {path.name for path in (interview.parent / "out/new").iterdir()}
    assert written >= {
        "interview.eaf",
        "interview.vtt",
        "interview.json",
        "interview.TextGrid",
        "interview.html",
    }
    assert "interview.segments.csv" in written
    assert all(name in result.stdout for name in written)
    assert mien("timeline", "export", interview, "--to", "vtt").exit_code == 0
    assert (interview.parent / "interview.vtt").exists()


def test_a_page_links_its_media_where_they_are_there(mien, interview):
    result = mien("timeline", "export", interview, "--to", "html")
    assert "interview.mp4 is not there, so the page shows portraits" in result.stderr
    assert '"sources":[]' in (interview.parent / "interview.html").read_text("utf-8")
    (interview.parent / "interview.mp4").write_bytes(b"film")
    result = mien("timeline", "export", interview, "--to", "html")
    assert result.stderr == ""
    assert '"url":"interview.mp4"' in (interview.parent / "interview.html").read_text("utf-8")
    mien("timeline", "export", interview, "--to", "html", "--video", "none")
    assert '"sources":[]' in (interview.parent / "interview.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "html,doc"), "--to doc: expected some of eaf, csv"),
        (("--to", ""), "expected some of eaf, csv"),
        (("--to", "html", "--video", "stream"), "--video stream: expected link, embed, none"),
        (("--to", "html", "--video", "embed"), "interview.mp4: is not there, so the page cannot play it"),
        (("--to", "vtt", "-o", "interview.parquet/a"), "the folder cannot be made"),
    ],
)
def test_export_tells_what_is_wrong_and_writes_nothing(mien, interview, words, told):
    result = mien("timeline", "export", interview, *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert list(interview.parent.iterdir()) == [interview]


def test_an_export_never_overwrites_what_it_is_made_of(mien, interview):
    mien("timeline", "export", interview, "--to", "json")
    before = (interview.parent / "interview.json").read_bytes()
    result = mien("timeline", "export", "interview.json", "--to", "json")
    assert result.exit_code == 2
    assert "would be overwritten" in result.stderr
    assert (interview.parent / "interview.json").read_bytes() == before


def test_corrections_come_back_as_labels_and_agree_with_what_was_not_changed(mien, interview):
    mien("timeline", "export", interview, "--to", "eaf")
    refused = mien("timeline", "import", "interview.eaf")
    assert "interview.parquet: is there already" in refused.stderr, "the timeline itself is not overwritten"
    Path("interview.eaf").rename("corrected.eaf")
    result = mien("timeline", "import", "corrected.eaf")
    assert result.exit_code == 0
    assert result.stdout == "Wrote corrected.parquet: 1 medium, 9 segments, 0 families of measures.\n"
    corrected = read("corrected.parquet")
    assert set(corrected.segments.column("label").to_pylist()) == {"happy", "ambivalent", "speech"}
    result = mien("timeline", "compare", interview, "corrected.parquet", "--json", "-")
    agreements = json.loads(result.stdout)["agreements"]
    assert {one["f1"] for one in agreements} == {1.0}
    assert {one["alpha"] for one in agreements if one["label"] is None} == {1.0}
    assert json.loads(result.stdout)["people"] == [["Ada Example"] * 2, ["Berit Ødegård"] * 2]


def test_several_files_become_one_timeline(mien, interview):
    mien("timeline", "export", interview, "--to", "eaf")
    result = mien("timeline", "import", interview, "interview.eaf", "-o", "both.parquet")
    assert result.stdout == "Wrote both.parquet: 1 medium, 18 segments, 4 families of measures.\n"
    assert set(read("both.parquet").tracks.column("lane").to_pylist()) == {0, 1}


def test_compare_is_a_table_with_chance_beside_it(mien, interview):
    result = mien("timeline", "compare", interview, interview, "--layer", "emotion", "--iou", 0.9)
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("emotion")]
    assert len(rows) == 1, "the only label of a layer is told once"
    assert rows[0][:8] == ["emotion", "happy", "4", "4", "4", "1.00", "1.00", "1.00"]
    assert float(rows[0][8]) < 0.6
    assert rows[0][-1] == "1.00"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nothing.parquet"), "nothing.parquet"),
        (("compare", "interview.parquet", "interview.parquet", "--iou", "0"), "iou=0.0: expected above 0"),
        (
            ("compare", "interview.parquet", "interview.parquet", "--layer", "gaze"),
            "layer 'gaze': neither has it",
        ),
        (("import", "interview.parquet", "-o", "new.eaf"), "new.eaf: a timeline's file ends in .parquet"),
        (("import", "interview.parquet", "-o", "interview.parquet"), "would be overwritten"),
    ],
)
def test_errors_name_what_is_wrong(mien, interview, words, told):
    result = mien("timeline", *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_without_pyarrow_the_error_says_what_to_install(interview):
    hide = "import sys; sys.modules['pyarrow'] = None; from mien.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", hide, "timeline", "show", "interview.parquet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("mien: Timelines take pyarrow")
    assert "pip install" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["show", "plot", "export", "import", "compare"])
def test_every_command_has_help_with_examples(mien, command):
    result = mien("timeline", command, "--help")
    assert result.exit_code == 0
    assert f"  mien timeline {command} " in result.stdout.split("Examples:")[1]
    assert "\b" not in result.stdout
