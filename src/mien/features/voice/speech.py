"""Turns the speech probability into intervals: somebody speaks, and the pauses between."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.types import Rows

ONSET, OFFSET = 0.5, 0.35  # probabilities at which speech begins and under which it ends; Silero's own
SHORTEST = 0.25  # s of speech; what is shorter is a click or a cough. Silero's own
BREAK = 0.1  # s without speech that end it; Silero's own
PAUSE = 0.2  # s without speech, between speech, that are called a pause; shorter ones belong to consonants

PARAMETERS = json.dumps(
    {"onset": ONSET, "offset": OFFSET, "shortest": SHORTEST, "break": BREAK, "pause": PAUSE},
    separators=(",", ":"),
)

Spans = npt.NDArray[np.float64]


def speech_segments(rows: Rows, *, model: str, hop: float = 0.01) -> list[dict[str, Any]]:
    """Intervals of the layers "speech" and "pause" by their onset, as `timeline.build.segments` takes them.

    rows: "time" and "speech" of the family `voice`, of one medium. model: who says so, as `Voice.model`. hop: seconds
    from row to row. A pause is between speech, never before the first or after the last. Their probabilities are not
    calibrated and therefore not given.
    """
    spoken = joined(spans(rows["speech"], rows["time"], hop))
    spoken = spoken[spoken[:, 1] - spoken[:, 0] >= SHORTEST]
    between = np.stack([spoken[:-1, 1], spoken[1:, 0]], axis=1)
    pauses = between[between[:, 1] - between[:, 0] >= PAUSE - hop / 2]
    found = [("speech", *span) for span in spoken.tolist()] + [("pause", *span) for span in pauses.tolist()]
    return [
        {"start": start, "end": end, "layer": layer, "label": layer, "model": model, "provenance": PARAMETERS}
        for layer, start, end in sorted(found, key=lambda one: one[1])
    ]


def spans(speech: npt.NDArray[Any], time: npt.NDArray[Any], hop: float) -> Spans:
    """(n, 2) seconds from where the probability reaches `ONSET` to where it falls under `OFFSET`."""
    decided = np.where(speech >= ONSET, 1, np.where(speech < OFFSET, -1, 0))
    last = np.maximum.accumulate(np.where(decided != 0, np.arange(len(decided)), -1))
    on = np.where(last >= 0, decided[np.maximum(last, 0)], -1) > 0
    edges = np.flatnonzero(np.diff(np.pad(on, 1).astype(np.int8))).reshape(-1, 2)
    return np.stack([time[edges[:, 0]] - hop / 2, time[edges[:, 1] - 1] + hop / 2], axis=1)


def joined(several: Spans) -> Spans:
    """The spans, those with less than `BREAK` between them as one."""
    apart = several[1:, 0] - several[:-1, 1] >= BREAK
    first, last = np.pad(apart, (1, 0), constant_values=True), np.pad(apart, (0, 1), constant_values=True)
    if not len(several):
        return several
    return np.stack([several[first, 0], several[last, 1]], axis=1)
