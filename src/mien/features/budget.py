"""Keeps a run at a pace: what costs most is measured on fewer frames first, in an order that is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from mien.errors import ArgumentError
from mien.features.extractor import State, View
from mien.types import Column, Family, Rows

# What is measured on every n-th frame only, step by step. The detector's looks, the scene and all sound are never
# dropped: they cost little, and who is who depends on them.
STEPS = (
    ("hands", 2),
    ("pose", 2),
    ("hands", 4),
    ("mesh", 2),
    ("emotion", 2),
    ("pose", 4),
    ("mesh", 4),
    ("emotion", 4),
    ("hands", 8),
    ("pose", 8),
)
COSTLY = frozenset(family for family, _ in STEPS)
PERIOD = 1.0  # seconds on the clock between two decisions
SLACK = 1.25  # times the budget; a pace above it is enough to go back a step

FAMILY = Family(
    "budget",
    (
        Column("step", "int32", meaning="how many of the steps are in force at this frame, 0 for none"),
        Column("pace", unit="Hz", meaning="frames a second over the time before the decision"),
    ),
    tracked=False,
)

_log = logging.getLogger(__name__)


class Budget:
    """The extractor of the family "budget", which also decides what the others leave out.

    fps: frames a second that the run has to keep. Its rows depend on the machine and what else it does.
    """

    family = FAMILY
    needs: tuple[str, ...] = ()

    def __init__(self, fps: float) -> None:
        if not fps > 0:
            raise ArgumentError(f"budget is {fps}; expected frames a second, above 0.")
        self.facts: Mapping[str, Any] = {"fps": fps, "steps": [list(step) for step in STEPS]}
        self._fps, self._step, self._pace = fps, 0, fps
        self._since, self._frames = time.perf_counter(), 0

    def see(self, view: View) -> Rows:
        """Decide for this frame, and say what was decided."""
        passed = time.perf_counter() - self._since
        if passed >= PERIOD:
            self._pace = self._frames / passed
            self._decide(view.frame.time)
            self._since, self._frames = time.perf_counter(), 0
        self._frames += 1
        return {"step": np.array([self._step], np.int32), "pace": np.array([self._pace], np.float32)}

    def skips(self, family: str, view: View) -> bool:
        """Whether a family is left out on that frame, as was decided when the frame came to the budget."""
        if family not in COSTLY:
            return False
        return view.frame.index % every(int(view.rows["budget"]["step"][0])).get(family, 1) != 0

    def _decide(self, at: float) -> None:
        before = self._step
        if self._pace < self._fps:
            self._step = min(self._step + 1, len(STEPS))
        elif self._pace > self._fps * SLACK and self._step:
            self._step -= 1
        if self._step != before:
            what = ", ".join(f"{name} on every {n}. frame" for name, n in every(self._step).items())
            _log.warning(
                "at %.1f s, %.1f frames a second: %s", at, self._pace, what or "everything on every frame"
            )

    def state(self) -> State:
        """The step in force."""
        return {"step": np.array(self._step)}

    def resume(self, state: State) -> None:
        """Go on with that step."""
        self._step = int(state["step"])

    def close(self) -> None:
        """Nothing to free."""


def every(step: int) -> dict[str, int]:
    """By family on every how many frames it is measured when so many steps are in force."""
    return dict(STEPS[:step])
