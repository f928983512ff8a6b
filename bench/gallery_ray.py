"""Indexing by two workers, of whom one is killed half-way: the rows of one process, and how fast, here and on Ray."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

import mien
from bench.report import Row
from bench.shared import shared
from mien.gallery import Gallery
from mien.gallery.stores.records import Kind
from mien.indexing import index_files

PICTURES = 2000
PROCESS, ACTOR = "spawn_main", "ray::Hand"  # what stands in the command line of a worker
ROUNDING = 2e-6  # of a float32 dot product of unit vectors that were turned


def indexing(quick: bool) -> Iterator[Row]:
    """The first pictures of LFW's development half: one process, two, and two actors of Ray, one after the other."""
    files = sorted(shared("faces/lfw").glob("*/*.jpg"))[: 100 if quick else PICTURES]
    with tempfile.TemporaryDirectory() as folder:
        alone, one = timed(Path(folder, "one.mien"), files, workers=1)
        for name, on, kind in (("--workers 2", None, PROCESS), ("--workers 2 --on ray", "ray", ACTOR)):
            if on and find_spec("ray") is None:
                yield Row(
                    f"{len(files):,} pictures of LFW, {name}, one worker killed half-way",
                    "not run",
                    "0, ≥ 0.8",
                    False,
                    "Ray is not installed: pip install 'mien[ray]'",
                )
                continue
            rows, two = timed(Path(folder, f"{kind.strip(':')}.mien"), files, workers=2, on=on, kill=kind)
            share = one / (2 * two)
            yield Row(
                f"{len(files):,} pictures of LFW, {name}, one worker killed half-way",
                f"{differences(alone, rows)} rows differ from one process's, {share:.2f} of twice its throughput",
                "0, ≥ 0.8",
                not differences(alone, rows) and share >= 0.8,
                f"{len(files) / two:.0f} pictures a second against {len(files) / one:.0f}, "
                "with the start of the workers, and of the cluster",
            )


Rows = tuple[list[Any], npt.NDArray[np.float32]]


def timed(path: Path, files: list[Path], kill: str = "", **how: Any) -> tuple[Rows, float]:
    """The rows of a new gallery of the files, and seconds on the clock.

    kill: when half of the files are done, the worker is killed whose command line has this.
    """
    with mien.open(path) as people:
        victim: Callable[[], None] | None = (lambda: killed(kill)) if kill else None
        begun = time.perf_counter()
        for number, _ in enumerate(index_files(people, files, **how)):
            if victim and number >= len(files) // 2:
                victim()
                victim = None
        return rows_of(people), time.perf_counter() - begun


def killed(kind: str) -> None:
    """Kill one worker of this process or of its cluster."""
    workers = [p for p in psutil.Process().children(recursive=True) if kind in " ".join(p.cmdline())]
    workers[0].kill()


def rows_of(people: Gallery) -> Rows:
    """All faces in a fixed order, and the cosines between them, since vectors are turned in each gallery."""
    batches = list(people.store.templates(people.model, Kind.FACE))
    keys = [key for batch in batches for key in batch.keys.tolist()]
    vectors = np.concatenate([batch.exact for batch in batches])
    faces = people.store.faces_by_id(keys)
    told = [(faces[k].source, faces[k].sha256, faces[k].box, faces[k].quality, faces[k].issues) for k in keys]
    order = sorted(range(len(told)), key=told.__getitem__)
    return [told[i] for i in order], (vectors @ vectors.T)[np.ix_(order, order)]


def differences(a: Rows, b: Rows) -> int:
    """How many rows one has and the other has not, or has with another vector."""
    if a[0] != b[0]:
        return len(set(a[0]) ^ set(b[0])) or abs(len(a[0]) - len(b[0]))
    return int((np.abs(a[1] - b[1]).max(axis=1, initial=0) > ROUNDING).sum())
