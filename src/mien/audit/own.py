"""What a model's cosines mean among a gallery's own people: false match rates measured there, for its decisions.

Impostors are all comparisons between different people. Their rate is read as counted up to the cosine that COUNTED of
them reach; beyond it goes the tail that stands on the model's card, moved along the cosine to where the counting
ends. Genuine comparisons are few in most collections, so their density stays that of the card, and the likelihood
ratio changes by that of the impostors alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import AuditError
from mien.gallery.decide import PHOTOS, Calibration, threshold

COUNTED = 20  # comparisons that a share has to be counted from; its standard error is then 22 %
LEAST = 10_000  # comparisons between different people
PEOPLE = 30  # with fewer, each comparison has one of few people in it
DRAWS = 3  # templates of 2 and of 3 photographs that are drawn for each person
BLOCK = 2**22  # cosines at a time
SURE = float(np.log(1e6))  # no ratio is claimed beyond what that many comparisons can show
SIZES = (10, 100, 1000)  # people for whom it is told what changes

Array = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Changed:
    """The threshold of a gallery of so many people at one false-positive identification rate, by the card and now."""

    people: int
    before: float
    after: float


def own_calibration(enrolled: Vectors, searched: Vectors, person: Ints, card: Calibration) -> Calibration:
    """The calibration of the people in these photographs.

    enrolled, searched: (n, d) unit vectors of each photograph as template and as probe. person: (n,) who it shows.
    card: the calibration of the model.

    Raises AuditError where there are fewer than 30 people or 10,000 comparisons between different ones.
    """
    people = len(np.unique(person))
    counts, total = _impostors(enrolled, searched, person, 1, card.cosine)
    if people < PEOPLE or total < LEAST:
        raise AuditError(
            f"{people} people and {total:,} comparisons between different ones are too few to measure by; "
            f"{PEOPLE} people and {LEAST:,} comparisons are needed (such as {PEOPLE} people with five photographs)."
        )
    rates, moved = [], 0.0
    for photos in range(1, PHOTOS + 1):
        if photos > 1:
            counts, total = _impostors(enrolled, searched, person, photos, card.cosine)
        if total >= LEAST:
            rate, moved = _rate(counts, total, card, photos)
        else:  # too few people have so many photographs: moved as far as that of fewer was
            rate = _moved(card, photos, moved)
        rates.append(rate)
    log10_fmr = np.array(rates)
    ratios = [_ratio(card, photos, log10_fmr[photos - 1]) for photos in range(1, PHOTOS + 1)]
    return Calibration(card.cosine, log10_fmr, np.array(ratios))


def changes(card: Calibration, own: Calibration, fpir: float, sizes: Sequence[int] = SIZES) -> list[Changed]:
    """What the new calibration changes, for galleries of these sizes with one photograph each."""
    return [
        Changed(size, threshold(card, [size, 0, 0], fpir), threshold(own, [size, 0, 0], fpir))
        for size in sizes
    ]


def as_table(own: Calibration, measured_on: str) -> dict[str, Any]:
    """The calibration as a gallery keeps it, in the form of the `[decision]` table of a model's card."""
    return {
        "measured_on": measured_on,
        "cosine": own.cosine.tolist(),
        "log10_fmr": np.round(own.log10_fmr, 4).tolist(),
        "log_ratio": np.round(own.log_ratio, 4).tolist(),
    }


def _impostors(
    enrolled: Vectors, searched: Vectors, person: Ints, photos: int, grid: Array
) -> tuple[Ints, int]:
    """(how many comparisons between different people reach each cosine of the grid, how many there are)."""
    templates, owner = _templates(enrolled, person, photos)
    reached, total = np.zeros(len(grid), np.int64), 0
    step = max(1, BLOCK // max(len(templates), 1))
    for i in range(0, len(searched), step):
        cosines = searched[i : i + step].astype(np.float64) @ templates.T
        different = cosines[person[i : i + step, None] != owner[None]]
        reached += len(different) - np.searchsorted(np.sort(different), grid)
        total += len(different)
    return reached, total


def _templates(enrolled: Vectors, person: Ints, photos: int) -> tuple[Array, Ints]:
    """((m, d) unit templates of so many photographs, (m,) whose they are)."""
    rng = np.random.default_rng(0)
    chosen: list[Ints] = []
    for one in np.unique(person):
        rows = np.flatnonzero(person == one)
        if photos == 1:
            chosen += list(rows[:, None])
        elif len(rows) >= photos:
            chosen += [rng.choice(rows, photos, replace=False) for _ in range(DRAWS)]
    used = np.array(chosen, np.int64).reshape(-1, photos)
    means = enrolled[used].astype(np.float64).mean(axis=1)
    return means / np.linalg.norm(means, axis=1, keepdims=True), person[used[:, 0]]


def _rate(counts: Ints, total: int, card: Calibration, photos: int) -> tuple[Array, float]:
    """(log10 of the false match rate on the grid, how far the card's tail was moved)."""
    last = int(np.flatnonzero(counts >= COUNTED)[-1])
    end = float(np.log10(counts[last] / total))
    known = _moved(card, photos, 0.0)
    moved = float(card.cosine[last]) - float(np.interp(-end, -known, card.cosine))
    counted = np.log10(np.maximum(counts, 1) / total)
    return np.where(np.arange(len(counts)) <= last, counted, _moved(card, photos, moved)), moved


def _moved(card: Calibration, photos: int, by: float) -> Array:
    """log10 of the card's false match rate on its grid, moved along the cosine."""
    at = card.cosine - by
    return np.asarray(np.log10(card.fmr(at, np.full(len(at), photos))))


def _ratio(card: Calibration, photos: int, log10_fmr: Array) -> Array:
    """The logarithm of the likelihood ratio after the density of impostors was exchanged; it never falls."""
    grid = card.cosine
    before = _density(grid, _moved(card, photos, 0.0))
    ratio = card.log_ratio[photos - 1] + np.log(before) - np.log(_density(grid, log10_fmr))
    rising = np.asarray(np.maximum.accumulate(ratio), np.float64)
    return np.asarray(np.clip(rising, card.log_ratio[photos - 1].min(), SURE))


def _density(grid: Array, log10_fmr: Array) -> Array:
    """The density of impostors on the grid, from the rates at which they reach it; never quite 0."""
    step = float(grid[1] - grid[0])
    edges = np.append(grid - step / 2, grid[-1] + step / 2)
    share = 10 ** np.interp(edges, grid, log10_fmr)
    return np.asarray(np.maximum(-np.diff(share) / step, 1e-12), np.float64)
