"""How far two timelines agree: what a model found with what a person marked, or two people with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.timeline.agreement import over_time
from mien.timeline.pairing import pairs
from mien.timeline.sides import Said, Sides, Voice
from mien.timeline.timeline import Timeline

SHIFTS = 20  # random ones, of which the chance F1 is the mean
NEAR = 0.05  # of the medium's length: no shift is closer to none


@dataclass(frozen=True)
class Agreement:
    """Of the segments of one label, or of all labels of a layer (label None).

    a, b: how many each side has. matched: pairs of one label and person, one to one, that overlap enough.
    precision: share of a's that are matched; recall: share of b's; f1: their harmonic mean; NaN where there are none.
    chance: mean f1 when all of b is moved in a circle by a random time, so that only its rhythm is left.
    onset, offset: mean absolute difference of the matched starts and ends, in seconds, and their medians; or NaN.
    alpha: Krippendorff's, nominal, over time; of layers alone, NaN for a label.
    """

    layer: str
    label: str | None
    a: int
    b: int
    matched: int
    precision: float
    recall: float
    f1: float
    chance: float
    onset: float
    onset_median: float
    offset: float
    offset_median: float
    alpha: float = float("nan")


@dataclass(frozen=True)
class Comparison:
    """Of two timelines a and b, where b is the one that precision and recall are measured against.

    iou: intersection over union from which two segments match. agreements: for each layer all its labels together, then
    each label. people: who of a was taken for whom of b. notes: what the figures do not cover, a sentence each.
    """

    iou: float
    agreements: tuple[Agreement, ...]
    people: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """The agreements as mappings, for tables."""
        return [asdict(one) for one in self.agreements]


def compare(
    a: Timeline, b: Timeline, *, iou: float = 0.5, layer: str | None = None, seed: int = 0
) -> Comparison:
    """Agreement of two timelines, layer by layer and label by label.

    layer: only this one. seed: of the chance baseline. Media are the same by content, name, or being the only ones;
    people by name, else by lane, else by being in view together. Segments are matched one to one so that there are as
    many pairs as can be, then the greatest overlap. Alpha counts every moment in which the person is in view on one
    side (of the whole medium for what is nobody's), "nothing" being a value too.
    ArgumentError for an iou outside (0, 1] or a layer that neither has.

    >>> for row in compare(read("interview.parquet"), read_any("corrected.eaf")).rows(): ...   # doctest: +SKIP
    """
    if not 0 < iou <= 1:
        raise ArgumentError(f"iou={iou}: expected above 0 and at most 1.")
    sides = Sides(a, b)
    layers = sorted({*sides.layers(0), *sides.layers(1)})
    if layer is not None and layer not in layers:
        raise ArgumentError(
            f"layer {layer!r}: neither has it; they have {', '.join(layers) or 'no segments'}."
        )
    found: list[Agreement] = []
    notes: list[str] = []
    for name in layers if layer is None else [layer]:
        one, other, named = sides.said(name)
        if not named:
            notes.append(f"{name}: whose a segment is was left out, as one side does not say it.")
        found += _agreements(name, one, other, sides.extents(one, other), iou, sides.durations, seed)
    people = tuple((sides.lanes[0][i].called(i), sides.lanes[1][j].called(j)) for i, j in sides.people)
    return Comparison(iou, tuple(found), people, tuple(notes))


def _agreements(
    layer: str,
    a: Said,
    b: Said,
    extents: Mapping[Voice, list[tuple[float, float]]],
    iou: float,
    durations: Mapping[int, float],
    seed: int,
) -> list[Agreement]:
    """Of the layer as a whole, then of each label."""
    labels = sorted({label for side in (a, b) for segments in side.values() for _, _, label in segments})
    counts = {label: _count(label, a, b, iou) for label in labels}
    by_chance = _by_chance(labels, a, b, iou, durations, seed)
    alpha = over_time((a.get(voice, ()), b.get(voice, ()), extents[voice]) for voice in sorted(extents))
    whole = _Count.sum(counts.values())
    lucky = _Count.sum(by_chance.values())
    return [
        _agreement(layer, None, whole, lucky, alpha),
        *(_agreement(layer, label, counts[label], by_chance[label]) for label in labels),
    ]


@dataclass(frozen=True)
class _Count:
    """a, b: numbers of segments. errors: (matched, 2) of onset and offset, in seconds."""

    a: int
    b: int
    errors: npt.NDArray[np.float64]

    @classmethod
    def sum(cls, counts: Iterable[_Count]) -> _Count:
        every = list(counts)
        errors = np.concatenate([np.zeros((0, 2)), *(one.errors for one in every)])
        return cls(sum(one.a for one in every), sum(one.b for one in every), errors)

    @property
    def f1(self) -> float:
        return _share(2 * len(self.errors), self.a + self.b)


def _count(
    label: str, a: Said, b: Said, iou: float, moved: Mapping[int, tuple[float, float]] | None = None
) -> _Count:
    """Segments of a label on each side, and how far the matched ones are apart.

    moved: by medium, its length and by how many seconds b is moved in a circle.
    """
    counts = []
    for voice in a.keys() | b.keys():
        one, other = _intervals(a.get(voice, ()), label), _intervals(b.get(voice, ()), label)
        if moved:
            length, by = moved[voice[0]]
            other = other + by - np.where(other[:, :1] + by >= length, length, 0.0)
        matched = pairs(one, other, iou)
        counts.append(_Count(len(one), len(other), np.abs(one[matched[:, 0]] - other[matched[:, 1]])))
    return _Count.sum(counts)


def _intervals(segments: Iterable[tuple[float, float, str]], label: str) -> npt.NDArray[np.float64]:
    return np.array([segment[:2] for segment in segments if segment[2] == label], np.float64).reshape(-1, 2)


def _by_chance(
    labels: list[str], a: Said, b: Said, iou: float, durations: Mapping[int, float], seed: int
) -> dict[str, _Count]:
    """The counts of all shifts together, by label."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[_Count]] = {label: [] for label in labels}
    for share in rng.uniform(NEAR, 1 - NEAR, SHIFTS):
        moved = {media: (length, share * length) for media, length in durations.items()}
        for label in labels:
            found[label].append(_count(label, a, b, iou, moved))
    return {label: _Count.sum(counts) for label, counts in found.items()}


def _agreement(
    layer: str, label: str | None, count: _Count, lucky: _Count, alpha: float = float("nan")
) -> Agreement:
    matched = len(count.errors)
    mean = count.errors.mean(0) if matched else np.full(2, np.nan)
    median = np.median(count.errors, 0) if matched else np.full(2, np.nan)
    return Agreement(
        layer=layer,
        label=label,
        a=count.a,
        b=count.b,
        matched=matched,
        precision=_share(matched, count.a),
        recall=_share(matched, count.b),
        f1=count.f1,
        chance=lucky.f1,
        onset=float(mean[0]),
        onset_median=float(median[0]),
        offset=float(mean[1]),
        offset_median=float(median[1]),
        alpha=alpha,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
