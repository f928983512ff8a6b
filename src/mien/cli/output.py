"""What the commands print: lines, tables and numbers for people."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

import typer

_UNSAFE = {"Cc", "Cs", "Zl", "Zp"}  # control characters could command the terminal; lone surrogates break it
_ANY_WIDTH = 100_000  # columns, where no terminal's width has to be kept to


def shown(text: str) -> str:
    """The text on one line, its control characters escaped."""
    return "".join(ascii(c)[1:-1] if unicodedata.category(c) in _UNSAFE else c for c in text)


def say(text: str) -> None:
    """Print a line to stdout."""
    typer.echo(shown(text))


def complain(text: str) -> None:
    """Print "mien: text" to stderr; the text may have several lines."""
    print("mien: " + "\n".join(map(shown, text.splitlines())), file=sys.stderr)  # above a progress bar


def show_help(ctx: typer.Context) -> None:
    """Print the help of a group of commands that was named without one of them."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a head: within the terminal's width, or one line for each row where it is piped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(*head, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for row in rows:
        grid.add_row(*(Text(shown(cell)) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_ANY_WIDTH)
    console.print(grid)


def counted(number: int, thing: str, things: str = "") -> str:
    """ "1 face", "2 faces"; `things` where the plural has no plain s."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def percent(probability: float) -> str:
    """A probability in percent; its ends are never called certain."""
    if probability > 0.999:
        return "> 99.9 %"
    return "< 0.1 %" if probability < 0.001 else f"{probability * 100:.1f} %"


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, "1:02.5"; with hours where there are some."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{rest / 10:04.1f}"


def day(time: datetime) -> str:
    """Date and time of day where the user is."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M")
