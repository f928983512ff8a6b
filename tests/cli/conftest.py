"""The commands in process, and photographs of two people and a cat as files."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mien.cli import app
from mien.media import write_video
from mien.types import Frame

PROGRAM = Path(sys.executable).with_name("mien")


@pytest.fixture(scope="session")
def photos(tmp_path_factory, grace, astronaut, cat, coffee):
    """A folder with grace.jpg, eileen.png, cat.png, coffee.png, and a text that calls itself broken.jpg."""
    folder = tmp_path_factory.mktemp("photos")
    for name, image in {
        "grace.jpg": grace,
        "eileen.png": astronaut,
        "cat.png": cat,
        "coffee.png": coffee,
    }.items():
        Image.fromarray(image).save(folder / name)
    (folder / "broken.jpg").write_text("this is a letter, and no photograph")
    return folder


@pytest.fixture
def mien(tmp_path, monkeypatch):
    """Runs a command in process, on a gallery of the test's own."""
    monkeypatch.setenv("MIEN_GALLERY", str(tmp_path / "test.mien"))

    def run(*words, **more):
        return CliRunner().invoke(app, list(map(str, words)), **more)

    return run


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Runs the installed program in a process of its own, on a gallery of the test's own."""
    monkeypatch.setenv("MIEN_GALLERY", str(tmp_path / "test.mien"))

    def run(*words, **more):
        options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60, **more}
        return subprocess.run([str(PROGRAM), *map(str, words)], check=False, **options)

    return run


@pytest.fixture(scope="session")
def clip(tmp_path_factory, grace, coffee):
    """A clip at 10 frames a second: coffee, from 0.8 to 2.4 s Grace Hopper, coffee again until 4.5 s."""
    portrait = np.asarray(Image.fromarray(grace).resize((340, 400)))

    def frames():
        for i in range(46):
            picture = coffee.copy()
            if 8 <= i < 24:
                picture[:, 100 + i : 440 + i] = portrait  # she moves a little, as people do
            yield Frame(picture, i / 10, i)

    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    write_video(path, frames(), 10.0)
    return path
