"""The store on PostgreSQL against the one in a file: the same decisions, how long each takes, and many at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

import mien
from bench import lfw
from bench.report import Row
from bench.search import NOISE, unit
from mien.gallery import repair
from mien.gallery.gallery import Gallery
from mien.gallery.protection.rotation import rotation, turn
from mien.gallery.stores import open_store, portable
from mien.gallery.stores.records import Kind, Model, NewFace
from mien.types import Faces
from tests.gallery.servers import start

MODEL = Model("bench", "1", "0" * 64, 128)
WRITERS, READERS = 4, 8
NEAREST = 5


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server of its own, with its settings as they come."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        running = start(Path(folder) / "postgres")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def same_decisions(quick: bool) -> Iterator[Row]:
    """A gallery of 100,000 people is moved onto a server; both answer the same 1,000 probes."""
    n, q = (5_000, 100) if quick else (100_000, 1_000)
    rng = np.random.default_rng(0)
    people, strangers = spread_as_lfw(n, rng), spread_as_lfw(q - q // 2, rng)
    known = unit(people[rng.integers(0, n, q // 2)] + NOISE * rng.standard_normal((q // 2, MODEL.dim)))
    probes = np.concatenate([known, strangers])
    with server() as url, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.mien"
        with mien.open(path) as gallery:
            gallery.store.enroll_many(
                (f"person {i}", [gallery.turned(face(gallery.model, row, i))]) for i, row in enumerate(people)
            )
        start_of_move = time.perf_counter()
        rows = [step.total for step in portable.migrate(path, url)][-1] // 3
        moving = time.perf_counter() - start_of_move
        with mien.open(path) as here, mien.open(url) as there:
            before = Answers(here, probes)
            exact = Answers(there, probes)
            began = time.perf_counter()
            there.store.make_index(there.model, Kind.PERSON)  # type: ignore[attr-defined]
            indexing = time.perf_counter() - began
            hnsw = Answers(there, probes)
    for name, found in (("every template compared", exact), ("HNSW", hnsw)):
        told, worst, order = compared(before, found)
        yield Row(
            f"{n:,} people on PostgreSQL against a file, {name}: decisions for {q:,} probes",
            f"{told} differ; highest difference of scores {worst:.1e}; "
            f"{order} with other people among the {NEAREST} nearest; "
            f"p50 {found.p50:.1f} ms and p99 {found.p99:.1f} ms (file: {before.p50:.1f} and {before.p99:.1f} ms)",
            "0 differ; < 1e-3; 0 with other people" if found is exact else "reported: what HNSW misses",
            told == 0 and worst < 1e-3 and order == 0 if found is exact else None,
            f"the index was made in {indexing:.0f} s"
            if found is hnsw
            else f"{rows:,} rows moved and verified in {moving:.0f} s",
        )


def spread_as_lfw(n: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Unit vectors (n, 128) of made-up people, distributed as the faces of LFW are: mean and covariance."""
    half = lfw.load()
    real = half.flipped[half.detected].astype(np.float64)
    return unit(rng.multivariate_normal(real.mean(axis=0), np.cov(real.T), n, method="cholesky"))


class Answers:
    """What a gallery says of probes: decisions, nearest people with scores, and milliseconds of the search."""

    def __init__(self, gallery: Gallery, probes: npt.NDArray[np.float32]) -> None:
        search = gallery.store.searcher(gallery.model, Kind.PERSON)
        turned = turn(probes, rotation(gallery.store.secret("rotation"), MODEL.dim))
        search.search(turned[:1], NEAREST)
        seconds, near = [], []
        for probe in turned:
            began = time.perf_counter()
            near.append(search.search(probe[None], NEAREST))
            seconds.append(time.perf_counter() - began)
        self.keys = np.concatenate([keys for keys, _ in near])
        self.scores = np.concatenate([scores for _, scores in near])
        self.p50, self.p99 = (1000 * np.percentile(seconds, (50, 99))).tolist()
        told = gallery.recognise(faces(probes))
        assert told.names is not None
        assert told.answers is not None
        self.decisions = list(zip(told.answers, told.names, strict=True))


def compared(one: Answers, other: Answers) -> tuple[int, float, int]:
    """(decisions that differ, the highest difference of the nearest score, probes with other people nearby)."""
    told = sum(a != b for a, b in zip(one.decisions, other.decisions, strict=True))
    worst = float(np.abs(one.scores[:, 0] - other.scores[:, 0]).max())
    return told, worst, int((one.keys != other.keys).any(axis=1).sum())


def faces(embeddings: npt.NDArray[np.float32]) -> Faces:
    """Faces of good quality with these embeddings."""
    n = len(embeddings)
    return Faces(
        boxes=np.tile(np.array([0, 0, 112, 112], np.float32), (n, 1)),
        keypoints=np.zeros((n, 5, 2), np.float32),
        scores=np.ones(n, np.float32),
        rolls=np.zeros(n, np.float32),
        quality=np.ones(n, np.float32),
        embeddings=embeddings,
    )


def face(model: Model, vector: npt.NDArray[np.float32], number: int) -> NewFace:
    """A face to enrol."""
    return NewFace({model: vector}, f"/photos/{number}.jpg", f"{number:064x}", (0, 0, 112, 112), 1.0)


def many_at_once(quick: bool) -> Iterator[Row]:
    """Writers enrol, rename and forget, readers search and list, each a process of its own."""
    rounds = 10 if quick else 60
    processes = multiprocessing.get_context("spawn")
    with server() as url:
        open_store(url, create=True).close()
        began = time.perf_counter()
        with processes.Pool(WRITERS + READERS) as pool:
            writers = [pool.apply_async(write, (url, number, rounds)) for number in range(WRITERS)]
            readers = [pool.apply_async(read, (url, rounds)) for _ in range(READERS)]
            kept = [name for each in writers for name in each.get()]
            reads = sum(each.get() for each in readers)
        seconds = time.perf_counter() - began
        with open_store(url) as store:
            found = [person.name for person in store.people()]
            seqs = [change.seq for change in store.changes_since(0)]
            problems = store.problems()
            writes = store.head().seq
    lost = len(set(kept) ^ set(found))
    gaps = seqs != list(range(1, len(seqs) + 1))
    yield Row(
        f"PostgreSQL: {WRITERS} writers and {READERS} readers at once, each a process",
        f"{writes:,} changes and {reads:,} reads in {seconds:.0f} s: no error, {lost} lost or left, "
        f"{len(problems)} problems, numbers of changes {'with gaps' if gaps else 'without gaps'}",
        "no error, no lost write",
        not lost and not problems and not gaps,
    )


def write(url: str, number: int, rounds: int) -> list[str]:
    """Enrol a person each round, rename every third, forget every fifth; the names that are to be there."""
    rng = np.random.default_rng(number)
    kept = []
    with open_store(url) as store:
        for i in range(rounds):
            name = f"person {number} {i}"
            vectors = rng.standard_normal((2, MODEL.dim)).astype(np.float32)
            store.enroll(name, [face(MODEL, vector, i) for vector in vectors])
            if i % 3 == 1:
                repair.name(store, name, f"{name} renamed")
                name += " renamed"
            if i % 5 == 4:
                store.forget(name)
            else:
                kept.append(name)
    return kept


def read(url: str, rounds: int) -> int:
    """Search, list and follow the log; how many reads there were. Whatever is seen has to fit together."""
    rng = np.random.default_rng(9)
    last = reads = 0
    with open_store(url) as store:
        for _ in range(3 * rounds):
            keys, _ = store.searcher(MODEL, Kind.PERSON).search(rng.standard_normal((1, MODEL.dim)), 3)
            people = store.people_by_id(keys[0].tolist())
            assert all(person.faces in (0, 2) for person in people.values())
            changes = store.changes_since(last)
            assert [change.seq for change in changes] == list(range(last + 1, last + 1 + len(changes)))
            last += len(changes)
            reads += 3
    return reads
