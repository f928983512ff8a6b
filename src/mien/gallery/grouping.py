"""Finds who is the same among all faces of a gallery, and keeps what was said by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.gallery.clustering import (
    Links,
    close_pairs,
    cluster,
    cluster_among,
    matched,
    threshold_among,
)
from mien.gallery.decide import Calibration
from mien.gallery.identify import ENROL_QUALITY, POOR
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Face, Kind, Model, Move, Step

# Length of the vectors of doubtful faces, which therefore need more likeness to be joined. Of faces made 22 pixels wide
# all were then with their own person, and 84 % without it (bench/gallery_clusters.py).
DOUBTFUL = 0.8
CLOSE = 0.1  # below the threshold, in cosine: clusters that are too alike to be sure that they are two people


@dataclass(frozen=True)
class Close:
    """Two people or groups by name who look so alike that they may be one, and the two faces that are most alike."""

    a: str
    b: str
    similarity: float
    faces: tuple[int, int]


@dataclass(frozen=True)
class Grouping:
    """What a clustering did.

    step: its number in the history, None where nothing moved. moved: faces that changed hands. poor: faces of too
    little quality to be grouped, which stay nobody's. alone: other faces that are like no other.
    threshold: the mean cosine from which clusters were joined. close: pairs to look at, the most alike first.
    """

    step: int | None
    moved: int
    poor: int
    alone: int
    threshold: float
    close: tuple[Close, ...]


def group(store: Store, model: Model, calibration: Calibration, *, again: bool = False) -> Grouping:
    """Put faces that are nobody's into groups, or to the people they belong to.

    Confirmed faces stay where they are and no two people who have confirmed faces are joined; what was held apart
    or rejected stays so. Groups keep their number as long as most of their faces do. The threshold follows from
    the number of people (`clustering.threshold_among`).

    again: take all apart that is not confirmed and begin anew; otherwise new faces join what is there.
    """
    faces, vectors = _all(store, model)
    rows = {face.id: i for i, face in enumerate(faces)}
    quality = np.array([face.quality for face in faces], np.float32)
    poor = (quality < POOR) & ~np.array([face.confirmed for face in faces], bool)
    vectors = vectors * np.where(quality < ENROL_QUALITY, DOUBTFUL, 1)[:, None].astype(np.float32)
    owner = np.array([face.person_id or -1 for face in faces], np.int64)
    confirmed = np.array([face.confirmed and face.person_id is not None for face in faces], bool)
    links = _links(store, rows, np.where(confirmed, owner, -1), poor)
    use = np.flatnonzero(~poor)
    if again:
        labels, threshold = cluster_among(vectors[use], calibration, links=links)
    else:
        labels, threshold = _joined(vectors[use], calibration, links, owner[use])
    number = np.full(len(faces), -1)
    number[use] = matched(owner[use], labels, links)
    after = _people(store, number, owner, confirmed)
    moves = tuple(
        Move(face.id, face.person_id, new or None, face.confirmed, face.confirmed)
        for face, new in zip(faces, after.tolist(), strict=True)
        if new != (face.person_id or 0)
    )
    step = store.apply(Step("cluster", moves)) if moves else None
    close = _close(store, faces, vectors[use], after[use], use, links, threshold - CLOSE)
    alone = int(((after == 0) & ~poor).sum())
    return Grouping(step, len(moves), int(poor.sum()), alone, threshold, close)


def _joined(
    vectors: npt.NDArray[np.float32], calibration: Calibration, links: Links, start: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], float]:
    """(clusters, threshold) after faces without one (-1) joined those that are there; see `cluster_among`."""
    people = len(np.unique(start[start >= 0])) + int((start < 0).sum())
    while True:
        threshold = threshold_among(calibration, people)
        start = cluster(vectors, threshold=threshold, links=links, start=start)
        if start.max(initial=-1) + 1 >= people:
            return start, threshold
        people = int(start.max()) + 1


def _all(store: Store, model: Model) -> tuple[list[Face], npt.NDArray[np.float32]]:
    """All faces that have a template of the model, by id, with the templates (n, d)."""
    keys: list[int] = []
    parts: list[npt.NDArray[np.float32]] = [np.zeros((0, model.dim), np.float32)]
    for batch in store.templates(model, Kind.FACE):
        keys += batch.keys.tolist()
        parts.append(batch.exact)
    held = store.faces_by_id(keys)
    vectors = np.concatenate(parts)
    there = [i for i, key in enumerate(keys) if key in held]  # whoever was not forgotten in between
    return [held[keys[i]] for i in there], vectors[there]


def _links(
    store: Store, rows: dict[int, int], anchors: npt.NDArray[np.int64], poor: npt.NDArray[np.bool_]
) -> Links:
    """What was said by hand, by rows of the faces that are used."""
    place = np.cumsum(~poor) - 1
    bonds = store.bonds()

    def used(face: int) -> bool:
        return face in rows and not poor[rows[face]]

    cannot = [(place[rows[a]], place[rows[b]]) for a, b in bonds.apart if used(a) and used(b)]
    rejected = [(place[rows[face]], person) for face, person in bonds.rejected if used(face)]
    return Links(
        cannot=np.array(cannot, np.int64).reshape(-1, 2),
        anchors=anchors[~poor],
        rejected=np.array(rejected, np.int64).reshape(-1, 2),
    )


def _people(
    store: Store,
    number: npt.NDArray[np.int64],
    owner: npt.NDArray[np.int64],
    confirmed: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """(n,) the id of the person of each face, 0 for nobody: of two faces or more, or of anybody confirmed."""
    sizes = Counter(number.tolist())
    anchored = set(owner[confirmed].tolist())
    kept = {n for n, size in sizes.items() if n >= 0 and (size > 1 or n in anchored)}
    known = set(owner.tolist())
    new = sorted(kept - known)
    ids = {n: n for n in kept & known} | dict(
        zip(new, store.reserve_groups(len(new)) if new else [], strict=True)
    )
    return np.array([ids.get(n, 0) for n in number.tolist()], np.int64)


def _close(
    store: Store,
    faces: list[Face],
    vectors: npt.NDArray[np.float32],
    people: npt.NDArray[np.int64],
    use: npt.NDArray[np.intp],
    links: Links,
    least: float,
) -> tuple[Close, ...]:
    found = close_pairs(vectors, np.where(people > 0, people, -1), least=least, links=links)
    names = store.people_by_id(sorted({i for pair in found for i in (pair.a, pair.b)}))
    return tuple(
        Close(
            names[pair.a].name,
            names[pair.b].name,
            pair.similarity,
            (faces[use[pair.faces[0]]].id, faces[use[pair.faces[1]]].id),
        )
        for pair in found
        if pair.a in names and pair.b in names and not (names[pair.a].named and names[pair.b].named)
    )
