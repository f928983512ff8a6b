"""A progress bar on stderr, where that is a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def progress(things: Iterable[_T], what: str, total: int | None = None) -> Iterator[_T]:
    """The things, with a bar that moves on as they are taken; total: how many, where it is no sequence."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if total is None and isinstance(things, Sequence):
        total = len(things)
    yield from track(things, what, total, console=console, transient=True, disable=not console.is_terminal)
