"""A progress bar on stderr, where that is a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

_T = TypeVar("_T")


def progress(things: Iterable[_T], what: str, total: int) -> Iterator[_T]:
    """The things, `total` of them, with a bar that moves on as they are taken."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(things, what, total, console=console, transient=True, disable=not console.is_terminal)
