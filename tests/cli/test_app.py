"""The program as a whole: help, version, start-up, and what becomes of errors."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mien as library
from mien import doctor

PROGRAM = Path(sys.executable).with_name("mien")

COMMANDS = [
    *("enroll", "identify", "verify", "watch", "doctor", "demo", "people", "models"),
    *("index", "cluster", "forget", "gallery", "analyze", "features", "timeline"),
    *("features list", "features clear"),
    *("timeline show", "timeline plot", "timeline export", "timeline import", "timeline compare"),
    *("people list", "people show", "people name", "people merge", "people split", "people reject"),
    *("people same", "people apart", "people undo", "people history", "people consent", "people withdraw"),
    *("gallery create", "gallery info", "gallery check", "gallery sweep", "gallery log", "gallery audit"),
    *(
        "gallery verify-deletion",
        "gallery rekey",
        "gallery index",
        "gallery migrate",
        "gallery export",
        "gallery import",
    ),
    "audit recognition",
    *("models list", "models show", "models verify", "models add"),
]
HEAVY = {"numpy", "cv2", "onnxruntime", "onnx", "av", "PIL", "pi_heif", "numkong", "rich", "sqlite3"}


def test_help_imports_nothing_heavy_and_comes_at_once():
    took, bare, imported = [], [], set()
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import typer"], check=True)
        bare.append(time.perf_counter() - started)
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-X", "importtime", str(PROGRAM), "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        took.append(time.perf_counter() - started)
        imported |= {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "identify" in done.stdout
    assert {"mien", "typer"} <= imported, "the list of imports was not understood"
    assert not HEAVY & imported
    assert min(took) < 4 * min(bare), "no slower than typer itself and its help"


def test_without_a_command_the_help_is_shown(mien):
    bare, asked = mien(), mien("--help")
    assert bare.exit_code == asked.exit_code == 0
    assert bare.stdout == asked.stdout
    assert "MIEN_GALLERY" in bare.stdout


@pytest.mark.parametrize("group", ["people", "models"])
def test_a_group_without_a_command_shows_its_help(mien, group):
    result = mien(group)
    assert result.exit_code == 0
    assert "Examples:" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_without_markup(mien, command):
    result = mien(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"Usage: mien {command}" in result.stdout
    assert "\b" not in result.stdout
    if " " not in command:
        assert "Examples:" in result.stdout
        assert f"  mien {command}" in result.stdout


def test_short_helps_are_whole_sentences(mien):
    listed = mien("--help").stdout.split("Commands:")[1].split("Begin with")[0].strip().splitlines()
    assert len(listed) == 16
    assert not [line for line in listed if line.endswith("...")]


def test_version(mien):
    result = mien("--version")
    assert (result.exit_code, result.stdout) == (0, f"mien {library.__version__}\n")


def test_an_error_is_one_line_on_stderr(program, photos):
    result = program("verify", photos / "grace.jpg", photos / "missing.jpg")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("mien: ")
    assert "missing.jpg" in result.stderr
    assert result.stderr.count("\n") == 1


def test_debug_shows_where_an_error_came_from(mien):
    result = mien("--debug", "people", "show", "Nobody")
    assert isinstance(result.exception, library.GalleryNotFound)


def test_wrong_usage_is_an_error(mien):
    result = mien("verify", "one.jpg")
    assert result.exit_code == 2
    assert "Missing argument" in result.stderr


def test_errors_that_are_no_users_are_not_swallowed(mien, monkeypatch):
    def broken(bench):
        raise ZeroDivisionError

    monkeypatch.setattr(doctor, "report", broken)
    assert isinstance(mien("doctor").exception, ZeroDivisionError)


def test_an_interruption_is_130(mien, monkeypatch):
    def interrupted(bench):
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "report", interrupted)
    assert mien("doctor").exit_code == 130


@pytest.mark.skipif(os.name != "posix", reason="pipes break in other ways there")
@pytest.mark.parametrize("command", ["models list", "models show sface"])
def test_a_reader_that_goes_away_is_no_news(program, command):
    reading, writing = os.pipe()
    os.close(reading)
    result = program(*command.split(), capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert result.stderr == ""
    assert result.returncode in (0, 1)
