"""Keeps the regions in which bodies are looked for from trembling: the One Euro filter (Casiez et al., CHI 2012).

What is measured is not smoothed, only where the network looks: a region that jumps by a pixel moves its answers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mien.bodies.parts import Rows

Array: TypeAlias = npt.NDArray[np.float64]

# Of MediaPipe 0.10.21's graph "pose_landmark_filtering".
LEAST = 0.01  # Hz, the cutoff of a body that does not move
SLOPE = 10.0  # by which the cutoff grows with its speed, in sizes of its region a second
SPEEDS = 1.0  # Hz, the cutoff of speeds


@dataclass(frozen=True, eq=False)
class Steady(Rows):
    """Axes of n bodies (see `Poses`) as found and as smoothed, how fast they move, and when that was.

    raw, axis: (n, 2, 2) float64, pixels. speed: (n, 2, 2) float64, sizes a second. time: (n,) float64, seconds.
    """

    raw: Array
    axis: Array
    speed: Array
    time: Array

    def __post_init__(self) -> None:
        self.check({"raw": (2, 2), "axis": (2, 2), "speed": (2, 2), "time": ()})

    @classmethod
    def start(cls, axis: npt.NDArray[np.floating], time: float) -> Steady:
        """Axes (n, 2, 2) that were first found at that time."""
        new = np.asarray(axis, np.float64)
        return cls(new, new, np.zeros_like(new), np.full(len(new), time))

    def then(self, axis: npt.NDArray[np.floating], time: float) -> Steady:
        """The same bodies, found at (n, 2, 2) at a later time."""
        new = np.asarray(axis, np.float64)
        pause = np.maximum(time - self.time, 1e-3)[:, None, None]  # seconds; a clock may stand still
        size = 2 * np.linalg.norm(new[:, 1] - new[:, 0], axis=-1)[:, None, None]
        speed = (new - self.raw) / np.maximum(size, 1) / pause
        speed = self.speed + share(SPEEDS, pause) * (speed - self.speed)
        smooth = self.axis + share(LEAST + SLOPE * np.abs(speed), pause) * (new - self.axis)
        return Steady(new, smooth, speed, np.full(len(new), time))


def share(cutoff: Array | float, pause: Array) -> Array:
    """That a new value has in the smoothed one: of a low pass with that cutoff (Hz) after a pause (s)."""
    return np.asarray(1 / (1 + 1 / (2 * np.pi * cutoff * pause)))
