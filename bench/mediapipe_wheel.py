"""Runs MediaPipe's own Holistic solution, from its wheel, in a Python of its own: what Mien's bodies are held against.

Mien needs no such wheel; it pins packages of long ago, so it is installed apart, once, into Mien's home.
"""

from __future__ import annotations

import subprocess
import tempfile
import venv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.home import home

WHEEL = "mediapipe==0.10.21"
NEEDS = (
    "numpy",
    "absl-py",
    "attrs",
    "flatbuffers",
    "protobuf>=4.25.3,<5",
    "opencv-python-headless",
    "matplotlib",
)

HOLISTIC = """
import sys
import mediapipe as mp, numpy as np
frames, (still, smooth) = np.load(sys.argv[1]), (flag == "1" for flag in sys.argv[3:])
n, h, w = frames.shape[:3]
pose, hands = np.full((n, 33, 4), np.nan), np.full((n, 2, 21, 3), np.nan)
row = lambda one: (one.x * w, one.y * h, one.z * w)
with mp.solutions.holistic.Holistic(still, model_complexity=1, smooth_landmarks=smooth) as holistic:
    for i, frame in enumerate(frames):
        found = holistic.process(np.ascontiguousarray(frame))
        if found.pose_landmarks:
            pose[i] = [(*row(one), one.visibility) for one in found.pose_landmarks.landmark]
        for side, hand in enumerate((found.left_hand_landmarks, found.right_hand_landmarks)):
            if hand:
                hands[i, side] = [row(one) for one in hand.landmark]
np.savez(sys.argv[2], pose=pose, hands=hands)
"""

Arrays = dict[str, npt.NDArray[np.float64]]


def holistic(frames: npt.NDArray[np.uint8], *, still: bool = False, smooth: bool = False) -> Arrays:
    """pose (n, 33, 4): x, y, z in pixels and visibility; hands (n, 2, 21, 3) in pixels; NaN where not found.

    frames: (n, h, w, 3) RGB, one after the other. still: each for itself. smooth: MediaPipe's filter over time.
    Raises `OSError` where the wheel cannot be had.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "frames.npy"), Path(folder, "points.npz")
        np.save(given, frames)
        flags = [str(int(flag)) for flag in (still, smooth)]
        run(str(interpreter()), "-c", HOLISTIC, str(given), str(made), *flags)
        with np.load(made) as arrays:
            return {name: arrays[name] for name in arrays.files}


def interpreter() -> Path:
    """The Python that has the wheel."""
    folder = home() / "bench" / WHEEL.replace("==", "-")
    python, done = folder / "bin" / "python", folder / "done"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", WHEEL)
        run(str(python), "-m", "pip", "install", "--quiet", *NEEDS)
        done.touch()
    return python


def run(*command: str) -> None:
    """Raises `OSError` with what the command said where it fails."""
    told = subprocess.run(command, capture_output=True, text=True)
    if told.returncode:
        raise OSError(f"{Path(command[0]).name} of {WHEEL} failed: {told.stderr.strip()[-500:]}")
