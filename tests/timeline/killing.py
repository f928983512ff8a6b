"""Kills runs that write a timeline, at random moments, until one comes to its end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from mien.timeline import read
from tests.timeline.run import ROWS

ROOT = Path(__file__).parents[2]


def killed_until_done(path: Path, chunks: int, seed: int) -> dict[str, int]:
    """Runs are killed a moment after they said that one to three more chunks are committed; the last one is not.

    How many were killed (kills), of those while the file was merged (merging), and how many chunks that a run had said
    were committed were not there any more (lost).
    """
    rng = np.random.default_rng(seed)
    found = {"kills": 0, "merging": 0, "lost": 0}
    command = [sys.executable, "-m", "tests.timeline.run"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        while not path.exists() or Path(f"{path}.part").exists():
            starter.stdin.write(f"{path} {chunks}\n")
            starter.stdin.flush()
            said = _kill(starter, int(rng.integers(1, 4)), float(rng.uniform(0, 0.03)))
            if path.exists():
                continue
            found["kills"] += 1
            found["merging"] += said == chunks
            there = len(read(f"{path}.part").samples["mesh"]) // ROWS
            found["lost"] += max(0, said - there)
        starter.stdin.close()
    return found


def _kill(starter: subprocess.Popen, commits: int, delay: float) -> int:
    """Kill the run that the process starts; the last chunk of which it said that it was committed."""
    pid, said = 0, [0]
    while (line := starter.stdout.readline().strip()) != "over":
        if line.startswith("pid"):
            pid = int(line.split()[1])
        elif line.isdigit():
            said.append(int(line))
        if pid and len(said) == 1 + commits:
            time.sleep(delay)
            os.kill(pid, signal.SIGKILL)  # is there until the starter has said that it is over
            commits = -1
    return said[-1]
