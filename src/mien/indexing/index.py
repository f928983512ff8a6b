"""Puts every face of many pictures into a gallery, each picture once, whatever happens to who works on it."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from mien.batch import one_core_each
from mien.errors import ArgumentError, WorkersUnavailable
from mien.gallery.gallery import Gallery
from mien.indexing.look import Look, Recipe, look
from mien.indexing.reading import Indexed, Picture, new_pictures

if TYPE_CHECKING:
    from mien.indexing.crew import Crew

TOGETHER = 64  # pictures that are written in one transaction
LATEST = 2.0  # seconds that the first of them may wait for the others

Looked = tuple[Path, Look]


def index_files(
    people: Gallery,
    paths: Iterable[str | os.PathLike[str]],
    *,
    workers: int | None = None,
    on: str | None = None,
    crops: bool = False,
) -> Generator[Indexed, None, None]:
    """Add all faces of the pictures to a gallery, as faces of nobody yet; what became of each file, once it is kept.

    workers: processes; by default one for each core. With one (and no `on`) it is this process that works.
    on: None for this machine; "ray" for a Ray cluster that is started here and ends with this; or the address of
        one, such as "auto", "10.0.0.5:6379" or "ray://head:10001".
    crops: keep a small picture of each face in the gallery.

    Results come in the order in which they are done. A picture is known by the SHA-256 of its bytes: one that was
    looked through before is not looked at again, whether or not it had a face. Only this process writes to the
    gallery, 64 pictures at a time, so whatever is killed, the same call goes on where it was.
    A worker that dies is replaced; the picture that it had is tried once more.

    Raises ArgumentError for arguments, WorkersUnavailable where workers cannot be had, and what the gallery raises.
    """
    if isinstance(paths, str | os.PathLike):
        raise ArgumentError(f"paths is the one path {os.fspath(paths)!r}; expected several, such as a list.")
    if workers is not None and workers < 1:
        raise ArgumentError(f"workers is {workers}; expected 1 or more, or None for one for each core.")
    ledger = _Ledger(people)
    items = new_pictures(map(Path, paths), people.store.known_photographs)
    try:
        with closing(_looked_at(people, items, workers, on, crops)) as results:
            for done in results:
                yield from [done] if isinstance(done, Indexed) else ledger.take(*done)
    except (KeyboardInterrupt, WorkersUnavailable):  # what is done is done, and told before the end is
        yield from ledger.write()
        raise
    except GeneratorExit:
        ledger.write()
        raise
    yield from ledger.write()


class _Ledger:
    """Pictures that were looked at and wait to be written together."""

    def __init__(self, people: Gallery) -> None:
        self.people = people
        self.waiting: list[Looked] = []
        self.since = 0.0

    def take(self, path: Path, seen: Look) -> list[Indexed]:
        """Add a picture; those that are written now, it may be with others."""
        if not self.waiting:
            self.since = time.monotonic()
        self.waiting.append((path, seen))
        full = len(self.waiting) == TOGETHER or time.monotonic() - self.since > LATEST
        return self.write() if full else []

    def write(self) -> list[Indexed]:
        """Write what waits, and say what became of it."""
        if self.waiting:
            self.people.add_photographs([seen.photograph for _, seen in self.waiting])
        written, self.waiting = self.waiting, []
        return [
            Indexed(
                path,
                len(seen.photograph.faces),
                seen.small,
                read=seen.read,
                problem=seen.photograph.problem,
            )
            for path, seen in written
        ]


def _looked_at(
    people: Gallery, items: Iterator[Picture | Indexed], workers: int | None, on: str | None, crops: bool
) -> Generator[Looked | Indexed, None, None]:
    """A look at each picture; what is not a picture passes through. Workers start with the first picture."""
    for item in items:
        if isinstance(item, Indexed):
            yield item
            continue
        rest = itertools.chain([item], items)
        if on is None and (workers or os.cpu_count() or 1) == 1:
            yield from _here(people, rest, crops)
        else:
            from mien.indexing.crew import spread

            with _crew(people, workers, on, crops) as crew:
                yield from spread(rest, crew)


def _here(people: Gallery, items: Iterable[Picture | Indexed], crops: bool) -> Iterator[Looked | Indexed]:
    """The looks of this very process."""
    with one_core_each():
        for item in items:
            if isinstance(item, Picture):
                yield item.path, look(people.engine, people.model, item, crops=crops)
            else:
                yield item


def _crew(people: Gallery, workers: int | None, on: str | None, crops: bool) -> AbstractContextManager[Crew]:
    recipe = Recipe.of(people.engine, crops)
    if on is None:
        from mien.indexing.local import Processes

        return Processes(recipe, people.model, workers or os.cpu_count() or 1)
    from mien.indexing.on_ray import Actors

    return Actors(recipe, people.model, workers, None if on == "ray" else on)
