"""Runs each default model on a made-up input and compares the result with what the ONNX reference computes.

The expected numbers in golden.toml come from the reference evaluator of the ONNX standard on the graphs as
they are published, so they share nothing with ONNX Runtime, the fold or this machine.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.doctor.report import Fact

GOLDEN = Path(__file__).with_name("golden.toml")
TOLERANCE = 1e-3  # of the largest value; float32 gives 1e-6, a wrong weight, channel order or scale 1e-1


def selftest() -> Iterator[Fact]:
    """For each default model how far its outputs are from the expected ones, and how long one run took."""
    from mien.models import card, open_session

    for name, expected in tomllib.loads(GOLDEN.read_text("utf-8")).items():
        model = card(name)
        with open_session(model) as session:
            started = time.perf_counter()
            outputs = session.run({model.input.name: probe(model.check)})
            took = time.perf_counter() - started
        wanted, got = np.array(expected["summary"]), summary(outputs)
        difference = float(np.abs(got - wanted).max() / np.abs(wanted).max())
        value = f"within {difference:.1e} of the ONNX reference, in {took * 1e3:.1f} ms on {session.provider}"
        yield Fact(name, value + (f" ({session.note})" if session.note else ""), difference < TOLERANCE)


def probe(shape: Sequence[int]) -> npt.NDArray[np.float32]:
    """(n, c, h, w) pixels of 0 to 255 in a fixed pattern; whole numbers, so the same on every machine."""
    n, c, y, x = np.indices(shape)
    return np.asarray((y * y * 13 + x * y * 7 + x * 5 + c * 29 + n * 31) % 256, np.float32)


def summary(outputs: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
    """An embedding of the first row as it is; of a detector's many outputs the mean and the largest value."""
    if len(outputs) == 1:
        return np.asarray(outputs[0][0], np.float64)
    return np.array([value for output in outputs for value in (output.mean(), output.max())], np.float64)
