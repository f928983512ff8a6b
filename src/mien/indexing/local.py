"""Workers that are processes of this machine."""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from mien.errors import MienError, WorkersUnavailable
from mien.gallery.stores.records import Model
from mien.indexing.crew import STILLBORN, Sign, require_alike
from mien.indexing.look import Look, Looker, Recipe
from mien.indexing.reading import Picture

ENDING = 1.0  # seconds that a worker whose pipe is closed may take to end by itself, with its own exit code
_GONE = (EOFError, BrokenPipeError, ConnectionResetError)  # what a pipe says whose other end is closed


@dataclass(frozen=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection


class Processes:
    """So many worker processes, each with an engine of its own; a context manager that ends them.

    They are spawned, as a forked ONNX Runtime hangs. When this process is killed, their pipes close and they end.
    """

    def __init__(self, recipe: Recipe, model: Model, count: int) -> None:
        self.recipe = recipe
        self.model = model
        self.count = count
        self._workers: dict[int, _Worker] = {}
        self._numbers = itertools.count()
        self._begun: set[int] = set()
        self._stillborn = 0

    def __enter__(self) -> Self:
        for _ in range(self.count):
            self._hire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in list(self._workers):
            self._dismiss(number)

    def give(self, worker: int, picture: Picture) -> None:
        """Hand over a picture; to a worker that is gone too, of which `wait` will tell."""
        with contextlib.suppress(*_GONE):
            self._workers[worker].pipe.send(picture)

    def wait(self) -> Sequence[tuple[int, Look | Sign]]:
        """What workers have to say; raises what one met when it opened its models."""
        numbers: dict[object, int] = {worker.pipe: number for number, worker in self._workers.items()}
        talking = [numbers[pipe] for pipe in wait([worker.pipe for worker in self._workers.values()])]
        return [(number, self._hear(number)) for number in talking]

    def _hear(self, number: int) -> Look | Sign:
        try:
            word = self._workers[number].pipe.recv()
        except _GONE:
            self._replace(number)
            return Sign.GONE
        if isinstance(word, MienError):
            raise word
        if isinstance(word, Look):
            return word
        require_alike(word, self.model)
        self._begun.add(number)
        self._stillborn = 0
        return Sign.READY

    def _replace(self, number: int) -> None:
        """Another worker for one that is gone, unless workers keep ending before they can begin."""
        self._workers[number].process.join(ENDING)
        code = self._dismiss(number)
        self._stillborn += number not in self._begun
        if self._stillborn == STILLBORN:
            raise WorkersUnavailable(
                f"{STILLBORN} worker processes in a row ended before they could begin (exit code {code}). "
                "A script that indexes must do so under `if __name__ == '__main__':`; on a machine with little "
                "memory, use fewer workers."
            )
        self._hire()

    def _hire(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self.recipe), daemon=True)
        with _interrupts_held():
            process.start()
        theirs.close()
        self._workers[next(self._numbers)] = _Worker(process, ours)

    def _dismiss(self, number: int) -> int | None:
        """End a worker, if it has not ended, and say with which exit code."""
        worker = self._workers.pop(number)
        worker.pipe.close()
        worker.process.terminate()
        worker.process.join()
        code = worker.process.exitcode
        worker.process.close()
        return code


def work(pipe: Connection, recipe: Recipe) -> None:
    """What a worker does: say its model, or why it cannot be opened; then answer pictures until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the one who waits for the work decides
    logging.disable(logging.WARNING)  # the gallery's own engine has told the same already
    warnings.simplefilter("ignore")
    with contextlib.suppress(*_GONE):
        try:
            looker = Looker(recipe)
        except MienError as error:
            pipe.send(error)
            return
        pipe.send(looker.model)
        while True:
            pipe.send(looker.look(pipe.recv()))


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """A Ctrl-C comes after the block; what is started in it does not hear of any, not even while it starts."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
