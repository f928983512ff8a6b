"""What cosines mean in one collection: its own false match rates and likelihood ratios, in place of the card's.

As for the card (`python -m bench decision`): templates are means of one, two or three photographs, probes are single
photographs, and each probe is compared with the templates of all other people and with those of its own person that
it is no part of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien.audit.intervals import Floats, Ints
from mien.faces.embed import unit
from mien.gallery.decide import PHOTOS, Calibration, threshold

Vectors = npt.NDArray[np.float32]
LEAST_IMPOSTORS, LEAST_GENUINE = 10_000, 300  # comparisons without which the card's row is better
TAIL, LEAST_TAIL = 1e-4, 200  # share of impostors that a tail is fitted to, and how many at least
DRAWS = 3  # templates of 2 and of 3 photographs that are drawn for each person
PROBES = 4_000  # that are compared, at most; drawn where there are more
BANDWIDTH = 0.025  # of the kernel density of genuine cosines
FINE = 0.0025  # width of the bins that stand for genuine cosines in it
SURE = np.log(1e6)  # no ratio is claimed beyond what that many comparisons can show
OUTERMOST = 5  # genuine cosines at both ends that are too few to tell a density from


def calibrated(
    enrolled: Vectors, searched: Vectors, person: Ints, otherwise: Calibration, seed: int = 0
) -> Calibration:
    """The calibration of a collection: vectors (n, d) as templates and as probes, of unit length, person (n,).

    otherwise: what stays where the collection has too little, such as nobody with three photographs.
    """
    rows = [comparisons(enrolled, searched, person, photos, seed) for photos in range(1, PHOTOS + 1)]
    return calibration_of([impostor for impostor, _ in rows], [genuine for _, genuine in rows], otherwise)


def calibration_of(
    impostors: Sequence[Floats], genuine: Sequence[Floats], otherwise: Calibration
) -> Calibration:
    """False match rates and likelihood ratios from cosines, one array each for templates of 1, 2 and 3 photographs.

    A row comes from `otherwise`, on whose grid all are, where there are fewer than LEAST_IMPOSTORS impostor cosines;
    the likelihood ratios also where there are fewer than LEAST_GENUINE genuine ones.
    """
    fmr, ratio = otherwise.log10_fmr.copy(), otherwise.log_ratio.copy()
    for i, (different, same) in enumerate(zip(impostors, genuine, strict=True)):
        if len(different) >= LEAST_IMPOSTORS:
            fmr[i] = log10_survival(different, otherwise.cosine)
            if len(same) >= LEAST_GENUINE:
                ratio[i] = log_ratio(same, fmr[i], otherwise.cosine)
    return Calibration(otherwise.cosine, fmr, ratio)


def changes(
    before: Calibration, after: Calibration, sizes: Sequence[int], fpir: float
) -> list[tuple[int, float, float]]:
    """(people, threshold before, threshold after) for galleries of those sizes, one photograph enrolled of each."""
    return [
        (size, threshold(before, [size, 0, 0], fpir), threshold(after, [size, 0, 0], fpir)) for size in sizes
    ]


def comparisons(
    enrolled: Vectors, searched: Vectors, person: Ints, photos: int, seed: int = 0
) -> tuple[Floats, Floats]:
    """Impostor (m,) and genuine (g,) cosines of single photographs with templates of so many; see `calibrated`."""
    rng = np.random.default_rng(seed)
    order = np.argsort(person, kind="stable")
    owns = np.split(order, np.flatnonzero(np.diff(person[order])) + 1)
    members: list[Ints] = []
    for own in owns:
        if photos == 1:
            members += list(own[:, None])
        elif len(own) >= photos:
            members += [rng.choice(own, photos, replace=False) for _ in range(DRAWS)]
    if not members:
        return np.zeros(0), np.zeros(0)
    used = np.array(members)
    templates = unit(enrolled[used].mean(axis=1))
    probes = np.arange(len(person))
    if len(probes) > PROBES:
        probes = np.sort(rng.choice(probes, PROBES, replace=False))
    cosines = searched[probes] @ templates.T
    same = person[probes][:, None] == person[used[:, 0]][None]
    probe, template = np.nonzero(same)
    apart = ~(probes[probe][:, None] == used[template]).any(axis=1)
    genuine = cosines[probe[apart], template[apart]].astype(np.float64)
    return cosines[~same].astype(np.float64), genuine


def log10_survival(impostor: Floats, grid: Floats) -> Floats:
    """log10 of the share of impostor cosines (m,) that reach each cosine of the grid; a fitted tail beyond the counts.

    The tail is a generalised Pareto distribution, fitted by probability-weighted moments (Hosking and Wallis,
    Technometrics 29, 1987), with no end: one would promise that nobody can look more alike.
    """
    ordered = np.sort(impostor)
    counted = 1 - np.searchsorted(ordered, grid) / len(ordered)
    share = max(TAIL, LEAST_TAIL / len(ordered))
    bar = float(np.quantile(ordered, 1 - share))
    beyond = ordered[ordered > bar] - bar
    first = float(beyond.mean())
    second = float(beyond @ np.arange(len(beyond) - 1, -1, -1) / (len(beyond) * max(len(beyond) - 1, 1)))
    shape = 2 - first / (first - 2 * second)
    scale = 2 * first * second / (first - 2 * second)
    if shape <= 0:
        shape, scale = 1e-9, first
    fitted = share * (1 + shape * np.maximum(grid - bar, 0) / scale) ** (-1 / shape)
    return np.asarray(np.log10(np.where(grid > bar, np.maximum(fitted, 1e-30), np.maximum(counted, share))))


def log_ratio(genuine: Floats, log10_fmr: Floats, grid: Floats) -> Floats:
    """Natural log of the density of genuine cosines (g,) over that of impostors on the grid, made monotone.

    Impostors: the slope of their survival function. Genuine: a kernel density between the outermost few, and
    beyond those a straight line.
    """
    step = float(grid[1] - grid[0])
    edges = np.append(grid - step / 2, grid[-1] + step / 2)
    impostor = -np.diff(10 ** np.interp(edges, grid, log10_fmr)) / step
    bins = np.arange(-1, 1 + FINE, FINE)
    counts = np.histogram(np.clip(genuine, -1, 1), bins)[0]
    away = (grid[:, None] - (bins[:-1] + FINE / 2)[None]) / BANDWIDTH
    kernel = np.exp(-(away**2) / 2) @ counts / (len(genuine) * BANDWIDTH * np.sqrt(2 * np.pi))
    ratio = np.log(np.maximum(kernel, 1e-300)) - np.log(np.maximum(impostor, 1e-300))
    low, high = np.sort(genuine)[[OUTERMOST, -OUTERMOST - 1]]
    known = np.flatnonzero((grid >= low) & (grid <= high) & (impostor > 0))
    ratio = np.interp(grid, grid[known], np.maximum.accumulate(ratio[known]))
    return np.clip(_extended(ratio, known[0], known[-1]), -np.log(len(genuine)), SURE)


def _extended(values: Floats, first: int, last: int) -> Floats:
    """The values with both ends replaced by lines that go on with the mean slope of the nearest few steps."""
    few = min(5, max(last - first, 1))
    steps = np.arange(len(values))
    low = (values[first + few] - values[first]) / few
    high = (values[last] - values[last - few]) / few
    result = np.where(steps < first, values[first] + low * (steps - first), values)
    return np.where(steps > last, values[last] + high * (steps - last), result)
