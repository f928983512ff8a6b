"""Whether somebody speaks: the probability that Silero VAD gives to each window of sound."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mien.models import Session
from mien.types import Floats

RATE = 16_000
WINDOW = 512  # samples that one probability is about
CONTEXT = 64  # samples before the window that the network wants to see as well


class Activity:
    """Gives one probability for each window, in order; the network remembers what it heard before.

    memory: (2, 128) float32, all that is carried from one window to the next.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.memory: npt.NDArray[Any] = np.zeros((2, 128), np.float32)

    def probabilities(self, samples: Floats) -> Floats:
        """(n,) float32 in [0, 1] of the n whole windows in samples (CONTEXT + n * WINDOW,), at `RATE`."""
        windows = np.lib.stride_tricks.sliding_window_view(samples, CONTEXT + WINDOW)[::WINDOW]
        h, c = self.memory.reshape(2, 1, 1, 128)
        speech, h, c = self._session.run({"input": np.ascontiguousarray(windows), "h": h, "c": c})
        self.memory = np.stack([h, c]).reshape(2, 128)
        return speech.astype(np.float32)
