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


MERGING = 3  # runs that are killed after their last commit, while all is merged into one file


def killed_until_done(path: Path, chunks: int, seed: int) -> dict[str, int]:
    """Runs are killed a moment after they said that one to three more chunks are committed, or all; the last is not.

    How many were killed (kills), of those after the last commit (merging), and how many chunks that a run had said were
    committed were not there any more (lost).
    """
    rng = np.random.default_rng(seed)
    found = {"kills": 0, "merging": 0, "lost": 0}
    command = [sys.executable, "-m", "tests.timeline.run"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        done = 0
        while not path.exists() or Path(f"{path}.part").exists():
            starter.stdin.write(f"{path} {chunks}\n")
            starter.stdin.flush()
            at = min(done + int(rng.integers(1, 4)), chunks)
            spared = at == done == chunks and found["merging"] >= MERGING
            said = _kill(starter, -1 if spared else at, rng.uniform(0, 0.1 if at == chunks else 0.03))
            if path.exists():
                continue
            done = len(read(f"{path}.part").samples["mesh"]) // ROWS
            found["kills"] += 1
            found["merging"] += done == chunks
            found["lost"] += max(0, said - done)
        starter.stdin.close()
    return found


def _kill(starter: subprocess.Popen, at: int, delay: float) -> int:
    """Kill the run that the process starts when it says `at`, or at once where it began there.

    The last chunk of which it said that it was committed.
    """
    pid, said = 0, [0]
    while (line := starter.stdout.readline().strip()) != "over":
        if line.startswith("pid"):
            pid = int(line.split()[1])
        elif line.startswith("from"):
            said.append(int(line.split()[1]))
        elif line.isdigit():
            said.append(int(line))
        if pid and said[-1] >= at >= 0:
            time.sleep(delay)
            os.kill(pid, signal.SIGKILL)  # is there until the starter has said that it is over
            at = -1
    return said[-1]
