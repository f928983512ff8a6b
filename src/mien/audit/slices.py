"""False matches and misses by what is known of people or photographs, and which group fares worst."""

from __future__ import annotations

import itertools

import numpy as np

from mien.audit.compare import Compared, Scores
from mien.audit.intervals import Ints, Mask, Rate
from mien.audit.report import Column, Slice
from mien.audit.verification import false_matches, misses
from mien.types import Objects, objects

LEAST_PEOPLE, LEAST_TRIALS = 5, 30  # without which no slice is called the worst
MOST = 12  # values of a column of numbers; beyond, it is cut at its quartiles


def of_pictures(name: str, values: Objects, compared: Compared, limit: float) -> Column:
    """Slices by a column (n,) about photographs: a comparison is in one when both photographs are.

    So false matches are those within a group, which are the likeliest (NIST IR 8280).
    """
    values = in_quarters(values)
    known, code = _codes(values)
    labels = []
    for scores in (compared.genuine, compared.impostor):
        a, b = code[scores.a], code[scores.b]
        labels.append(np.where(a == b, a, -1))
    return _column(name, known, labels[0], labels[1], compared, limit, int((code < 0).sum()))


def of_pairs(name: str, values: Objects, same: Mask, compared: Compared, limit: float) -> Column:
    """Slices by a column (m,) about pairs, same (m,) telling the genuine ones, in the order of the comparisons."""
    known, code = _codes(in_quarters(values))
    return _column(name, known, code[same], code[~same], compared, limit, int((code < 0).sum()))


def in_quarters(values: Objects) -> Objects:
    """Numbers of more than MOST values as four ranges between their quartiles; all else as it is."""
    texts = [value for value in values.tolist() if value]
    try:
        numbers = np.array([float(text) for text in texts])
    except ValueError:
        return values
    if len(np.unique(numbers)) <= MOST or not np.isfinite(numbers).all():
        return values
    cuts = np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1])
    names = [f"{low:g} to {high:g}" for low, high in itertools.pairwise(cuts)]
    place = np.clip(np.searchsorted(cuts, numbers, "right") - 1, 0, 3)
    each = iter(place.tolist())
    return objects([names[next(each)] if value else "" for value in values.tolist()])


def _codes(values: Objects) -> tuple[list[str], Ints]:
    """The values in order, and for each entry its place among them, -1 for an empty one."""
    known = sorted({value for value in values.tolist() if value})
    number = {value: i for i, value in enumerate(known)}
    return known, np.array([number.get(value, -1) for value in values.tolist()])


def _column(
    name: str, known: list[str], genuine: Ints, impostor: Ints, compared: Compared, limit: float, unknown: int
) -> Column:
    slices = []
    for code, value in enumerate(known):
        same, apart = compared.genuine.picked(genuine == code), compared.impostor.picked(impostor == code)
        slices.append(Slice(value, _people(same, apart), false_matches(apart, limit), misses(same, limit)))
    return Column(
        name,
        tuple(slices),
        _worst([(one, one.fmr) for one in slices]),
        _worst([(one, one.fnmr) for one in slices]),
        unknown,
    )


def _people(genuine: Scores, impostor: Scores) -> int:
    return len(np.unique(np.concatenate([genuine.person_a, impostor.person_a, impostor.person_b])))


def _worst(rates: list[tuple[Slice, Rate]]) -> str | None:
    """The slice of the highest rate among those that are large enough to say so, of which there have to be two."""
    enough = [
        (rate.value, one.value)
        for one, rate in rates
        if one.people >= LEAST_PEOPLE and rate.trials >= LEAST_TRIALS and rate.value is not None
    ]
    if len(enough) < 2 or max(enough)[0] == 0:
        return None
    return max(enough)[1]
