"""What a timeline says of each file that was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.media import MediaInfo

UNEVEN = (
    0.1  # share of the median pause by which pauses between frames may differ and still be called regular
)


@dataclass
class Seen:
    """The frames of a medium so far: their times, and the seconds at which further shots begin."""

    times: list[npt.NDArray[np.float64]] = field(default_factory=list)
    shots: list[float] = field(default_factory=list)

    def add(self, times: npt.NDArray[np.float64], cut: npt.NDArray[np.bool_]) -> None:
        """The frames of one more chunk."""
        self.times.append(times)
        self.shots += times[cut].tolist()

    @property
    def last(self) -> float:
        """Seconds of the last frame so far."""
        return next((float(times[-1]) for times in reversed(self.times) if len(times)), 0.0)

    def row(self, info: MediaInfo) -> dict[str, Any]:
        """The columns that tell of the pictures."""
        times = np.concatenate([np.zeros(0), *self.times])
        pauses = np.diff(times)
        usual = float(np.median(pauses)) if len(pauses) else 1 / info.rate if info.rate else 0.0
        return {
            "duration": float(times[-1]) + usual if len(times) else 0.0,
            "width": info.width,
            "height": info.height,
            "frames": len(times),
            "rate": len(pauses) / float(times[-1] - times[0]) if len(pauses) else None,
            "variable": bool((np.abs(pauses - usual) > UNEVEN * usual).any()) if len(pauses) else None,
        }


def shots(starts: Sequence[float], end: float) -> list[dict[str, Any]]:
    """The shots as segments: from one cut to the next."""
    edges = [0.0, *starts, end]
    return [
        {"start": a, "end": b, "layer": "shot", "label": f"shot {i}", "model": "mien.tracking.cuts"}
        for i, (a, b) in enumerate(pairwise(edges), 1)
    ]
