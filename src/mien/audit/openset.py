"""Searches in galleries that do not hold everybody: how often a stranger is named, and somebody enrolled is missed.

One photograph of each person is enrolled. Mated searches are with the other photographs of people who are enrolled,
non-mated ones with photographs of people who are not (ISO/IEC 19795-1; NIST FRTE 1:N, NIST IR 8271).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.audit.intervals import Floats, Ints, Rate, by_person
from mien.audit.metrics import falling, threshold_at
from mien.gallery.decide import Calibration, threshold

Vectors = npt.NDArray[np.float32]
FPIRS = (0.01, 0.003)  # the second is that of NIST FRTE 1:N
RANKS = 20
DRAWS = 50  # random galleries of one size, at most
BLOCK = 2**22  # comparisons that are in memory at a time


@dataclass(frozen=True)
class SearchPoint:
    """asked: FPIR wanted. threshold: cosine. fpir, fnir: measured at it, with intervals by person."""

    asked: float
    threshold: float
    fpir: Rate
    fnir: Rate


@dataclass(frozen=True)
class GallerySize:
    """Galleries of so many people, `draws` random ones together; with all that can be enrolled there is one.

    mated, non_mated: searches. rank1: share of mated searches whose person comes first, whatever the score.
    points: thresholds set on these very searches. own: Mien's own threshold for 1 % FPIR in a gallery of this size.
    """

    people: int
    draws: int
    mated: int
    non_mated: int
    rank1: Rate
    points: tuple[SearchPoint, ...]
    own: SearchPoint


@dataclass(frozen=True)
class OpenSet:
    """sizes: from small to all that can be enrolled. cmc: (RANKS or fewer) for the largest, from rank 1."""

    sizes: tuple[GallerySize, ...]
    cmc: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Searches:
    """What searches found.

    mated: (m,) cosine with the own person; rank: (m,) that person's, from 1; person: (m,) who it is.
    best: (s,) the highest cosine of each non-mated search; stranger: (s,) who was searched.
    """

    mated: Floats
    rank: Ints
    person: Ints
    best: Floats
    stranger: Ints


def open_set(enrolled: Vectors, searched: Vectors, person: Ints, calibration: Calibration) -> OpenSet | None:
    """Galleries of 10, 100, ... people and of as many as can be, at most half of all; None where that is none.

    enrolled, searched: (n, d) vectors of each photograph as template and as probe. person: (n,).
    A person's first photograph is enrolled.
    """
    counts = np.bincount(person)
    candidates = np.flatnonzero(counts >= 2)
    most = min(len(candidates), int((counts > 0).sum()) // 2)
    if not most:
        return None
    rng = np.random.default_rng(0)
    sizes: list[GallerySize] = []
    cmc: tuple[float, ...] = ()
    for size in [*(10**k for k in range(1, 7) if 10**k < most), most]:
        draws = 1 if size == len(candidates) else min(DRAWS, -(-5 * most // size))
        galleries = [np.sort(rng.choice(candidates, size, replace=False)) for _ in range(draws)]
        found = pooled([search(enrolled, searched, person, gallery) for gallery in galleries])
        sizes.append(figures(found, size, draws, calibration))
        cmc = match_curve(found.rank, min(size, RANKS))
    return OpenSet(tuple(sizes), cmc)


def search(enrolled: Vectors, searched: Vectors, person: Ints, gallery: Ints) -> Searches:
    """All searches in a gallery of these people (g,), ascending; see `open_set` for the others."""
    first = np.unique(person, return_index=True)
    rows = first[1][np.searchsorted(first[0], gallery)]
    templates = enrolled[rows].astype(np.float64)
    inside = np.isin(person, gallery)
    probes = np.setdiff1d(np.flatnonzero(inside), rows)
    strangers = np.flatnonzero(~inside)
    mine = np.searchsorted(gallery, person[probes])
    mated, rank = np.zeros(len(probes)), np.zeros(len(probes), np.int64)
    best = np.zeros(len(strangers))
    step = max(1, BLOCK // len(gallery))
    for i in range(0, len(probes), step):
        part = slice(i, i + step)
        cosines = searched[probes[part]].astype(np.float64) @ templates.T
        mated[part] = cosines[np.arange(len(cosines)), mine[part]]
        rank[part] = (cosines >= mated[part, None]).sum(axis=1)
    for i in range(0, len(strangers), step):
        part = slice(i, i + step)
        best[part] = (searched[strangers[part]].astype(np.float64) @ templates.T).max(axis=1)
    return Searches(mated, rank, person[probes], best, person[strangers])


def pooled(parts: list[Searches]) -> Searches:
    """The searches of several galleries as one."""
    return Searches(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("mated", "rank", "person", "best", "stranger")
        )
    )


def figures(found: Searches, size: int, draws: int, calibration: Calibration) -> GallerySize:
    """The figures of searches in galleries of so many people."""
    best = falling(found.best)
    own = threshold(calibration, [size, 0, 0], FPIRS[0])
    return GallerySize(
        size,
        draws,
        len(found.mated),
        len(found.best),
        by_person(found.rank == 1, found.person),
        tuple(point(found, asked, threshold_at(best, asked)) for asked in FPIRS),
        point(found, FPIRS[0], own),
    )


def point(found: Searches, asked: float, limit: float) -> SearchPoint:
    """FPIR and FNIR at a threshold.

    FPIR: the share of non-mated searches in which anybody reaches it. FNIR: the share of mated searches in which the
    own person does not come first at or above it (NIST FRTE 1:N with one candidate, R = 1).
    """
    missed = (found.rank > 1) | (found.mated < limit)
    fpir = by_person(found.best >= limit, found.stranger)
    return SearchPoint(asked, limit, fpir, by_person(missed, found.person))


def match_curve(rank: Ints, ranks: int) -> tuple[float, ...]:
    """The cumulative match characteristic (ISO/IEC 19795-1): the share of mated searches of rank 1, 2, ... or better.

    Of equal scores the own person's counts as the last.
    """
    return tuple(float((rank <= k).mean()) for k in range(1, ranks + 1))
