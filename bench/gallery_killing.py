"""500 kill −9 on each store: while it enrols, forgets, merges, splits and undoes, and while a gallery is moved."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench import killing
from bench.killing import MODEL, face
from bench.report import Row
from mien.errors import GalleryError
from mien.gallery import repair
from mien.gallery.stores import open_store, portable
from mien.gallery.stores.base import Store
from mien.gallery.stores.sqlite import SQLiteStore
from tests.gallery.servers import start

OLD = Path(__file__).parents[1] / "tests/gallery/data/schema1.mien"
CHUNK = 20  # rows of one transaction of a move, so that kills meet many
MOVED = 60  # people in a gallery that is moved
UPDATED = 0.03  # seconds that a move to schema 2 takes at most, from the opening


def killed_sqlite(quick: bool) -> Iterator[Row]:
    """Kills on a gallery in a file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        moved = moving(folder / "source.mien", lambda i: str(folder / f"{i}.mien"), 5 if quick else 60)
        updated = updating(folder / "old.mien", 5 if quick else 40)
    yield row("SQLite", killing.run(20 if quick else 400), moved, updated)


def killed_postgres(quick: bool) -> Iterator[Row]:
    """Kills of clients of a gallery on a server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = start(folder / "server")
        url = server.get_uri()
        try:
            opened = partial(open_store, f"{url}&gallery=killed", create=True)
            found = killing.run(20 if quick else 430, opened=opened)
            moved = moving(folder / "source.mien", lambda i: f"{url}&gallery=moved-{i}", 5 if quick else 70)
        finally:
            server.cleanup()
    yield row("PostgreSQL", found, moved, Counter())


def row(store: str, found: dict[str, int], moved: Counter[str], updated: Counter[str]) -> Row:
    """One line of the table."""
    kills = found["kills"] + moved["kills"] + updated["kills"]
    lost = found["acknowledged_lost"] + moved["lost"] + updated["lost"]
    half = found["half_written"] + found["index_differs"] + moved["half"] + updated["half"]
    note = f"; {updated['kills']} while a gallery of version 0.1.0 was brought up to date" if updated else ""
    return Row(
        f"{kills} kill −9 during enrol, forget, merge, split, undo and migrate, {store}",
        f"{lost} acknowledged writes lost, {half} orphans, differing indexes or sentences of problems()",
        "0, 0",
        not lost and not half,
        f"{found['inside_a_change']} of {found['kills']} fell inside a change, {found['changes']:,} changes were "
        f"acknowledged; {moved['kills']} during {moved['moves']} moves of a gallery, each resumed and equal in the end"
        + note,
    )


def moving(source: Path, target: Callable[[int], str], kills: int, seed: int = 0) -> Counter[str]:
    """Kill the copying of a gallery at random moments, start it again until it is done, compare; then the next copy.

    lost: sources, and copies that open as galleries, that are not as the source was; half: sentences of `problems`.
    """
    chance, counts = random.Random(seed), Counter(dict.fromkeys(("kills", "moves", "lost", "half"), 0))
    with SQLiteStore.open(source, create=True) as store:
        fill(store)
        before = contents(store)
    seconds = took(partial(copied, str(source), target(0)))
    number = 1
    while counts["kills"] < kills:
        if killed(partial(copied, str(source), target(number)), chance.uniform(0, 1.1 * seconds)):
            counts["kills"] += 1
            if not opens(target(number)):
                continue
        counts["moves"] += 1
        for where in (target(number), str(source)):
            with open_store(where) as store:
                counts["lost"] += contents(store) != before
                counts["half"] += len(store.problems())
        number += 1
    return counts


def fill(store: Store) -> None:
    """People, groups, and a history of repairs."""
    store.enroll_many((f"p{i}", [face(str(3 * i + j)) for j in range(1 + i % 3)]) for i in range(MOVED))
    repair.merge(store, "p0", ["p1"])
    repair.split(store, "p2", [each.id for each in store.faces("p2")[:1]])
    repair.undo(store)
    store.forget("p3")


def copied(source: str, target: str) -> None:
    """Copy a gallery, or go on where the last try ended."""
    portable.CHUNK = portable.PICTURES = CHUNK
    for _ in portable.migrate(source, target):
        pass


def contents(store: Store) -> list[Any]:
    """All that there is to be seen of a gallery, but for where it is."""
    everybody = [*store.people(), *store.groups()]
    keys = [batch.exact.tobytes() for kind in ("person", "face") for batch in store.templates(MODEL, kind)]  # type: ignore[arg-type]
    faces = [store.faces(person.name) for person in everybody]
    return [
        store.info(),
        everybody,
        faces,
        keys,
        store.bonds(),
        store.steps(),
        list(store.entries()),
        store.head(),
    ]


def opens(target: str) -> bool:
    """Whether there is what passes for a whole gallery."""
    try:
        open_store(target).close()
    except GalleryError:
        return False
    return True


def updating(path: Path, kills: int, seed: int = 0) -> Counter[str]:
    """Kill the move of a file of version 0.1.0 to today's tables; it has to open with everybody in it afterwards."""
    chance, counts = random.Random(seed), Counter(kills=kills)
    shutil.copy(OLD, path)
    with SQLiteStore.open(path) as store:
        expected = [(p.id, p.name, p.faces) for p in store.people()]
    for _ in range(kills):
        for beside in path.parent.glob(path.name + "*"):
            beside.unlink()
        shutil.copy(OLD, path)
        killed(lambda: SQLiteStore.open(path).close(), chance.uniform(0, UPDATED))
        with sqlite3.connect(path) as db:
            counts["old"] += db.execute("PRAGMA user_version").fetchone() == (1,)
        db.close()
        with SQLiteStore.open(path) as store:
            counts["lost"] += [(p.id, p.name, p.faces) for p in store.people()] != expected
            counts["half"] += len(store.problems())
    return counts


def killed(work: Callable[[], Any], seconds: float) -> bool:
    """Whether a child that does the work was killed so many seconds after it began; False where it was done before."""
    reader, writer = os.pipe()

    def told() -> None:
        os.write(writer, b"begun")
        work()

    child = multiprocessing.get_context("fork").Process(target=told)
    child.start()
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    child.join(seconds)
    assert child.pid is not None
    if child.is_alive():
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    if child.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the child ended by itself with {child.exitcode}")
    return child.exitcode != 0


def took(work: Callable[[], Any]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
