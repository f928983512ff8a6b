"""Times the exact search of a gallery against faiss's exact int8 searches, and checks that it misses nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from mien.gallery.index import Index
from mien.gallery.search import ExactSearch
from mien.gallery.stores.records import Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore

PHOTOS = 5  # rows of one person
NOISE = 0.06  # per component; photographs of a person then have a cosine of about 0.7
QUERIES = 600
ROUND = 20  # queries that one search answers before it is another's turn: noise is shared, caches are not
NEAREST = 10

Search = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.int64]]


def run(n: int = 100_000, d: int = 128, *, opening: bool = True) -> dict[str, float | bool]:
    """Figures for n rows of d components, one thread.

    *_cpu_ms: CPU time (10th percentile) of one query for its 10 nearest, ours with re-ranking; they take turns.
    ratio: ours to the faster of faiss's two. *_recall_at_1: against exact float64 cosines.
    add_visible, delete_visible: whether the very next search shows it. open_s: wall time to open the index of
    a gallery of n people from its sidecar, and open_built_s without one (only with `opening`).
    """
    rows, queries = mixture(n, d, QUERIES)
    ours = ExactSearch(d)
    ours.add(np.arange(n), rows)
    searches: dict[str, Search] = {
        "ours": lambda query: ours.search(query, NEAREST)[0],
        "faiss_sq8": faiss_8bit(rows, faiss.ScalarQuantizer.QT_8bit, 1.0),
        "faiss_direct": faiss_8bit(
            rows, faiss.ScalarQuantizer.QT_8bit_direct_signed, 127 / np.abs(rows).max()
        ),
    }
    best = exact_best(rows, queries)
    figures: dict[str, float | bool] = {"rows": n}
    for name, (milliseconds, recall) in measure(searches, queries, best).items():
        figures |= {f"{name}_cpu_ms": milliseconds, f"{name}_recall_at_1": recall}
    fastest = min(figures["faiss_sq8_cpu_ms"], figures["faiss_direct_cpu_ms"])
    figures["ratio"] = round(figures["ours_cpu_ms"] / fastest, 3)
    return figures | visible(ours, queries[:1]) | (opened(rows) if opening else {})


def mixture(n: int, d: int, q: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Unit rows (n, d) of people with PHOTOS rows each, and unit queries (q, d), further ones of some of them."""
    rng = np.random.default_rng(0)
    people = unit(rng.standard_normal((-(-n // PHOTOS), d)))
    rows = np.repeat(people, PHOTOS, axis=0)[:n]
    asked = people[rng.integers(0, len(people), q)]
    return unit(rows + NOISE * rng.standard_normal(rows.shape)), unit(
        asked + NOISE * rng.standard_normal(asked.shape)
    )


def unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Rows of unit length."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def faiss_8bit(rows: npt.NDArray[np.float32], kind: int, scale: float) -> Search:
    """An exhaustive search over 8-bit rows by faiss in one thread."""
    faiss.omp_set_num_threads(1)
    index = faiss.IndexScalarQuantizer(rows.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    scaled = np.rint(rows * scale) if scale != 1 else rows
    index.train(scaled)
    index.add(scaled)
    return lambda query: index.search(query * np.float32(scale), NEAREST)[1]


def exact_best(rows: npt.NDArray[np.float32], queries: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """(q,) the row with the highest float64 cosine; 10,000 rows at a time."""
    best, score = np.zeros(len(queries), np.intp), np.full(len(queries), -2.0)
    for i in range(0, len(rows), 10_000):
        part = rows[i : i + 10_000].astype(np.float64)
        cosines = queries.astype(np.float64) @ (part / np.linalg.norm(part, axis=1, keepdims=True)).T
        better = cosines.max(axis=1) > score
        best[better], score[better] = i + cosines.argmax(axis=1)[better], cosines.max(axis=1)[better]
    return best


def measure(
    searches: dict[str, Search], queries: npt.NDArray[np.float32], best: npt.NDArray[np.intp]
) -> dict[str, tuple[float, float]]:
    """(CPU milliseconds, recall at 1) of each search; they take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in searches}
    hits = dict.fromkeys(searches, 0)
    for i in range(0, len(queries), ROUND):
        for name, search in searches.items():
            search(queries[:1])
            for query, expected in zip(queries[i : i + ROUND], best[i : i + ROUND], strict=True):
                start = time.process_time()
                found = search(query[None])
                seconds[name].append(time.process_time() - start)
                hits[name] += int(found[0, 0] == expected)
    return {
        name: (round(1000 * float(np.percentile(seconds[name], 10)), 3), hits[name] / len(queries))
        for name in searches
    }


def visible(search: ExactSearch, query: npt.NDArray[np.float32]) -> dict[str, float | bool]:
    """Whether an added row is found, and a removed one not, by the very next search."""
    key = len(search)
    search.add([key], query)
    added = int(search.search(query, 1)[0][0, 0]) == key
    search.remove([key])
    return {"add_visible": added, "delete_visible": key not in search.search(query, NEAREST)[0]}


def opened(rows: npt.NDArray[np.float32]) -> dict[str, float | bool]:
    """Seconds to open the index of a gallery with a person for each row, without and with a sidecar."""
    model = Model("random", "1", "0" * 64, rows.shape[1])
    seconds = []
    with (
        tempfile.TemporaryDirectory() as folder,
        SQLiteStore.open(Path(folder) / "large.mien", create=True) as store,
    ):
        faces = (NewFace({model: row}, "", "", (0, 0, 1, 1), 1.0) for row in rows)
        store.enroll_many((f"person {i}", [face]) for i, face in enumerate(faces))
        for _ in range(2):
            start = time.perf_counter()
            index = Index(store, model, cache=store.cache)
            seconds.append(time.perf_counter() - start)
        found = index.search(rows[:1], 1)[0]
        mapped = bool(index.provenance["sidecar"]) and int(found[0, 0]) == 1
    return {"open_built_s": round(seconds[0], 3), "open_s": round(seconds[1], 4), "open_from_sidecar": mapped}
