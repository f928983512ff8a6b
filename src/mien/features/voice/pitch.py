"""Pitch of a voice by YIN: de Cheveigné & Kawahara, J. Acoust. Soc. Am. 111 (2002)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mien.types import Floats

LOWEST, HIGHEST = 60.0, 500.0  # Hz, from a low man's voice to a child's
WINDOW = 0.032  # s over which periods are compared; the paper's is 25 ms, a longer one stands more noise
DEEP = 0.2  # of equation 8: the first dip as deep as that is the period; the paper has 0.1, for clean speech
VOICED = 0.45  # where no dip is so deep, the deepest is the period if it is under this; white noise stays above 0.6

Doubles = npt.NDArray[np.float64]


def span(rate: int) -> int:
    """How many samples `pitches` wants to see of each moment: the window and the longest period."""
    return round(WINDOW * rate) + round(rate / LOWEST) + 1


def pitches(frames: npt.NDArray[Any], rate: int) -> Floats:
    """The pitch in the middle of each frame, in Hz, NaN where the sound is not periodic.

    frames: (n, `span`) samples. The period is the first dip of d' under `DEEP` (step 4 of the paper), or else the
    deepest, made finer by a parabola through its neighbours (step 5). Where that is above `VOICED`, nobody voices.
    """
    window = round(WINDOW * rate)
    shortest = int(rate / HIGHEST)
    d = normalised(difference(np.asarray(frames, np.float64), window))
    inner = d[:, 1:-1]
    dips = (inner <= d[:, :-2]) & (inner < d[:, 2:])
    dips[:, : shortest - 1] = False
    deep = dips & (inner < DEEP)
    first, deepest = deep.argmax(axis=1), np.where(dips, inner, np.inf).argmin(axis=1)
    row, lag = np.arange(len(d)), np.where(deep.any(axis=1), first, deepest) + 1
    before, at, after = d[row, lag - 1], d[row, lag], d[row, lag + 1]
    curve = before - 2 * at + after
    shift = np.divide(before - after, 2 * curve, out=np.zeros_like(curve), where=curve > 0)
    voiced = dips[row, lag - 1] & (at < VOICED)
    return np.where(voiced, rate / (lag + shift), np.nan).astype(np.float32)


def difference(frames: Doubles, window: int) -> Doubles:
    """(n, lags) d(lag) of equation 6: the sum over the window of (x[j] - x[j + lag])², by way of the correlation."""
    lags = frames.shape[1] - window + 1
    size = 1 << (frames.shape[1] - 1).bit_length()  # a lag wraps around only beyond the end of the frame
    spectrum = np.fft.rfft(frames, size)
    head = np.fft.rfft(frames[:, :window], size)
    correlation = np.fft.irfft(spectrum * head.conj(), size)[:, :lags]
    powers = np.pad(np.cumsum(frames**2, axis=1), ((0, 0), (1, 0)))
    moved = powers[:, window : window + lags] - powers[:, :lags]
    return np.maximum(moved[:, :1] + moved - 2 * correlation, 0)


def normalised(d: Doubles) -> Doubles:
    """d'(lag) of equation 8: d(lag) over the mean of d from lag 1 to there; 1 at lag 0 and in perfect silence."""
    sums = np.cumsum(d[:, 1:], axis=1)
    lags = np.arange(1, d.shape[1])
    result = np.ones_like(d)
    np.divide(d[:, 1:] * lags, sums, out=result[:, 1:], where=sums > 1e-12)
    return result
