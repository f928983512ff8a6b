"""The figures of one-to-one comparison, as functions of scores alone; each names the definition that it follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.audit.intervals import Floats

POINTS = 160  # of a curve, spread over the orders of magnitude of its false match rate
BINS = 10  # of a reliability diagram


@dataclass(frozen=True)
class Curve:
    """Thresholds with what they lead to, the threshold falling: fmr and fnmr in [0, 1], all of one length."""

    threshold: tuple[float, ...]
    fmr: tuple[float, ...]
    fnmr: tuple[float, ...]


@dataclass(frozen=True)
class Bin:
    """Comparisons whose probability is in [low, high): their share, mean probability, and share of one person."""

    low: float
    high: float
    share: float
    said: float
    came: float


@dataclass(frozen=True)
class Reliability:
    """How well probabilities mean what they say; genuine and impostor comparisons weigh half each.

    brier in [0, 1], ece in [0, 1]; bins of equal width, those without comparisons left out.
    """

    brier: float
    ece: float
    bins: tuple[Bin, ...]


def falling(scores: Floats) -> Floats:
    """The scores, highest first."""
    return np.asarray(np.sort(scores)[::-1])


def threshold_at(impostors: Floats, fmr: float) -> float:
    """The lowest threshold at which no more than the share `fmr` of impostors (m,), in falling order, reaches it.

    FMR(t) is the share of impostor scores at or above t (ISO/IEC 19795-1, false match rate); it falls in steps, so that
    at equal scores the rate stays below the one that was asked for.
    """
    allowed = int(fmr * len(impostors) + 1e-9)
    if allowed >= len(impostors):
        return float(impostors[-1])
    return float(np.nextafter(impostors[allowed], np.inf))


def share_at(scores: Floats, threshold: float) -> float:
    """The share of scores (m,) at or above the threshold: FMR of impostors; of genuine ones TAR, 1 - FNMR."""
    return float((scores >= threshold).mean())


def curve(genuine: Floats, impostors: Floats) -> Curve:
    """The receiver operating characteristic, and with FNMR for TAR the detection error trade-off (ISO/IEC 19795-1).

    genuine (g,), impostors (m,). FMR is taken at 1/m and up to 1 in equal steps of its logarithm.
    """
    high, low = falling(impostors), np.sort(genuine)
    wanted = np.unique(np.concatenate([[0.0], np.geomspace(1 / len(high), 1, POINTS)]))
    limits = np.unique([threshold_at(high, rate) for rate in wanted])[::-1]
    fmr = 1 - np.searchsorted(high[::-1], limits) / len(high)
    fnmr = np.searchsorted(low, limits) / len(low)
    return Curve(tuple(limits.tolist()), tuple(fmr.tolist()), tuple(fnmr.tolist()))


def equal_error(genuine: Floats, impostors: Floats) -> float:
    """The equal error rate: the mean of FMR and FNMR at the score where they differ least (ISO/IEC 19795-1)."""
    limits = np.unique(np.concatenate([genuine, impostors]))
    fmr = 1 - np.searchsorted(np.sort(impostors), limits) / len(impostors)
    fnmr = np.searchsorted(np.sort(genuine), limits) / len(genuine)
    best = int(np.argmin(np.abs(fmr - fnmr)))
    return float((fmr[best] + fnmr[best]) / 2)


def area(genuine: Floats, impostors: Floats) -> float:
    """The area under the ROC curve: the chance that a genuine score is above an impostor's, a tie counting half.

    Hanley and McNeil, Radiology 143, 1982; guessing has 0.5.
    """
    ordered = np.sort(impostors)
    below, upto = (np.searchsorted(ordered, genuine, side) for side in ("left", "right"))
    return float((below + upto).sum() / (2 * len(ordered) * len(genuine)))


def best_threshold(genuine: Floats, impostors: Floats) -> float:
    """The threshold with the least sum of FMR and FNMR, a score; the middle one where several are as good."""
    limits = np.unique(np.concatenate([genuine, impostors]))
    fmr = 1 - np.searchsorted(np.sort(impostors), limits) / len(impostors)
    fnmr = np.searchsorted(np.sort(genuine), limits) / len(genuine)
    total = fmr + fnmr
    best = limits[total <= total.min() + 1e-12]
    return float(best[len(best) // 2])


def reliability(genuine: Floats, impostors: Floats) -> Reliability:
    """Brier score, expected calibration error and reliability diagram of probabilities (g,) and (m,) of one person.

    Genuine and impostor comparisons weigh half each, however many there are, as the probabilities take both as equally
    likely. Brier: the mean squared difference to 1 and 0 (Brier, Monthly Weather Review 78, 1950; a constant 0.5 has
    0.25). ECE: the mean over bins of | said - came |, weighted (Naeini, Cooper and Hauskrecht, AAAI 2015).
    """
    said = np.concatenate([genuine, impostors])
    came = np.repeat([1.0, 0.0], [len(genuine), len(impostors)])
    weight = np.repeat([0.5 / len(genuine), 0.5 / len(impostors)], [len(genuine), len(impostors)])
    place = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    mass, told, true = (np.bincount(place, weight * x, BINS) for x in (np.ones_like(said), said, came))
    bins = tuple(
        Bin(i / BINS, (i + 1) / BINS, float(mass[i]), float(told[i] / mass[i]), float(true[i] / mass[i]))
        for i in np.flatnonzero(mass).tolist()
    )
    return Reliability(
        brier=float((weight * (said - came) ** 2).sum()),
        ece=float(np.abs(told - true).sum()),
        bins=bins,
    )


def discarded(missed: Floats, quality: Floats, shares: Floats) -> Floats:
    """FNMR (k,) when the shares (k,) of genuine comparisons of lowest quality are left out.

    missed: (g,) 1 where a genuine comparison was missed, else 0. quality: (g,), the lower of its two photographs'.
    The error-versus-discard characteristic (ISO/IEC 29794-1; Grother and Tabassi, PAMI 29, 2007). Of comparisons of
    equal quality, which are left out in part, as many errors go as would on average.
    """
    levels, place, sizes = np.unique(quality, return_inverse=True, return_counts=True)
    gone = np.concatenate([[0.0], np.cumsum(sizes)])
    errors = np.concatenate([[0.0], np.cumsum(np.bincount(place, missed, len(levels)))])
    out = shares * len(missed)
    return np.asarray((errors[-1] - np.interp(out, gone, errors)) / (len(missed) - out))
