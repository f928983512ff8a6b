"""Lets the steps of a stream overlap: each works in a thread of its own, a few things ahead of who takes them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")

PATIENCE = 0.1  # seconds between two looks at whether the things are still wanted


def ahead(things: Generator[Thing], most: int) -> Iterator[Thing]:
    """The same things in the same order, made in another thread, at most so many ahead.

    An error there is raised here, after the things before it. Whoever stops early stops the other thread too.
    """
    ready: queue.Queue[tuple[Thing] | None] = queue.Queue(most)  # None is the end
    stop = threading.Event()

    def put(thing: tuple[Thing] | None) -> None:
        while not stop.is_set():
            try:
                return ready.put(thing, timeout=PATIENCE)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for thing in things:
                put((thing,))
                if stop.is_set():
                    break
        finally:
            things.close()
            put(None)

    with ThreadPoolExecutor(1, "ahead") as pool:
        done = pool.submit(work)
        try:
            while (thing := ready.get()) is not None:
                yield thing[0]
            done.result()
        finally:
            stop.set()
