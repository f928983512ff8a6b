"""Finds the rate of the pulse in windows of colours of skin, and says how clear it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mien.errors import ArgumentError
from mien.features.pulse.projections import METHODS, Floating, Signal
from mien.types import Column, Family, Rows

PULSE = Family(
    "pulse",
    (
        Column("bpm", unit="beats a minute", meaning="strongest rhythm of the skin's colour, from 42 to 180"),
        Column(
            "quality", unit="dB", meaning="power of that rhythm and its double over all other, from -30 to 30"
        ),
    ),
)

TRUSTED = -2.0
"""dB; windows of a quality below it are not to be believed (see docs/measures.md for what was measured)."""

LOWEST, HIGHEST = 0.7, 3.0  # Hz: 42 to 180 beats a minute
OVERTONES = (
    4.0  # Hz, up to which power counts as noise where it is not the pulse: 240 a minute, de Haan and Jeanne
)
NEAR = 0.1  # Hz to both sides of the rate, and twice that of its double, that count as pulse
GRID = 30.0  # Hz, at which colours are put at even distances before anything is computed
LEAST = 8.0  # samples a second: below, quick pulses and their doubles are no longer seen
PAUSE = 1.0  # seconds without a sample, at most, in a window: as long as a track outlasts
STILL = 1e-9  # of the signal, peak to peak: rounding leaves less where no pixel changes
CLEAREST = 30.0  # dB, to which qualities are clipped, so that they stay numbers
FINEST = 0.1 / 60  # Hz between the lines of the spectrum: 0.1 beats a minute


def pulse(
    times: Signal, rgb: Signal, *, method: str = "pos", window: float = 20.0, step: float = 1.0
) -> Rows:
    """Rate and quality of the pulse of one person, in windows.

    times: (n,) seconds, rising, at any distances. rgb: (n, 3) mean colours of the skin (the family "skin").
    method: "pos", "chrom" or "green". window, step: seconds.

    Returns "time" (m,) float64, the middle of each window, and the columns of `PULSE`. Windows with a pause of more
    than a second, or with fewer than 8 samples a second, give no row. The colours are put at even distances
    (linearly), then the method's signal is weighted with a Hann window and its power spectrum taken, times the
    frequency: what motion leaves has more power the lower its frequency. The highest line from 0.7 to 3 Hz, refined by
    a parabola through the logarithms of three lines, is the rate. Quality is the signal-to-noise ratio of de Haan and
    Jeanne 2013, there about a known rate and without that weight: 10 log10 of the power within 0.1 Hz of the rate and
    0.2 Hz of its double, over the rest from 0.7 to 4 Hz.

    Raises `ArgumentError` for an unknown method, and for arrays that are not as described.
    """
    times, rgb = np.asarray(times, np.float64), np.asarray(rgb, np.float64)
    if method not in METHODS:
        raise ArgumentError(f"method={method!r}; expected one of {', '.join(METHODS)}.")
    if rgb.shape != (len(times), 3) or not np.isfinite(rgb).all() or not (np.diff(times) > 0).all():
        raise ArgumentError(
            f"times {times.shape} and rgb {rgb.shape}: expected (n,) seconds that rise and (n, 3) finite colours."
        )
    if not window >= 4 / LOWEST or not step > 0:
        raise ArgumentError(
            f"window={window}, step={step}; expected at least {4 / LOWEST:.1f} s, and above 0 s."
        )
    found = [
        (middle, *_rate(METHODS[method](even, GRID), window))
        for middle, even in _windows(times, rgb, window, step)
    ]
    columns = np.reshape(np.array(found, np.float64), (-1, 3)).T
    return {
        "time": columns[0],
        "bpm": columns[1].astype(np.float32),
        "quality": columns[2].astype(np.float32),
    }


def _windows(times: Signal, rgb: Signal, window: float, step: float) -> Iterator[tuple[float, Signal]]:
    """The middle and the colours at even distances of each window that has enough samples."""
    if len(times) == 0:
        return
    for start in np.arange(times[0], times[-1] - window + 1e-6, step):
        end = start + window
        i, j = np.searchsorted(times, (start - 1e-6, end + 1e-6))
        pauses = np.diff(np.concatenate([[start], times[i:j], [end]]))
        if j - i >= LEAST * window and pauses.max() <= PAUSE:
            grid = np.arange(start, end, 1 / GRID)
            even = [np.interp(grid, times[i:j], channel) for channel in rgb[i:j].T]
            yield start + window / 2, np.stack(even, axis=1)


def _rate(signal: Signal, window: float) -> tuple[float, float]:
    """Beats a minute and quality in dB of a signal at `GRID` Hz; NaN and the lowest quality where it stands still."""
    if np.ptp(signal) < STILL:
        return float("nan"), -CLEAREST
    shaped = (signal - signal.mean()) * np.hanning(len(signal))
    lines = 1 << int(np.ceil(np.log2(GRID / FINEST)))
    frequencies = np.fft.rfftfreq(lines, 1 / GRID)
    power = (
        np.abs(np.fft.rfft(shaped, lines)) ** 2 * frequencies
    )  # what motion leaves has about 1 / f of power
    (band,) = np.nonzero((frequencies >= LOWEST) & (frequencies <= HIGHEST))
    peak = int(band[np.argmax(power[band])])
    before, at, after = np.log(np.maximum(power[peak - 1 : peak + 2], 1e-300))
    bend = before - 2 * at + after
    rate = (peak + (0.5 * (before - after) / bend if bend < 0 else 0.0)) * GRID / lines
    rate = float(np.clip(rate, LOWEST, HIGHEST))  # a line at the band's edge may belong to a peak outside
    return 60 * rate, _quality(frequencies, power, rate, max(NEAR, 2 / window))


def _quality(frequencies: Floating, power: Floating, rate: float, near: float) -> float:
    """Signal-to-noise ratio in dB; `near` is at least half the width of the line that a pure tone gives."""
    heard = (frequencies >= LOWEST) & (frequencies <= OVERTONES)
    beat = (np.abs(frequencies - rate) <= near) | (np.abs(frequencies - 2 * rate) <= 2 * near)
    noise = power[heard & ~beat].sum()
    ratio = 10 * np.log10(power[heard & beat].sum() / max(noise, 1e-300))
    return float(np.clip(ratio, -CLEAREST, CLEAREST))
