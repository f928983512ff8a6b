"""Clusters of the development half of LFW: quality, adding faces, links, look-alikes, poor faces and size."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bench import lfw
from bench.decision import calibrate, centre_of
from bench.report import Row
from bench.shared import cached, shared
from mien.errors import ConstraintConflict
from mien.faces import FaceEngine
from mien.faces.embed import unit
from mien.gallery.clustering import Links, bcubed, close_pairs, cluster, cluster_among, edits, matched
from mien.gallery.clustering.links import atoms
from mien.gallery.decide import Calibration
from mien.media import read_image

Vectors = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
GRID = np.round(np.arange(0.2, 0.7, 0.01), 2)
LINKS = 500
PARTS = 10
SMEARS = 300
SMALL = 60 / 250  # an LFW picture at 60 x 60, in which the face is 22 pixels wide
SHORT = 0.8  # length of the embedding of a poor face
ALIKE = 0.6  # cosine between two photographs of a made-up person


def clusters(quick: bool) -> Iterator[Row]:
    """All faces at once: threshold and centre from one half of the people, scored on the others and on all."""
    half, vectors, mine, others, limit = split()
    began = time.process_time()
    labels = average(vectors, limit)
    seconds = time.process_time() - began
    p, r, f = bcubed(labels, half.person)
    unseen = scored(half, vectors, others, lambda rows: average(rows, limit))
    yield Row(
        f"clusters of LFW's development half, {len(labels):,} faces of {half.person.max() + 1:,} people",
        f"BCubed P {p:.4f} R {r:.4f} F {f:.4f}, {labels.max() + 1:,} clusters, {edits(labels, half.person)} edits, "
        f"{seconds:.2f} CPU-s",
        "F ≥ 0.985, ≤ 5 CPU-s",
        min(f, unseen) >= 0.985 and seconds <= 5,
        f"threshold {limit:.2f} and centre from half of the people; the other half alone: F {unseen:.4f}",
    )
    t = chosen(half, vectors, mine, single)
    lonely = np.arange(len(labels))
    yield Row(
        "the same by other ways",
        f"connected components F {bcubed(single(vectors, t), half.person)[2]:.4f} "
        f"({edits(single(vectors, t), half.person)} edits), everybody alone F {bcubed(lonely, half.person)[2]:.4f} "
        f"({edits(lonely, half.person)} edits)",
        "reported",
        None,
        f"threshold {t:.2f} of the components chosen in the same way",
    )


def clusters_among(quick: bool) -> Iterator[Row]:
    """The threshold from the number of people, with a calibration of one half of them."""
    half, vectors, mine, others, fixed = split()
    table = calibrate(half, mine, centre_of(half, mine))
    labels, limit = cluster_among(vectors, table)
    f = bcubed(labels, half.person)[2]
    yield Row(
        "the same, threshold from the number of people found",
        f"F {f:.4f} at {limit:.3f}",
        "F ≥ 0.985",
        f >= 0.985,
        f"others alone, F with {fixed:.2f} for all in brackets: {sizes(half, vectors, others, table, fixed)}",
    )


def sizes(half: lfw.Lfw, vectors: Vectors, people: Ints, table: Calibration, fixed: float) -> str:
    """F for galleries of so many of the people, mean of twenty draws: threshold by size, and one for all sizes."""
    told = []
    for size in (20, 100, 300, len(people)):
        draws = [np.random.default_rng(seed).choice(people, size, replace=False) for seed in range(20)]
        own = [scored(half, vectors, drawn, lambda rows: cluster_among(rows, table)[0]) for drawn in draws]
        one = [scored(half, vectors, drawn, lambda rows: average(rows, fixed)) for drawn in draws]
        told.append(f"{size:,} people {np.mean(own):.4f} ({np.mean(one):.4f})")
    return ", ".join(told)


def parts(quick: bool) -> Iterator[Row]:
    """Faces that arrive in shuffled parts, without clustering again what was there."""
    half, vectors, _, _, limit = split()
    batch = bcubed(average(vectors, limit), half.person)[2]
    scores, seconds = [], []
    for seed in range(3 if quick else 10):
        began = time.process_time()
        labels = arriving(vectors, limit, np.random.default_rng(seed).permutation(len(vectors)), Links())
        seconds.append(time.process_time() - began)
        scores.append(bcubed(labels, half.person)[2])
    yield Row(
        f"the same in {PARTS} shuffled parts, {len(scores)} shuffles",
        f"F {np.mean(scores):.4f}, worst {min(scores):.4f}; at once {batch:.4f}",
        "worst ≥ at once - 0.005",
        min(scores) >= batch - 0.005,
        f"{np.mean(seconds):.2f} CPU-s for all parts",
    )


def constraints(quick: bool) -> Iterator[Row]:
    """Random corrections of the clusters, all against what the cosines say, in clusterings made again."""
    _, vectors, _, _, limit = split()
    rng = np.random.default_rng(0)
    links = corrections(average(vectors, limit), rng)
    order = rng.permutation(len(vectors))
    place = np.argsort(order)
    shuffled = cluster(vectors[order], threshold=limit, links=Links(place[links.must], place[links.cannot]))
    again = [
        cluster(vectors, threshold=limit, links=links),
        shuffled[place],
        arriving(vectors, limit, rng.permutation(len(vectors)), links),
    ]
    held = [
        int((labels[links.must[:, 0]] == labels[links.must[:, 1]]).sum())
        + int((labels[links.cannot[:, 0]] != labels[links.cannot[:, 1]]).sum())
        for labels in again
    ]
    total = len(links.must) + len(links.cannot)
    yield Row(
        f"{total} random links ({len(links.must)} must, {len(links.cannot)} cannot), clustered again three times",
        f"{' / '.join(map(str, held))} hold: as before, shuffled, in {PARTS} parts",
        "all",
        held == [LINKS] * 3,
        "each contradicts the clusters without links",
    )


def look_alikes(quick: bool) -> Iterator[Row]:
    """People who are in two clusters, and whether that is reported."""
    half, vectors, _, _, limit = split()
    labels = average(vectors, limit)
    pairs = close_pairs(vectors, labels, least=limit - 0.1, most=len(vectors))
    right = [half.person[pair.faces[0]] == half.person[pair.faces[1]] for pair in pairs]
    torn = np.unique(half.person[[pair.faces[0] for pair, same in zip(pairs, right, strict=True) if same]])
    of_person = np.unique(np.stack([half.person, labels]), axis=1)[0]
    all_torn = np.unique(half.person[np.isin(half.person, np.flatnonzero(np.bincount(of_person) > 1))])
    yield Row(
        "close pairs of clusters, from 0.1 below the threshold",
        f"{len(torn)} of {len(all_torn)} people in several clusters are reported, "
        f"by {sum(right)} of {len(pairs):,} pairs; {sum(right[:50])} of the first 50",
        "reported",
        None,
        "the others are people who look alike; nothing of it is merged",
    )


def poor_faces(quick: bool) -> Iterator[Row]:
    """Faces that are too small, as they are and with a shorter embedding."""
    half, vectors, mine, _, limit = split()
    kept = cached("lfw-smears", lambda: smears(half))
    rows, poor = kept["rows"], np.zeros(len(vectors), bool)
    poor[rows] = True
    mixed = vectors.copy()
    mixed[rows] = unit(kept["vectors"] - centre_of(half, mine))
    told = []
    for length in (1.0, SHORT):
        labels = average(np.where(poor[:, None], np.float32(length), np.float32(1)) * mixed, limit)
        pure = np.mean([(half.person[labels == labels[i]] == half.person[i]).mean() for i in rows])
        good = bcubed(labels[~poor], half.person[~poor])[2]
        told.append(
            f"of length {length}: {pure:.1%} of a poor face's cluster is that person, F of the others {good:.4f}"
        )
    yield Row(
        f"{SMEARS} of the faces made 22 pixels wide",
        "; ".join(told),
        "reported",
        None,
        "a shorter row glues less",
    )


def size(quick: bool) -> Iterator[Row]:
    """Time and memory for made-up faces: five photographs each, and an album of few people."""
    for n, people in ((10_000, 2_000), (10_000, 5), *([] if quick else [(100_000, 20_000)])):
        rows, truth = made_up(n, people)
        tracemalloc.start()
        began = time.process_time()
        labels = cluster(rows, threshold=0.4)
        seconds = time.process_time() - began
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        bar = 15 if n == 10_000 else None
        yield Row(
            f"{n:,} made-up faces of {people:,} people, 128 components",
            f"{seconds:.1f} CPU-s, {peak:.0f} MiB at most (the rows: {rows.nbytes / 2**20:.0f}), "
            f"F {bcubed(labels, truth)[2]:.4f}",
            f"< {bar} CPU-s" if bar else "reported",
            seconds < bar if bar else None,
            f"all cosines would be {n * n * 4 / 2**20:,.0f} MiB",
        )


@cache
def split() -> tuple[lfw.Lfw, Vectors, Ints, Ints, float]:
    """The half, its vectors, two parts of its people; the first part gives the centre and the threshold."""
    half = lfw.load()
    mine, others = np.array_split(np.random.default_rng(0).permutation(np.unique(half.person)), 2)
    vectors = unit(half.flipped - centre_of(half, mine))
    return half, vectors, mine, others, chosen(half, vectors, mine, average)


def chosen(half: lfw.Lfw, vectors: Vectors, people: Ints, way: Callable[[Vectors, float], Ints]) -> float:
    """The threshold with the highest F for these people."""
    return float(max(GRID, key=lambda t: scored(half, vectors, people, lambda rows: way(rows, float(t)))))


def scored(half: lfw.Lfw, vectors: Vectors, people: Ints, way: Callable[[Vectors], Ints]) -> float:
    """F of clusters of the pictures of these people alone."""
    rows = np.isin(half.person, people)
    return bcubed(way(vectors[rows]), half.person[rows])[2]


def average(rows: Vectors, threshold: float) -> Ints:
    """Clusters by average linkage."""
    return cluster(rows, threshold=threshold)


def single(rows: Vectors, threshold: float) -> Ints:
    """Clusters as connected components: whoever is alike is joined, over any number of others."""
    return np.asarray(connected_components(csr_array(rows @ rows.T >= threshold))[1], np.int64)


def arriving(vectors: Vectors, threshold: float, order: Ints, links: Links) -> Ints:
    """Clusters of faces that arrive in PARTS parts in this order; links count from when both faces are there."""
    labels, place = np.full(len(vectors), -1), np.full(len(vectors), -1)
    for part in np.array_split(order, PARTS):
        rows = np.flatnonzero((labels >= 0) | np.isin(np.arange(len(labels)), part))
        place[rows] = np.arange(len(rows))
        both = [place[pairs][(place[pairs] >= 0).all(axis=1)] for pairs in (links.must, links.cannot)]
        found = cluster(vectors[rows], threshold=threshold, links=Links(*both), start=labels[rows])
        labels[rows] = matched(labels[rows], found)
    return labels


def corrections(labels: Ints, rng: np.random.Generator) -> Links:
    """LINKS random links, half of them across clusters and half within, none that contradicts the ones before."""
    links = Links()
    while len(links.must) < LINKS // 2:
        a, b = rng.integers(0, len(labels), 2)
        if labels[a] != labels[b]:
            links = Links(np.vstack([links.must, [[a, b]]]), links.cannot)
    while len(links.cannot) < LINKS - LINKS // 2:
        a = rng.integers(0, len(labels))
        b = rng.choice(np.flatnonzero(labels == labels[a]))
        further = Links(links.must, np.vstack([links.cannot, [[a, b]]]))
        try:
            atoms(len(labels), further)
        except ConstraintConflict:
            continue
        links = further
    return links


def smears(half: lfw.Lfw) -> dict[str, npt.NDArray[np.generic]]:
    """Raw embeddings of random faces that were made small, blurred and large again."""
    root, engine = shared("faces/lfw"), FaceEngine()
    engine.embedder.centre = np.zeros(0, np.float32)
    rows = np.random.default_rng(0).choice(len(half.files), SMEARS, replace=False)
    vectors = []
    for row in rows:
        image = read_image(root / half.files[row])
        small = cv2.resize(image, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
        smear = cv2.resize(
            cv2.GaussianBlur(small, (0, 0), 1), image.shape[1::-1], interpolation=cv2.INTER_CUBIC
        )
        face = lfw.middle(engine.detect(image))
        vectors.append(engine.embed(smear, face, flip=True).embeddings[0])
    return {"rows": rows, "vectors": np.stack(vectors)}


def made_up(n: int, people: int) -> tuple[Vectors, Ints]:
    """Unit rows (n, 128) of so many people in random order, with a cosine of ALIKE within each, and who is who."""
    rng = np.random.default_rng(0)
    truth = rng.permutation(np.arange(n) % people)
    noise = np.sqrt((1 / ALIKE - 1) / 128) * rng.standard_normal((n, 128))
    return unit((unit(rng.standard_normal((people, 128)))[truth] + noise).astype(np.float32)), truth
