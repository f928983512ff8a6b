"""How far a rate can be trusted: 95 % intervals for errors that are counted on people, not on independent trials.

One person who is hard to tell apart takes part in many comparisons, so comparisons are not independent, and an
interval that takes them as such is too narrow. Both ways out are here: an effective number of comparisons, from the
errors that share a person, and drawing people anew with replacement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]

Z = 1.959963984540054  # the normal distribution's 97.5 % quantile: all intervals hold 95 %
FREEDOM = 10  # degrees of freedom, at least


@dataclass(frozen=True)
class Interval:
    """Ends of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Rate:
    """A share in [0, 1] of counted trials, `count` of `trials`, with the ends of its 95 % interval.

    All are None but the counts where there were no trials.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int
    trials: int


def wilson(count: float, trials: float) -> Interval:
    """The score interval of a binomial share (Wilson, JASA 22, 1927), for trials that are independent.

    With p = count / trials and n = trials: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    """
    share = count / trials
    middle = share + Z**2 / (2 * trials)
    half = Z * np.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    scale = 1 + Z**2 / trials
    low, high = float((middle - half) / scale), float((middle + half) / scale)
    return Interval(low if count > 0 else 0.0, high if count < trials else 1.0)  # exact at the ends


def independent(count: int, trials: int) -> Rate:
    """The rate of trials that have nothing to do with each other, with Wilson's interval."""
    if not trials:
        return Rate(None, None, None, 0, 0)
    found = wilson(count, trials)
    return Rate(count / trials, found.low, found.high, count, trials)


def by_person(errors: Mask, a: Ints, b: Ints | None = None) -> Rate:
    """The rate of errors (m,) in comparisons of person a (m,) with person b (m,), or of a alone.

    The interval is Wilson's for the effective number of comparisons (Korn and Graubard, Survey Methodology 24, 1998),

        m / (1 + (V / V0 - 1) (t / z)²), at most m, with V0 = p(1 - p) / m if comparisons were independent

    V is the variance of the rate when comparisons that share a person are correlated (Aronow, Samii and Assenova,
    Political Analysis 23, 2015): with e the errors less their mean, R the sum of a person's e, and P people,

        V = (sum of R² - sum of e² for comparisons of two people) / m² * P / (P - 1)

    t is Student's quantile for D degrees of freedom, as V is known the less the fewer people the errors come from:
    D = (sum of R²)² / sum of R⁴ (after Satterthwaite 1946), but at least FREEDOM, since Wilson's form allows already
    for errors that are rare.

    Where there is no error, or nothing but errors, V is unknown and comparisons count as independent.
    """
    trials, count = len(errors), int(errors.sum())
    if not trials:
        return independent(0, 0)
    share = count / trials
    size = int(max(a.max(), b.max() if b is not None else 0)) + 1
    own = np.bincount(a[errors], minlength=size) - share * np.bincount(a, minlength=size)
    shared = 0.0
    if b is not None:
        two = a != b
        own += np.bincount(b[errors & two], minlength=size) - share * np.bincount(b[two], minlength=size)
        wrong = int((errors & two).sum())
        shared = wrong * (1 - share) ** 2 + (int(two.sum()) - wrong) * share**2
    people = len(np.unique(a if b is None else np.concatenate([np.unique(a), np.unique(b)])))
    squares = own**2
    spread = float(squares.sum() - shared) / trials**2 * people / max(people - 1, 1)
    effective = float(trials)
    if (excess := spread * trials / (share * (1 - share)) - 1 if 0 < share < 1 else 0.0) > 0:
        freedom = max(float(squares.sum() ** 2 / (squares @ squares)), FREEDOM)
        effective = max(trials / (1 + excess * (student(freedom) / Z) ** 2), 1.0)
    found = wilson(share * effective, effective)
    return Rate(share, found.low, found.high, count, trials)


def student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t, by the expansion in 1/freedom (Abramowitz and Stegun 26.7.5).

    Right to 0.01 % from 5 degrees of freedom on, too low below.
    """
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + float(sum(term / freedom ** (i + 1) for i, term in enumerate(terms)))


def draws_of_people(people: int, draws: int, seed: int = 0) -> Iterator[Ints]:
    """How often each person (people,) was drawn, with replacement, as many as there are; `draws` times.

    A comparison of a person with itself then counts as often as the person, one of two people as often as the
    product of both (the subset bootstrap of Bolle, Ratha and Pankanti, CVIU 93, 2004).
    """
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(rng.integers(people, size=people), minlength=people)


def percentiles(values: list[float]) -> Interval:
    """The interval between the 2.5 % and the 97.5 % quantile of a figure over draws (Efron 1979)."""
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(low), float(high))
