"""Turns the colour of skin over time into one signal that has the pulse and little of motion and light.

A change of light scales the three channels alike, and a change of how much the skin shines adds the colour of the lamp;
blood absorbs green most. Both methods look for the pulse in a plane of colours in which common scaling vanishes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Signal: TypeAlias = npt.NDArray[np.float64]
Floating: TypeAlias = npt.NDArray[np.floating[Any]]

SHORT = 1.6  # seconds; in which both papers take the skin's mean colour, and tune their direction
BAND = (0.7, 4.0)  # Hz, of CHROM's filter: 42 to 240 beats a minute, within the paper's 40 to 240


def pos(rgb: Signal, rate: float) -> Signal:
    """POS: Wang, den Brinker, Stuijk and de Haan 2017, Algorithmic principles of remote PPG, algorithm 1.

    rgb: (n, 3) mean colours of the skin at `rate` Hz. Returns (n,), without a unit.
    """
    short = _length(len(rgb), rate)
    window = np.lib.stride_tricks.sliding_window_view(rgb, short, axis=0)  # (n - short + 1, 3, short)
    red, green, blue = np.moveaxis(_divided(window, window.mean(axis=2, keepdims=True)), 1, 0)
    s1, s2 = green - blue, green + blue - 2 * red
    h = s1 + _ratio(s1, s2) * s2
    return _added(h - h.mean(axis=1, keepdims=True), np.ones(short))


def chrom(rgb: Signal, rate: float) -> Signal:
    """CHROM: de Haan and Jeanne 2013, Robust pulse rate from chrominance-based rPPG, with overlapping Hann windows.

    Departure: the band-pass is applied to the whole signal and not within each short window, which is about as long
    as the slowest beat. Arguments and result as for `pos`.
    """
    short = _length(len(rgb), rate)
    edges = (short // 2, short - 1 - short // 2)
    padded = np.pad(rgb, (edges, (0, 0)), mode="reflect")
    moving = np.lib.stride_tricks.sliding_window_view(padded, short, axis=0).mean(axis=2)
    red, green, blue = _divided(rgb, moving).T
    x = _band(3 * red - 2 * green, rate)
    y = _band(1.5 * red + green - 1.5 * blue, rate)
    xs = np.lib.stride_tricks.sliding_window_view(x, short)
    ys = np.lib.stride_tricks.sliding_window_view(y, short)
    return _added(xs - _ratio(xs, ys) * ys, np.hanning(short + 2)[1:-1])


def green(rgb: Signal, rate: float) -> Signal:
    """The green channel, band-passed: Verkruysse, Svaasand and Nelson 2008; what the others are compared with."""
    return _band(rgb[:, 1], rate)


METHODS: dict[str, Callable[[Signal, float], Signal]] = {"pos": pos, "chrom": chrom, "green": green}


def _length(n: int, rate: float) -> int:
    return max(2, min(n, round(SHORT * rate)))


def _divided(values: Signal, by: Signal) -> Signal:
    """Values over their mean; 1, which is no change, where the mean is zero (black)."""
    lit = np.broadcast_to(by, values.shape) > 0
    return np.asarray(np.divide(values, by, out=np.ones_like(values), where=lit), np.float64)


def _ratio(a: Signal, b: Signal) -> Signal:
    """(windows, 1) standard deviation of a over that of b; 0 where b stands still."""
    over = b.std(axis=1, keepdims=True)
    return np.asarray(np.divide(a.std(axis=1, keepdims=True), over, out=np.zeros_like(over), where=over > 0))


def _added(windows: Signal, weights: Signal) -> Signal:
    """(n,) sum of the windows (n - short + 1, short), one sample apart, each times the weights, over their sum."""
    count, short = windows.shape
    total, weight = np.zeros((2, count + short - 1))
    for i in range(short):
        total[i : i + count] += windows[:, i] * weights[i]
        weight[i : i + count] += weights[i]
    return np.asarray(total / weight, np.float64)


def _band(signal: Signal, rate: float) -> Signal:
    """The signal's frequencies of `BAND`, its mean and line taken off before."""
    t = np.arange(len(signal))
    level = np.polyval(np.polyfit(t, signal, 1), t)
    spectrum = np.fft.rfft(signal - level)
    frequencies = np.fft.rfftfreq(len(signal), 1 / rate)
    spectrum[(frequencies < BAND[0]) | (frequencies > BAND[1])] = 0
    return np.asarray(np.fft.irfft(spectrum, len(signal)), np.float64)
