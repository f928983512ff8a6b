"""Many files at once: each is identified by one of a few threads, and a bad one is a result, not an end."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from mien.errors import ArgumentError, MienError
from mien.media import is_video, read_frames
from mien.types import Faces

if TYPE_CHECKING:
    from mien.analyze import VideoResult
    from mien.gallery import Gallery

AHEAD = 4  # files in work or waiting for each worker; keeps memory flat however many files there are


@dataclass(frozen=True, eq=False)
class FileResult:
    """What was found in one file: faces for a still, a video result for a video, or the error that it met."""

    path: Path
    faces: Faces | None = None
    video: VideoResult | None = None
    error: MienError | None = None


def identify_files(
    people: Gallery, paths: Iterable[str | os.PathLike[str]], *, workers: int | None = None
) -> Iterator[FileResult]:
    """Results for the files in their order, each as soon as it and those before it are there.

    workers: threads; by default one for each core. Networks and decoders run outside Python's lock, and
        OpenCV is held to one thread meanwhile.
    Whoever stops early (closes the generator, or presses Ctrl-C) waits for a few frames, not for whole videos.
    """
    if isinstance(paths, str | os.PathLike):
        raise ArgumentError(f"paths is the one path {os.fspath(paths)!r}; expected several, such as a list.")
    if workers is not None and workers < 1:
        raise ArgumentError(f"workers is {workers}; expected 1 or more, or None for one for each core.")
    count = workers or os.cpu_count() or 1
    stop = Event()
    with one_core_each(), ThreadPoolExecutor(count, "identify") as pool:
        try:
            yield from _in_order(
                pool, lambda path: identify_file(people, path, stop), map(Path, paths), AHEAD * count
            )
        finally:
            stop.set()


@contextmanager
def one_core_each() -> Iterator[None]:
    """OpenCV's own threads held to one, in the whole process: beside others they cost more than they bring."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def identify_file(people: Gallery, path: Path, stop: Event) -> FileResult:
    """The result for one file, whatever is wrong with it; of a video, what was seen until `stop` was set."""
    try:
        if is_video(path):
            from mien.analyze import identify_video

            frames = itertools.takewhile(lambda _: not stop.is_set(), read_frames(path))
            return FileResult(path, video=identify_video(people, frames))
        return FileResult(path, faces=people.identify(path))
    except MienError as error:
        return FileResult(path, error=error)


def _in_order(
    pool: ThreadPoolExecutor,
    work: Callable[[Path], FileResult],
    paths: Iterable[Path],
    ahead: int,
) -> Iterator[FileResult]:
    """Results in the order of the paths, with never more than `ahead` of them begun and not yet given out."""
    rest = iter(paths)
    begun: deque[Future[FileResult]] = deque(
        pool.submit(work, path) for path in itertools.islice(rest, ahead)
    )
    try:
        while begun:
            result = begun.popleft().result()
            begun.extend(pool.submit(work, path) for path in itertools.islice(rest, 1))
            yield result
    finally:
        for future in begun:
            future.cancel()
