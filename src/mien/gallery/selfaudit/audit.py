"""Looks through a gallery for what makes it answer wrongly, without changing anything."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from mien.gallery.decide import PHOTOS, Calibration, posterior, threshold
from mien.gallery.identify import ENROL_QUALITY
from mien.gallery.selfaudit import mislabelled
from mien.gallery.selfaudit.enrolled import Enrolled
from mien.gallery.selfaudit.findings import Finding, Problem
from mien.gallery.selfaudit.likeness import Mask, Rows, Sums, pairs
from mien.gallery.selfaudit.mislabelled import Compared

# Cosine from which two faces are from one picture. A picture that was saved anew, halved or cropped is at 0.936 or more
# to itself in 19 cases of 20; of 4,421 pairs of photographs of one person in LFW 6 are above the limit.
SAME_PICTURE = 0.92


def audit(
    faces: Enrolled, calibration: Calibration, fpir: float, apart: Sequence[tuple[int, int]] = ()
) -> list[Finding]:
    """All findings, the most harmful problem first and the most probable first within it.

    fpir: the false-positive identification rate of the gallery; who is alike beyond its threshold is reported.
    apart: pairs of face ids of which somebody said that they are different people, which is then not asked again.

    A gallery of 100,000 faces takes minutes on one core and a few hundred megabytes.
    """
    if not len(faces):
        return []
    ids, owner = np.unique(faces.people, return_inverse=True)
    compared, wrong, either = mislabelled.find(faces.vectors, owner, len(ids), calibration)
    members = _members(owner)
    found = [
        *_mislabelled(faces, ids, owner, compared, wrong),
        *_either(faces, ids, members, compared, either),
        *_repeated(faces, owner, members, compared),
        *_alike(faces, ids, owner, ~wrong, calibration, fpir, apart),
        *_poor(faces, ids, owner, members),
    ]
    order = list(Problem)
    return sorted(found, key=lambda f: (order.index(f.problem), -f.probability, -_or_zero(f.like), f.faces))


def _mislabelled(
    faces: Enrolled, ids: Rows, owner: Rows, compared: Compared, wrong: Mask
) -> Iterator[Finding]:
    for i in np.flatnonzero(wrong).tolist():
        somebody = compared.other[i] > 0.5
        yield Finding(
            Problem.MISLABELLED,
            int(ids[owner[i]]),
            (int(faces.keys[i]),),
            int(ids[compared.rival.person[i]]) if somebody else None,
            own=float(compared.own[i]),
            like=float(compared.rival.cosine[i]) if somebody else math.nan,
            probability=float(1 - compared.right[i]),
        )


def _either(
    faces: Enrolled, ids: Rows, members: list[Rows], compared: Compared, either: Mask
) -> Iterator[Finding]:
    for person, own in enumerate(members):
        rows = own[either[own]]
        if not len(rows):
            continue
        first = int(rows[compared.other[rows].argmax()])
        somebody = compared.other[first] > 0.5
        yield Finding(
            Problem.EITHER,
            int(ids[person]),
            tuple(faces.keys[rows].tolist()),
            int(ids[compared.rival.person[first]]) if somebody else None,
            own=float(compared.own[rows].min()),
            like=float(compared.rival.cosine[first]) if somebody else math.nan,
            probability=float(1 - compared.right[rows].max()),
        )


def _repeated(faces: Enrolled, owner: Rows, members: list[Rows], compared: Compared) -> Iterator[Finding]:
    """Pictures that are there twice: of one person, or of two."""
    done = set()
    for i, j in _candidates(faces, members, compared):
        pair = min(i, j), max(i, j)
        same_file = bool(faces.sha256[i]) and faces.sha256[i] == faces.sha256[j]
        like = float(faces.vectors[i] @ faces.vectors[j])
        if pair in done or like < SAME_PICTURE:  # two faces of one picture of several people are no problem
            continue
        done.add(pair)
        first, second = pair
        shared = owner[first] != owner[second]
        yield Finding(
            Problem.SHARED if shared else Problem.TWICE,
            int(faces.people[first]),
            (int(faces.keys[first]),) if shared else (int(faces.keys[first]), int(faces.keys[second])),
            int(faces.people[second]) if shared else None,
            (int(faces.keys[second]),) if shared else (),
            like=math.nan if same_file else like,
        )


def _candidates(faces: Enrolled, members: list[Rows], compared: Compared) -> Iterator[tuple[int, int]]:
    """Pairs of rows that may be of one picture: one file, one person, or a face and its likeliest other person."""
    files = defaultdict(list)
    for row, digest in enumerate(faces.sha256):
        files[digest].append(row)
    for digest, rows in files.items():
        if digest:
            yield from ((a, b) for k, a in enumerate(rows) for b in rows[k + 1 :])
    for own in members:
        if len(own) > 1:
            i, j, _ = pairs(faces.vectors[own], SAME_PICTURE)
            yield from zip(own[i].tolist(), own[j].tolist(), strict=True)
    for row in np.flatnonzero(compared.other > 0.5).tolist():
        others = members[compared.rival.person[row]]
        near = faces.vectors[others] @ faces.vectors[row] >= SAME_PICTURE
        yield from ((row, other) for other in others[near].tolist())


def _alike(
    faces: Enrolled,
    ids: Rows,
    owner: Rows,
    counts: Mask,
    calibration: Calibration,
    fpir: float,
    apart: Sequence[tuple[int, int]],
) -> Iterator[Finding]:
    """Pairs of people whose templates are as much alike as a face has to be to be called by a name here."""
    sums = Sums.of(faces.vectors, owner, len(ids), counts)
    photos = np.minimum(sums.photos, PHOTOS)
    limit = threshold(calibration, np.bincount(photos, minlength=PHOTOS + 1)[1:], fpir)
    person = dict(zip(faces.keys.tolist(), owner.tolist(), strict=True))
    told = {frozenset((person[a], person[b])) for a, b in apart if a in person and b in person}
    i, j, cosine = pairs(sums.templates(), limit)
    for a, b, like in zip(i.tolist(), j.tolist(), cosine.tolist(), strict=True):
        if frozenset((a, b)) not in told:
            chance = posterior(calibration, [like], [min(photos[a], photos[b])], len(ids))[0]
            yield Finding(Problem.ALIKE, int(ids[a]), (), int(ids[b]), like=like, probability=float(chance))


def _poor(faces: Enrolled, ids: Rows, owner: Rows, members: list[Rows]) -> Iterator[Finding]:
    best = np.zeros(len(ids), np.float32)
    np.maximum.at(best, owner, faces.quality)
    for person in np.flatnonzero(best < ENROL_QUALITY).tolist():
        keys = tuple(faces.keys[members[person]].tolist())
        detail = f"{best[person]:.2f}, {ENROL_QUALITY:.2f} is needed"
        yield Finding(Problem.ONLY_POOR, int(ids[person]), keys, detail=detail)
    for row, issues in enumerate(faces.issues):
        quality = faces.quality[row]
        if best[owner[row]] >= ENROL_QUALITY and (issues or quality < ENROL_QUALITY):
            detail = " and ".join(issues) or f"of quality {quality:.2f}"
            yield Finding(Problem.POOR, int(ids[owner[row]]), (int(faces.keys[row]),), detail=detail)


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _members(owner: Rows) -> list[Rows]:
    """The rows of each person's faces."""
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)
