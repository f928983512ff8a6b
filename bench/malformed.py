"""Reads malformed media in a watched process; counts crashes, hangs and errors that explain nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from bench.malformed_files import corpus

HANG = 5.0  # seconds that a file may take


@dataclass
class Outcome:
    """What became of the files; lists name those that failed."""

    files: int = 0
    crashes: list[str] = field(default_factory=list)
    hangs_over_5s: list[str] = field(default_factory=list)
    unclear_errors: list[str] = field(default_factory=list)
    read_anyway: int = 0
    slowest: str = ""
    slowest_s: float = 0.0
    peak_mb: float = 0.0


def run(n: int = 1000, seed: int = 0) -> dict[str, object]:
    """Figures over n files, as of `Outcome`; the lists as their lengths, with the names under "failed"."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = read_all(corpus(Path(folder), n, seed))
    figures = asdict(outcome)
    failed = {key: value for key, value in figures.items() if isinstance(value, list) and value}
    return {k: len(v) if isinstance(v, list) else v for k, v in figures.items()} | {"failed": failed}


def read_all(paths: Iterable[Path]) -> Outcome:
    """Read each file as an image and as frames, in a process that is replaced when it dies or hangs."""
    outcome = Outcome()
    worker = _Worker()
    for path in paths:
        outcome.files += 1
        started = time.perf_counter()
        reply = worker.ask(path)
        took = time.perf_counter() - started
        if took > outcome.slowest_s:
            outcome.slowest, outcome.slowest_s = path.name, round(took, 2)
        if reply is None:
            (outcome.hangs_over_5s if took > HANG else outcome.crashes).append(path.name)
            worker.stop()
            worker = _Worker()
            continue
        read, unclear, peak = reply
        outcome.read_anyway += read
        outcome.unclear_errors += [f"{path.name}: {text}" for text in unclear]
        outcome.peak_mb = max(outcome.peak_mb, peak)
    worker.stop()
    return outcome


def read_one(path: Path) -> tuple[bool, list[str]]:
    """Whether anything could be read, and the errors that are no `MienError` or do not name the file."""
    from mien.errors import MediaWarning, MienError
    from mien.media import probe, read_frames, read_image

    read, unclear = False, []
    for attempt in (read_image, read_frames, probe):
        try:
            result = attempt(path)
            if isinstance(result, Iterator):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", MediaWarning)
                    for _ in result:
                        read = True
            elif attempt is read_image:
                read = True
        except MienError as error:
            if path.name not in str(error):
                unclear.append(f"{attempt.__name__}: {error!r} does not name the file")
        except Exception as error:  # noqa: BLE001 - whatever else comes out is what is looked for
            unclear.append(f"{attempt.__name__}: {error!r}")
    return read, unclear


class _Worker:
    """A process that reads what it is told to."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        there.close()
        self._here.recv()  # it has imported everything: only reading is timed

    def ask(self, path: Path) -> tuple[bool, list[str], float] | None:
        """The answer, or None where the process died or took longer than `HANG`."""
        self._here.send(path)
        try:
            return self._here.recv() if self._here.poll(HANG) else None
        except EOFError:
            return None

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._here.close()


def _serve(pipe: Connection) -> None:
    read_one(Path(__file__))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the libraries' own complaints
    pipe.send("ready")
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        read, unclear = read_one(path)
        pipe.send((read, unclear, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000), indent=2))
