"""Turns curves of expressions into intervals: when somebody smiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.timeline.curves import spans
from mien.types import Rows

ON, OFF = 0.5, 0.3  # probabilities between which an expression that has begun goes on
LEAST = 0.2  # seconds; what is shorter is a flicker of the network
BRIDGE = 0.2  # seconds; a shorter drop, as of a blink, does not end an expression


def emotion_segments(
    times: npt.NDArray[np.float64], rows: Rows, *, calibrated: Iterable[str] = ("happy",)
) -> list[dict[str, Any]]:
    """The intervals in which one track shows an expression, in the order of their start.

    times: (n,) seconds of its rows. rows: of the family "emotion". calibrated: the classes whose shares are
    probabilities, as the extractor's facts have them; others give curves and no intervals, since a limit on a share
    that is no probability would say nothing.

    Each has "start", "end", "apex" in seconds, "layer" ("emotion"), "label" (the class) and "probability": the mean
    over the interval. See `mien.timeline.curves.spans` for how absences end an interval.
    """
    found = []
    for label in calibrated:
        curve = np.asarray(rows[label], np.float64)
        for span in spans(times, curve, on=ON, off=OFF, least=LEAST, bridge=BRIDGE):
            inside = (times >= span.start) & (times <= span.end)
            probability = float(np.nanmean(curve[inside]))
            if probability < ON:  # a short peak above a long doubt: likelier not
                continue
            facts = {"layer": "emotion", "label": label, "probability": probability}
            found.append({"start": span.start, "end": span.end, "apex": span.apex} | facts)
    return sorted(found, key=lambda one: one["start"])
