"""Kills a process that enrols, forgets and repairs, again and again, and looks for what was lost or left half-done."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import ConstraintConflict
from mien.gallery import index, repair, sidecar
from mien.gallery.search import ExactSearch
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Kind, Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore

MODEL = Model("random", "1", "0" * 64, 128)
NAMES = [f"person {i}" for i in range(20)]
LONGEST = 0.2  # seconds from the child's first change to the kill
FEW = 4  # changes after which an index writes a new sidecar, so that kills meet that too

Open = Callable[[], Store]  # opens the gallery, or makes it where there is none
Gallery = dict[str, frozenset[str]]  # sources of the faces by name; a source is the seed of the embedding
Change = dict[str, Any]


def run(kills: int = 200, seed: int = 0, opened: Open | None = None) -> dict[str, int]:
    """Kill a working child at `kills` random moments; counts of what went wrong (all 0) and of what was met.

    opened: how the gallery is opened, by default one in a file.
    acknowledged_lost: galleries without a change whose method had returned, or with one that nobody made.
    half_written: sentences of `problems`, people without a face, embeddings not as they were enrolled.
    index_differs: indexes that opened with other rows or answers than the gallery has, or with remains of
        somebody forgotten in the sidecar.
    inside_a_change: kills between the call of a change and its return; and how many changes there were of each kind.
    """
    chance = random.Random(seed)
    counts = Counter(
        dict.fromkeys(("acknowledged_lost", "half_written", "index_differs"), 0)
        | {"kills": kills, "inside_a_change": 0, "changes": 0}
    )
    known: Gallery = {}
    with tempfile.TemporaryDirectory() as folder:
        opened = opened or partial(SQLiteStore.open, Path(folder) / "killed.mien", create=True)
        for _ in range(kills):
            lines = work_until_killed(opened, chance.randrange(2**32), chance.uniform(0, LONGEST))
            known, pending = replay(known, lines, counts)
            counts["inside_a_change"] += pending is not None
            found = examine(opened, counts)
            allowed = [known] if pending is None else [known, pending]
            counts["acknowledged_lost"] += told(found) not in map(told, allowed)
            known = found
    return dict(counts)


def work_until_killed(opened: Open, seed: int, seconds: float) -> list[dict[str, Any]]:
    """What a child wrote down before and after each change until it was killed."""
    reader, writer = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=work, args=(opened, seed, writer))
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


def work(opened: Open, seed: int, pipe: int) -> None:
    """Change the gallery and search it until the end comes; a line before each change, a line after it."""
    index.FEW = FEW
    chance = random.Random(seed)
    store = opened()
    indexes = [store.searcher(MODEL, kind) for kind in Kind]
    undoable = False
    while True:
        change = chosen(store, chance, undoable)
        os.write(pipe, json.dumps(change).encode() + b"\n")
        try:
            made = carried_out(store, change)
            undoable = change["do"] in ("merge", "split")
        except ConstraintConflict:  # a part that was split off does not come back by merging
            made, undoable = {"refused": True}, False
        os.write(pipe, json.dumps(made | {"done": True}).encode() + b"\n")
        chance.choice(indexes).search(np.ones((1, MODEL.dim)), 3)


def chosen(store: Store, chance: random.Random, undoable: bool) -> Change:
    """What to do next; a merge or split is undone at once or never."""
    everybody = [*store.people(), *store.groups()]
    kinds = ["enrol", "enrol"]
    if undoable:
        kinds += ["undo"] * 2
    if len(everybody) > 4:
        kinds += ["forget", "merge"]
    several = [person for person in everybody if person.faces > 1]
    kinds += ["split"] * bool(several)
    do = chance.choice(kinds)
    if do == "enrol":
        seeds = [str(chance.randrange(2**32)) for _ in range(chance.randint(1, 3))]
        return {"do": do, "name": chance.choice(NAMES), "faces": seeds}
    if do == "forget":
        return {"do": do, "name": chance.choice(everybody).name}
    if do == "merge":
        into, other = chance.sample(everybody, 2)
        return {"do": do, "name": into.name, "other": other.name}
    if do == "split":
        name = chance.choice(several).name
        return {"do": do, "name": name, "faces": [store.faces(name)[0].source]}
    return {"do": do}


def carried_out(store: Store, change: Change) -> dict[str, str]:
    """Make the change; what the next ones may need to know of it."""
    name = change.get("name", "")
    if change["do"] == "enrol":
        store.enroll(name, [face(source) for source in change["faces"]])
    elif change["do"] == "forget":
        store.forget(name)
    elif change["do"] == "merge":
        repair.merge(store, name, [change["other"]])
    elif change["do"] == "split":
        ids = [each.id for each in store.faces(name) if each.source in change["faces"]]
        return {"group": repair.split(store, name, ids).name}
    else:
        repair.undo(store)
    return {}


def face(source: str) -> NewFace:
    """The face that a source stands for."""
    embedding = np.random.default_rng(int(source)).standard_normal(MODEL.dim).astype(np.float32)
    return NewFace({MODEL: embedding}, source, "", (0.0, 0.0, 112.0, 112.0), 1.0, crop=source.encode())


def replay(
    known: Gallery, lines: list[dict[str, Any]], counts: Counter[str]
) -> tuple[Gallery, Gallery | None]:
    """(the gallery after all acknowledged changes, as the change under way would make it or None)."""
    change: Change | None = None
    before = known
    for line in lines:
        if "do" in line:
            change = line
            continue
        assert change is not None
        if "refused" not in line:
            before, known = known, applied(known, change, before, line.get("group", ""))
            counts["changes"] += 1
            counts[change["do"]] += 1
        change = None
    return known, None if change is None else applied(known, change, before, "new group")


def applied(known: Gallery, change: Change, before: Gallery, group: str) -> Gallery:
    """The gallery after a change; before: as it was before the last one; group: what a part split off is called."""
    if change["do"] == "undo":
        return before
    name, faces = change["name"], frozenset(change.get("faces", ()))
    if change["do"] == "enrol":
        return known | {name: known.get(name, frozenset()) | faces}
    if change["do"] == "forget":
        return {other: held for other, held in known.items() if other != name}
    if change["do"] == "split":
        return known | {name: known[name] - faces, group: faces}
    rest = {other: held for other, held in known.items() if other != change["other"]}
    return rest | {name: known[name] | known[change["other"]]}


def told(gallery: Gallery) -> tuple[dict[str, frozenset[str]], set[frozenset[str]]]:
    """(people by name, groups by their faces alone)."""
    people = {name: faces for name, faces in gallery.items() if name in NAMES}
    return people, {faces for name, faces in gallery.items() if name not in NAMES}


def examine(opened: Open, counts: Counter[str]) -> Gallery:
    """Open what the child left, count what is wrong in it, and say what it holds."""
    with opened() as store:
        faces = {one.name: store.faces(one.name) for one in (*store.people(), *store.groups())}
        counts["half_written"] += len(store.problems()) + sum(not each for each in faces.values())
        sources = {each.id: each.source for listed in faces.values() for each in listed}
        kept = store.fetch(MODEL, Kind.FACE, list(sources))
        counts["half_written"] += len(kept) != len(sources) or store.info().faces != len(sources)
        for key, exact in zip(kept.keys.tolist(), kept.exact, strict=True):
            counts["half_written"] += not np.array_equal(exact, expected(sources[key]))
        counts["index_differs"] += sum(differs(store, kind) for kind in Kind)
        return {name: frozenset(each.source for each in listed) for name, listed in faces.items()}


def expected(source: str) -> npt.NDArray[np.float32]:
    """The template of a source, (d,) float32."""
    embedding = face(source).embeddings[MODEL].astype(np.float64)
    return (embedding / np.linalg.norm(embedding)).astype(np.float32)


def differs(store: Store, kind: Kind) -> bool:
    """Whether the index, opened from what is there, is not what the store holds."""
    opened, fresh = store.searcher(MODEL, kind), ExactSearch(MODEL.dim)
    for batch in store.templates(MODEL, kind):
        fresh.change(added=batch)
    queries = np.random.default_rng(0).standard_normal((4, MODEL.dim))
    k = max(1, len(fresh))
    same = all(
        np.array_equal(a, b) for a, b in zip(opened.search(queries, k), fresh.search(queries, k), strict=True)
    )
    return not same or (isinstance(store, SQLiteStore) and remains(store, kind))


def remains(store: SQLiteStore, kind: Kind) -> bool:
    """Whether the sidecar holds templates of those who are no more."""
    found = sidecar.read(sidecar.path_of(store.cache, MODEL, kind)) if store.cache else None
    if found is None:
        return False
    rows = found[1]
    current = {int(key) for batch in store.templates(MODEL, kind) for key in batch.keys}
    removed = set(sidecar.removed(store.changes_since(0), kind))
    return any(
        scale and key in removed - current
        for key, scale in zip(rows.keys.tolist(), rows.scale.tolist(), strict=True)
    )
