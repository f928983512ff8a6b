"""One-to-one comparison in the report: operating points, Mien's own thresholds, transfer to other people, quality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien.audit.compare import Compared, Scores
from mien.audit.intervals import (
    Floats,
    Interval,
    Ints,
    Rate,
    by_person,
    draws_of_people,
    independent,
    percentiles,
)
from mien.audit.metrics import (
    area,
    best_threshold,
    curve,
    discarded,
    equal_error,
    falling,
    share_at,
    threshold_at,
)
from mien.audit.report import Discard, Histogram, OwnPoint, Point, Transfer, Verification
from mien.gallery.decide import Calibration, threshold_of_one

FMRS = (0.01, 0.001, 0.0001)
RULE = 30  # errors that a rate has to stand on (Doddington et al., Speech Communication 31, 2000)
DRAWS = 500  # of people, for an interval
SPARE = 2.5  # times the impostors that a threshold lets through are kept to set it anew when people are drawn
EDGES = np.linspace(-1, 1, 81)
SHARES = np.array([0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3])  # of comparisons that are left out for quality


def verification(
    compared: Compared,
    photographs: Ints | None,
    attempted: int,
    fmrs: Sequence[float],
    calibration: Calibration,
) -> Verification:
    """All figures of one-to-one comparison.

    photographs: (p,) how many each person has where all are compared with all, None for a list of pairs.
    attempted: genuine comparisons there would be if every photograph had given a face.
    """
    genuine, impostor = compared.genuine, compared.impostor
    high = falling(impostor.score)
    ordered = sorted(fmrs, reverse=True)
    limits = [threshold_at(high, asked) for asked in ordered]
    intervals = tar_by_person(compared, photographs, ordered)
    points = tuple(
        _point(compared, attempted, *each) for each in zip(ordered, limits, intervals, strict=True)
    )
    well = [i for i, asked in enumerate(ordered) if asked * len(impostor) >= RULE]
    return Verification(
        points,
        well[-1] if well else 0,
        tuple(at(genuine, impostor, asked, threshold_of_one(calibration, asked)) for asked in ordered),
        equal_error(genuine.score, impostor.score),
        area(genuine.score, impostor.score),
        curve(genuine.score, impostor.score),
        Histogram(
            tuple(EDGES.tolist()),
            *(tuple(np.histogram(np.clip(s.score, -1, 1), EDGES)[0].tolist()) for s in (genuine, impostor)),
        ),
    )


def _point(compared: Compared, attempted: int, asked: float, limit: float, interval: Interval) -> Point:
    found = at(compared.genuine, compared.impostor, asked, limit)
    accepted = int((compared.genuine.score >= limit).sum())
    acquired = compared.genuine.all_of / attempted
    share = accepted / len(compared.genuine)
    return Point(
        asked,
        limit,
        found.fmr,
        found.fnmr,
        independent(accepted, len(compared.genuine)),
        interval,
        1 - share * acquired,
    )


def at(genuine: Scores, impostor: Scores, asked: float, limit: float) -> OwnPoint:
    """FMR and FNMR at a threshold (ISO/IEC 19795-1), with intervals by person."""
    return OwnPoint(asked, limit, false_matches(impostor, limit), misses(genuine, limit))


def false_matches(impostor: Scores, limit: float) -> Rate:
    """FMR: the share of impostor comparisons at or above the threshold."""
    return by_person(impostor.score >= limit, impostor.person_a, impostor.person_b)


def misses(genuine: Scores, limit: float) -> Rate:
    """FNMR: the share of genuine comparisons below the threshold."""
    return by_person(genuine.score < limit, genuine.person_a)


def tar_by_person(
    compared: Compared, photographs: Ints | None, fmrs: Sequence[float], draws: int = DRAWS
) -> list[Interval]:
    """95 % intervals of TAR at each FMR, people drawn with replacement and the threshold set anew each time.

    photographs: as in `verification`; it spares adding up the weights of millions of comparisons.
    """
    genuine, impostor = compared.genuine, compared.impostor
    owners = np.concatenate([genuine.person_a, impostor.person_a, impostor.person_b])
    people = int(owners.max()) + 1 if photographs is None else len(photographs)
    present = np.unique(owners) if photographs is None else np.flatnonzero(photographs)
    order = np.argsort(genuine.score)
    low, owner = genuine.score[order], genuine.person_a[order]
    many = min(len(impostor), int(SPARE * max(fmrs) * len(impostor)) + RULE)
    top = np.argpartition(-impostor.score, many - 1)[:many]
    top = top[np.argsort(-impostor.score[top], kind="stable")]
    high, one, other = impostor.score[top], impostor.person_a[top], impostor.person_b[top]
    kept = len(impostor) / impostor.all_of
    rates: list[list[float]] = [[] for _ in fmrs]
    for drawn in draws_of_people(len(present), draws):
        weight = np.zeros(people)
        weight[present] = drawn
        if photographs is None:
            total = float(weight[impostor.person_a] @ weight[impostor.person_b])
        else:
            each = photographs * weight
            total = kept * float(each.sum() ** 2 - each @ each) / 2
        reached = np.cumsum(weight[one] * weight[other])
        passed = np.concatenate([[0.0], np.cumsum(weight[owner])])
        if not passed[-1] or not total:
            continue  # nobody with two photographs was drawn
        for asked, found in zip(fmrs, rates, strict=True):
            limit = high[min(int(np.searchsorted(reached, asked * total, "right")), many - 1)]
            below = int(np.searchsorted(low, limit, "right"))
            found.append(1 - float(passed[below] / passed[-1]))
    return [percentiles(found) for found in rates]


def transfers(compared: Compared, fmrs: Sequence[float], seed: int = 0) -> tuple[Transfer, ...]:
    """Thresholds from half of the people on the other half, both ways; empty where a half has nothing to compare."""
    halves = people_in_halves(compared, seed)
    parts = [
        (
            compared.genuine.picked(half[compared.genuine.person_a]),
            compared.impostor.picked(half[compared.impostor.person_a] & half[compared.impostor.person_b]),
        )
        for half in halves
    ]
    if not all(len(scores) for part in parts for scores in part):
        return ()
    counts = [int(half.sum()) for half in halves]
    return tuple(
        transfer(parts[i], parts[1 - i], counts[i], counts[1 - i], sorted(fmrs, reverse=True)) for i in (0, 1)
    )


def people_in_halves(
    compared: Compared, seed: int = 0
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Two masks over the numbers of people; each person who was compared is in one of them, by lot."""
    owners = (compared.genuine.person_a, compared.impostor.person_a, compared.impostor.person_b)
    people = np.unique(np.concatenate([np.unique(owner) for owner in owners]))
    first, second = np.zeros((2, int(people.max()) + 1), bool)
    mixed = np.random.default_rng(seed).permutation(people)
    first[mixed[: len(mixed) // 2]] = True
    second[mixed[len(mixed) // 2 :]] = True
    return first, second


def transfer(
    development: tuple[Scores, Scores],
    test: tuple[Scores, Scores],
    people: int,
    tested: int,
    fmrs: Sequence[float],
) -> Transfer:
    """Thresholds of (genuine, impostor) comparisons of some people on those of others."""
    high = falling(development[1].score)
    best = best_threshold(development[0].score, development[1].score)
    wrong = share_at(test[1].score, best) + 1 - share_at(test[0].score, best)
    points = tuple(at(*test, asked, threshold_at(high, asked)) for asked in fmrs)
    return Transfer(people, tested, points, best, 1 - wrong / 2)


def by_quality(genuine: Scores, quality: Floats, limit: float) -> Discard:
    """FNMR at the threshold as comparisons with the poorer photographs are left out; quality (n,) of photographs."""
    lower = np.minimum(quality[genuine.a], quality[genuine.b])
    fnmr = discarded((genuine.score < limit).astype(np.float64), lower, SHARES)
    return Discard(tuple(SHARES.tolist()), tuple(fnmr.tolist()))
