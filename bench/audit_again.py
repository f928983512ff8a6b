"""The figures of an audit, computed a second time by other means: scikit-learn, SciPy, and the definitions written out.

Slow and plain on purpose; nothing of `mien.audit` is used but the report that is checked, and whom its draws chose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import binomtest, norm
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from mien.audit.report import Point, Report
from mien.gallery.decide import Calibration, posterior

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Check = tuple[str, float, float]  # what, in the report, here
GRID = [round(0.2 + 0.02 * i, 2) for i in range(26)]


@dataclass(frozen=True, eq=False)
class Facts:
    """Usable photographs in order: vectors (n, d) as templates and as probes, person (n,), quality (n,)."""

    enrolled: npt.NDArray[np.float32]
    searched: npt.NDArray[np.float32]
    person: Ints
    quality: Floats
    calibration: Calibration

    @property
    def pairs(self) -> tuple[Floats, Ints, Ints]:
        """(m,) cosine of all pairs, and their rows."""
        rows = self.enrolled.astype(np.float64)
        a, b = np.triu_indices(len(rows), 1)
        return (rows @ rows.T)[a, b], a, b


def checks(report: Report, facts: Facts, draws: bool = True) -> Iterator[Check]:
    """All figures of a report on a folder of people; without `draws`, not the intervals of people drawn anew."""
    score, a, b = facts.pairs
    same = facts.person[a] == facts.person[b]
    yield "genuine", report.data.genuine, int(same.sum())
    yield "impostors", report.data.impostors, int((~same).sum())
    fta = report.acquisition.fta
    yield "FTA", fta.value or 0, len(report.acquisition.failures) / report.data.pictures
    yield from roc(report, score, same)
    for point in (*report.verification.points, *report.verification.own):
        yield from rates(point, score, a, b, same, facts.person)
    if draws:
        yield from drawn(report, score, a, b, same, facts.person)
    yield from transfer(report, score, a, b, same, facts.person)
    yield from probabilities(report, score, same, facts.calibration)
    yield from searches(report, facts)
    yield from groups(report, facts)
    yield from discard(report, score, a, b, same, facts.quality)


def roc(report: Report, score: Floats, same: Mask) -> Iterator[Check]:
    """Thresholds, TAR, EER, area and curve from scikit-learn."""
    fpr, tpr, limits = roc_curve(same, score, drop_intermediate=False)
    for point in report.verification.points:
        last = int(np.flatnonzero(fpr <= point.asked + 1e-15)[-1])
        yield f"FMR at {point.asked}", point.fmr.value or 0, fpr[last]
        yield f"TAR at {point.asked}", point.tar.value or 0, tpr[last]
        strangers = score[~same]
        yield f"threshold {point.asked}", point.threshold, strangers[strangers < limits[last]].max()
        wilson = binomtest(point.tar.count, point.tar.trials).proportion_ci(method="wilson")
        yield "Wilson, low", point.tar.low or 0, wilson.low
        yield "Wilson, high", point.tar.high or 0, wilson.high
    best = int(np.argmin(np.abs(fpr[1:] - (1 - tpr[1:])))) + 1
    yield "EER", report.verification.equal_error, (fpr[best] + 1 - tpr[best]) / 2
    yield "area", report.verification.area, roc_auc_score(same, score)
    curve = report.verification.curve
    for i in range(0, len(curve.threshold), 10):
        limit = curve.threshold[i]
        yield "curve, FMR", curve.fmr[i], (score[~same] >= limit).mean()
        yield "curve, FNMR", curve.fnmr[i], (score[same] < limit).mean()


def rates(point: Point, score: Floats, a: Ints, b: Ints, same: Mask, person: Ints) -> Iterator[Check]:
    """FMR and FNMR with their intervals by person, from a matrix of all with all."""
    n = len(person)
    for what, rate, mask, wrong in (
        ("FMR", point.fmr, ~same, score >= point.threshold),
        ("FNMR", point.fnmr, same, score < point.threshold),
    ):
        share = wrong[mask].mean()
        yield what, rate.value, share
        yield f"{what}, count", rate.count, wrong[mask].sum()
        if not 0 < share < 1:
            continue
        table = np.zeros((n, n))
        table[a[mask], b[mask]] = wrong[mask] - share
        twice = (table**2).sum() if what == "FMR" else 0.0
        mine = table.sum(axis=1) + (table.sum(axis=0) if what == "FMR" else 0)
        sums = np.array(
            [mine[person == p].sum() for p in np.unique(person[np.concatenate([a[mask], b[mask]])])]
        )
        variance = ((sums**2).sum() - twice) / mask.sum() ** 2 * len(sums) / (len(sums) - 1)
        freedom = (sums**2).sum() ** 2 / (sums**4).sum()
        z = norm.ppf(0.975)
        design = variance / (share * (1 - share) / mask.sum())
        size = float(mask.sum())
        if design > 1:
            size = max(size / (1 + (design - 1) * (quantile(max(freedom, 10)) / z) ** 2), 1)
        root = np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
        yield f"{what}, low", rate.low, (share + z**2 / (2 * size) - z * root) / (1 + z**2 / size)
        yield f"{what}, high", rate.high, (share + z**2 / (2 * size) + z * root) / (1 + z**2 / size)


def quantile(freedom: float) -> float:
    """Student's 97.5 % quantile by the four terms of Abramowitz and Stegun 26.7.5."""
    z = norm.ppf(0.975)
    terms = [
        (z**3 + z) / 4 / freedom,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96 / freedom**2,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / freedom**3,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 / freedom**4,
    ]
    return float(z + sum(terms))


def drawn(report: Report, score: Floats, a: Ints, b: Ints, same: Mask, person: Ints) -> Iterator[Check]:
    """Intervals of TAR from people drawn anew: every comparison weighed in every draw."""
    people = np.unique(person)
    place = np.searchsorted(people, person)
    order = np.argsort(-score, kind="stable")
    first, second, genuine, sorted_scores = place[a[order]], place[b[order]], same[order], score[order]
    rng = np.random.default_rng(0)
    found: list[list[float]] = [[] for _ in report.verification.points]
    for _ in range(500):
        times = np.bincount(rng.integers(len(people), size=len(people)), minlength=len(people)).astype(float)
        weight = np.where(genuine, times[first], times[first] * times[second])
        strangers = np.cumsum(np.where(genuine, 0, weight))
        mates = np.where(genuine, weight, 0)
        for tars, point in zip(found, report.verification.points, strict=True):
            limit = sorted_scores[np.searchsorted(strangers, point.asked * strangers[-1], "right")]
            tars.append(mates[sorted_scores > limit].sum() / mates.sum())
    for tars, point in zip(found, report.verification.points, strict=True):
        yield "TAR by person, low", point.tar_by_person.low, np.percentile(tars, 2.5)
        yield "TAR by person, high", point.tar_by_person.high, np.percentile(tars, 97.5)


def halves(person: Ints) -> tuple[Ints, Ints]:
    """The people of both halves."""
    mixed = np.random.default_rng(0).permutation(np.unique(person))
    return mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]


def transfer(report: Report, score: Floats, a: Ints, b: Ints, same: Mask, person: Ints) -> Iterator[Check]:
    """Thresholds of one half on the other."""
    parts = halves(person)
    for i, one in enumerate(report.transfer):
        inside = [np.isin(person[a], part) & np.isin(person[b], part) for part in parts]
        mine, theirs = inside[i], inside[1 - i]
        fpr, tpr, limits = roc_curve(same[mine], score[mine], drop_intermediate=False)
        for point in one.points:
            strangers = np.sort(score[mine & ~same])[::-1]
            limit = strangers[int(point.asked * len(strangers) + 1e-9)]
            yield "transfer, FMR", point.fmr.value, (score[theirs & ~same] > limit).mean()
            yield "transfer, FNMR", point.fnmr.value, (score[theirs & same] <= limit).mean()
        cost = fpr + 1 - tpr
        candidates = np.sort(limits[cost <= cost.min() + 1e-12])
        best = candidates[len(candidates) // 2]
        yield "best threshold", one.best_threshold, best
        right = ((score[theirs & ~same] < best).mean() + (score[theirs & same] >= best).mean()) / 2
        yield "accuracy", one.accuracy, right


def probabilities(report: Report, score: Floats, same: Mask, calibration: Calibration) -> Iterator[Check]:
    """Brier score by scikit-learn, bins one by one, probabilities as the gallery computes them."""
    levels, back = np.unique(score, return_inverse=True)
    few = levels if len(levels) < 20_000 else None
    if few is None:
        ratio = calibration.log_likelihood_ratio(score, np.ones(len(score)))
        chance = 1 / (1 + np.exp(-ratio))
    else:
        chance = np.array([posterior(calibration, [level], [1], 1)[0] for level in few])[back]
    weight = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())
    yield "Brier", report.calibration.brier, brier_score_loss(same, chance, sample_weight=weight)
    ece = 0.0
    for i in range(10):
        mask = (chance >= i / 10) & ((chance < (i + 1) / 10) | (i == 9))
        if mask.any():
            ece += abs((weight * (chance - same))[mask].sum())
    yield "ECE", report.calibration.ece, ece


def searches(report: Report, facts: Facts) -> Iterator[Check]:
    """Galleries of each size searched one probe at a time."""
    assert report.open_set is not None
    person, largest = facts.person, report.open_set.sizes[-1].people
    numbers, counts = np.unique(person, return_counts=True)
    candidates = numbers[counts >= 2]
    rng = np.random.default_rng(0)
    for size in report.open_set.sizes:
        mated, rank, best = [], [], []
        for _ in range(size.draws):
            gallery = np.sort(rng.choice(candidates, size.people, replace=False))
            rows = np.array([np.flatnonzero(person == p)[0] for p in gallery])
            cosines = facts.searched.astype(np.float64) @ facts.enrolled[rows].astype(np.float64).T
            for i in range(len(person)):
                own = np.flatnonzero(gallery == person[i])
                if not len(own):
                    best.append(cosines[i].max())
                elif i not in rows:
                    mated.append(cosines[i, own[0]])
                    rank.append((cosines[i] >= cosines[i, own[0]]).sum())
        scores, ranks, highest = np.array(mated), np.array(rank), np.sort(best)[::-1]
        yield "searches", size.mated + size.non_mated, len(scores) + len(highest)
        yield "rank 1", size.rank1.value or 0, (ranks == 1).mean()
        for point in size.points:
            limit = highest[int(point.asked * len(highest) + 1e-9)]
            yield "FPIR", point.fpir.value or 0, (highest > limit).mean()
            yield "FNIR", point.fnir.value or 0, 1 - ((ranks == 1) & (scores > limit)).mean()
        limit = size.own.threshold
        yield "own FPIR", size.own.fpir.value or 0, (highest >= limit).mean()
        yield "own FNIR", size.own.fnir.value or 0, 1 - ((ranks == 1) & (scores >= limit)).mean()
        if size.people == largest:
            for k, value in enumerate(report.open_set.cmc):
                yield f"CMC {k + 1}", value, (ranks <= k + 1).mean()


def groups(report: Report, facts: Facts) -> Iterator[Check]:
    """Average linkage by SciPy on one half of the people, BCubed by its definition."""
    assert report.clusters is not None
    development, test = (np.isin(facts.person, part) for part in halves(facts.person))
    trees = [
        linkage(facts.enrolled[rows].astype(np.float64), "average", "cosine") for rows in (development, test)
    ]
    scored = [
        bcubed(fcluster(trees[0], 1 - limit, "distance"), facts.person[development])[2] for limit in GRID
    ]
    limit = GRID[int(np.argmax(scored))]
    yield "threshold of groups", report.clusters.threshold, limit
    precision, recall, f = bcubed(fcluster(trees[1], 1 - limit, "distance"), facts.person[test])
    yield "BCubed precision", report.clusters.precision, precision
    yield "BCubed recall", report.clusters.recall, recall
    yield "BCubed F", report.clusters.f, f


def bcubed(labels: Ints, truth: Ints) -> tuple[float, float, float]:
    """Precision, recall and F, face by face."""
    together, own = labels[:, None] == labels[None], truth[:, None] == truth[None]
    both = (together & own).sum(axis=1)
    precision, recall = (both / together.sum(axis=1)).mean(), (both / own.sum(axis=1)).mean()
    return precision, recall, 2 * precision * recall / (precision + recall)


def discard(report: Report, score: Floats, a: Ints, b: Ints, same: Mask, quality: Floats) -> Iterator[Check]:
    """Errors that stay when comparisons are left out one after the other; equal qualities share theirs."""
    lower = np.minimum(quality[a[same]], quality[b[same]])
    missed = (score[same] < report.main.threshold).astype(float)
    shared = np.array([missed[lower == level].mean() for level in lower])[np.argsort(lower, kind="stable")]
    for share, value in zip(report.discard.shares, report.discard.fnmr, strict=True):
        out = share * len(shared)
        whole = int(out)
        gone = shared[:whole].sum() + (out - whole) * (shared[whole] if whole < len(shared) else 0)
        yield f"FNMR without {share}", value, (shared.sum() - gone) / (len(shared) - out)
