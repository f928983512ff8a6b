"""Kills a process that enrols and forgets, again and again, and looks for what was lost or left half-done."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from mien.gallery import index, sidecar
from mien.gallery.index import Index
from mien.gallery.search import ExactSearch
from mien.gallery.stores.base import Kind, Model, NewFace
from tests.gallery.whole import problems
from mien.gallery.stores.sqlite import SQLiteStore

MODEL = Model("random", "1", "0" * 64, 128)
NAMES = [f"person {i}" for i in range(20)]
LONGEST = 0.2  # seconds from the child's first change to the kill
FEW = 4  # changes after which an index writes a new sidecar, so that kills meet that too

Gallery = dict[str, list[str]]  # sources of the faces by name; a source is the seed of the embedding


def run(kills: int = 200, seed: int = 0) -> dict[str, int]:
    """Kill a working child at `kills` random moments; counts of what went wrong (all 0) and of what was met.

    acknowledged_lost: galleries without a change whose method had returned, or with one that nobody made.
    half_written: sentences of `problems`, people without a face, embeddings not as they were enrolled.
    index_differs: indexes that opened with other rows or answers than the gallery has, or with remains of
        somebody forgotten in the sidecar.
    inside_a_change: kills between the call of a change and its return.
    """
    chance = random.Random(seed)
    counts = Counter(
        dict.fromkeys(("acknowledged_lost", "half_written", "index_differs"), 0)
        | {"kills": kills, "inside_a_change": 0, "changes": 0}
    )
    known: Gallery = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "killed.mien"
        for _ in range(kills):
            lines = work_until_killed(path, chance.randrange(2**32), chance.uniform(0, LONGEST))
            known, changes, pending = replay(known, lines)
            counts["changes"] += changes
            counts["inside_a_change"] += pending is not None
            found = examine(path, counts)
            allowed = [known] if pending is None else [known, applied(known, pending)]
            counts["acknowledged_lost"] += found not in allowed
            known = found
    return dict(counts)


def work_until_killed(path: Path, seed: int, seconds: float) -> list[dict[str, Any]]:
    """What a child wrote down before and after each change until it was killed."""
    reader, writer = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=work, args=(path, seed, writer))
    child.start()
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        first = file.readline()
        time.sleep(seconds)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        rest = file.read()
    child.join()
    return [json.loads(line) for line in (first + rest).splitlines()]


def work(path: Path, seed: int, pipe: int) -> None:
    """Enrol, forget and search until the end comes; a line before each change, a line after it."""
    index.FEW = FEW
    chance = random.Random(seed)
    store = SQLiteStore.open(path, create=True)
    indexes = [Index(store, MODEL, kind) for kind in Kind]
    while True:
        people = [person.name for person in store.people()]
        if people and chance.random() < 0.4:
            change = {"forget": chance.choice(people)}
        else:
            seeds = [str(chance.randrange(2**32)) for _ in range(chance.randint(1, 3))]
            change = {"enrol": chance.choice(NAMES), "faces": seeds}
        os.write(pipe, json.dumps(change).encode() + b"\n")
        if "forget" in change:
            store.forget(change["forget"])
        else:
            store.enroll(change["enrol"], [face(source) for source in change["faces"]])
        os.write(pipe, b'{"done": true}\n')
        chance.choice(indexes).search(np.ones((1, MODEL.dim)), 3)


def face(source: str) -> NewFace:
    """The face that a source stands for."""
    embedding = np.random.default_rng(int(source)).standard_normal(MODEL.dim).astype(np.float32)
    return NewFace({MODEL: embedding}, source, "", (0.0, 0.0, 112.0, 112.0), 1.0)


def replay(known: Gallery, lines: list[dict[str, Any]]) -> tuple[Gallery, int, dict[str, Any] | None]:
    """(the gallery after all acknowledged changes, how many there were, the change under way or None)."""
    pending, changes = None, 0
    for line in lines:
        if "done" in line:
            assert pending is not None
            known, pending, changes = applied(known, pending), None, changes + 1
        else:
            pending = line
    return known, changes, pending


def applied(known: Gallery, change: dict[str, Any]) -> Gallery:
    """The gallery after a change."""
    if "forget" in change:
        return {name: faces for name, faces in known.items() if name != change["forget"]}
    return known | {change["enrol"]: known.get(change["enrol"], []) + change["faces"]}


def examine(path: Path, counts: Counter[str]) -> Gallery:
    """Open what the child left, count what is wrong in it, and say what it holds."""
    with SQLiteStore.open(path, create=True) as store:
        faces = {person.name: store.faces(person.name) for person in store.people()}
        counts["half_written"] += len(problems(path)) + sum(not each for each in faces.values())
        for each in (face for listed in faces.values() for face in listed):
            kept = store.fetch(MODEL, Kind.FACE, [each.id])
            counts["half_written"] += len(kept) != 1 or not np.array_equal(kept.exact, expected(each.source))
        counts["index_differs"] += sum(differs(store, kind) for kind in Kind)
        return {name: [face.source for face in listed] for name, listed in faces.items()}


def expected(source: str) -> np.ndarray[Any, Any]:
    """The template of a source, (1, d) float16."""
    embedding = face(source).embeddings[MODEL].astype(np.float64)
    return (embedding / np.linalg.norm(embedding)).astype(np.float16)[None]


def differs(store: SQLiteStore, kind: Kind) -> bool:
    """Whether the index, opened from what is there, is not what the store holds."""
    opened, fresh = Index(store, MODEL, kind), ExactSearch(MODEL.dim)
    for batch in store.templates(MODEL, kind):
        fresh.change(added=batch)
    queries = np.random.default_rng(0).standard_normal((4, MODEL.dim))
    k = max(1, len(fresh))
    same = all(
        np.array_equal(a, b) for a, b in zip(opened.search(queries, k), fresh.search(queries, k), strict=True)
    )
    found = sidecar.read(sidecar.path_of(store.cache, MODEL, kind))
    if found is None or not opened.provenance["sidecar"]:
        return not same
    rows = found[1]
    current = {int(key) for batch in store.templates(MODEL, kind) for key in batch.keys}
    remains = [
        key for key, scale in zip(rows.keys.tolist(), rows.scale, strict=True) if scale and key not in current
    ]
    return not same or bool(remains)
