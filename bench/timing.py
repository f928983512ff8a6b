"""Ratios of CPU time between peers that run in turns, so that a busy machine slows both."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np


def cpu_ms(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median CPU milliseconds of this process for each call, taken in turns after one round to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            taken[name].append(1000 * (time.process_time() - start))
    return {name: float(np.median(times[1:])) for name, times in taken.items()}


def wall_and_cpu(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and CPU seconds of this process for one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu
