"""Spreads pictures over workers, any of which may die at any moment: each picture is looked at once, or told of."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Protocol

from mien.errors import ArgumentError
from mien.gallery.stores.records import Model
from mien.indexing.look import Look
from mien.indexing.reading import Indexed, Picture

TRIES = (
    2  # times that a picture is given to a worker: whatever ended the first one may not have been the picture
)
STILLBORN = 3  # workers in a row that end before they can begin, and something is wrong with all of them
KILLED = f"the process that read it was killed, {TRIES} times"


class Sign(Enum):
    """What a worker may say besides a `Look`: that it can begin, or (said for it) that it is no more."""

    READY = "ready"
    GONE = "gone"


class Crew(Protocol):
    """Workers by number, each of which looks at one picture at a time; one that is gone was replaced by another."""

    def give(self, worker: int, picture: Picture) -> None:
        """Hand a picture to a worker that said it was ready, or has looked at the last one."""

    def wait(self) -> Sequence[tuple[int, Look | Sign]]:
        """What workers have to say, at least one thing."""


def spread(items: Iterable[Picture | Indexed], crew: Crew) -> Iterator[tuple[Path, Look] | Indexed]:
    """A look at each picture, in the order in which they are done; what is not a picture passes through."""
    rest = iter(items)
    queue: deque[Picture | Indexed] = deque()
    free: deque[int] = deque()
    busy: dict[int, Picture] = {}
    deaths: Counter[str] = Counter()
    done: deque[tuple[Path, Look] | Indexed] = deque()
    while True:
        queue.extend(islice(rest, 0 if queue else 1))  # the next one is read while workers are busy
        item = queue[0] if queue else None
        if isinstance(item, Picture) and free:
            worker = free.popleft()
            busy[worker] = item
            crew.give(worker, item)
            queue.popleft()
        elif (
            done
        ):  # given out when every worker has something to do: who takes it may be busy with it for long
            yield done.popleft()
        elif isinstance(item, Indexed):
            yield item
            queue.popleft()
        elif item is not None or busy:
            for worker, word in crew.wait():
                picture = busy.pop(worker, None)
                if word is not Sign.GONE:
                    free.append(worker)
                elif picture is None:
                    free = deque(other for other in free if other != worker)
                elif deaths[picture.sha256] + 1 < TRIES:
                    deaths[picture.sha256] += 1
                    queue.appendleft(picture)
                else:
                    done.append(Indexed(picture.path, read=False, problem=KILLED))
                if isinstance(word, Look) and picture:
                    done.append((picture.path, word))
        else:
            return


def require_alike(theirs: Model, ours: Model) -> None:
    """ArgumentError unless a worker's vectors may be compared with those made here."""
    if theirs != ours:
        raise ArgumentError(
            f"A worker opened {theirs.name} {theirs.version} ({theirs.sha256[:8]}) where the gallery's engine has "
            f"{ours.name} {ours.version} ({ours.sha256[:8]}). Workers open models by name: give them the same "
            "version of Mien and the same model cards, or index with one worker."
        )
