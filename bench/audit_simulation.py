"""Made-up scores whose true error rates are known, to see how often an audit's intervals cover them.

Everybody has one to five photographs. A genuine score is a mean + a person's own effect + one for each photograph +
noise, an impostor's is an effect for each of both people + one for each photograph + noise, all normal and independent,
so that scores that share a person or a photograph are correlated. The marginal distributions, and so FMR and FNMR at
any threshold, follow from the sum of variances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from mien.audit.compare import Compared, Scores
from mien.audit.verification import false_matches, misses, tar_by_person

PEOPLE = 150
MEAN = 0.72  # of genuine scores
PERSON, PHOTOGRAPH, NOISE = 0.10, 0.08, 0.15  # standard deviations of genuine scores
LIKENESS, LIKENESS_OF_PHOTOGRAPH, IMPOSTOR_NOISE = 0.06, 0.05, 0.2  # and of impostors'
GENUINE_SPREAD = np.sqrt(PERSON**2 + 2 * PHOTOGRAPH**2 + NOISE**2)
IMPOSTOR_SPREAD = np.sqrt(2 * LIKENESS**2 + 2 * LIKENESS_OF_PHOTOGRAPH**2 + IMPOSTOR_NOISE**2)
FMR = 0.01
THRESHOLD = IMPOSTOR_SPREAD * norm.isf(FMR)
TAR = float(norm.sf((THRESHOLD - MEAN) / GENUINE_SPREAD))


@dataclass(frozen=True)
class Coverage:
    """Shares of simulations in which the interval holds the truth."""

    fmr: float
    fnmr: float
    tar: float


def simulated(rng: np.random.Generator) -> tuple[Compared, np.ndarray]:
    """All comparisons of a made-up collection, and how many photographs each person has."""
    photographs = rng.integers(1, 6, PEOPLE)
    owner = np.repeat(np.arange(PEOPLE), photographs)
    a, b = np.triu_indices(len(owner), 1)
    same = owner[a] == owner[b]
    own, likeness = rng.normal(0, PERSON, PEOPLE), rng.normal(0, LIKENESS, PEOPLE)
    photo, other = rng.normal(0, PHOTOGRAPH, len(owner)), rng.normal(0, LIKENESS_OF_PHOTOGRAPH, len(owner))
    g, h = a[same], b[same]
    genuine = MEAN + own[owner[g]] + photo[g] + photo[h] + rng.normal(0, NOISE, len(g))
    i, j = a[~same], b[~same]
    impostor = (
        likeness[owner[i]] + likeness[owner[j]] + other[i] + other[j] + rng.normal(0, IMPOSTOR_NOISE, len(i))
    )
    return Compared(
        Scores(genuine, g, h, owner[g], owner[h], len(g)),
        Scores(impostor, i, j, owner[i], owner[j], len(i)),
        Scores(impostor[:0], i[:0], j[:0], owner[:0], owner[:0], 0),
    ), photographs


def coverage(simulations: int, draws: int, seed: int = 0) -> Coverage:
    """How often the 95 % intervals hold the truth: FMR and FNMR at the true threshold, TAR at FMR 1 %."""
    rng = np.random.default_rng(seed)
    held = np.zeros(3)
    for _ in range(simulations):
        compared, photographs = simulated(rng)
        fmr, fnmr = false_matches(compared.impostor, THRESHOLD), misses(compared.genuine, THRESHOLD)
        (tar,) = tar_by_person(compared, photographs, [FMR], draws)
        held += [fmr.low <= FMR <= fmr.high, fnmr.low <= 1 - TAR <= fnmr.high, tar.low <= TAR <= tar.high]
    return Coverage(*(held / simulations).tolist())
