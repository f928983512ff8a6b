"""Reads Praat TextGrids, in the long and the short text format.

Each tier is a layer, its name split into person and layer where it is "Anna / emotion"; intervals without a text are
gaps, points are segments without length. Praat does not say who annotated: the source is "annotator".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mien.errors import TimelineInvalid
from mien.timeline.exports.lanes import parts
from mien.timeline.exports.textgrid import EMPTY, POINTS
from mien.timeline.imports import gather
from mien.timeline.imports.source import content, text
from mien.timeline.timeline import Timeline

# What counts in a text file of Praat: texts in quotes, flags in angles and numbers, each free-standing; all else is for
# people, as are comments from "!" to the end of the line.
TOKEN = re.compile(
    r'"(?P<text>[^"]*(?:""[^"]*)*)"|(?<!\S)<(?P<flag>[^>\s]*)>|(?<!\S)(?P<number>[-+]?\d[\d.]*(?:[eE][-+]?\d+)?)(?!\S)'
    r"|(?<!\S)![^\n]*"
)
NUMBERED = re.compile(r" \(\d+\)$")


def read(path: Path) -> Timeline:
    """The timeline of a TextGrid; `TimelineInvalid` where it is none or is damaged."""
    if content(path)[:12] == b"ooBinaryFile":
        raise TimelineInvalid(f"{str(path)!r} is a binary file of Praat; save it there as a text file.")
    tokens = _tokens(text(path))
    try:
        if (next(tokens), next(tokens)) != ("ooTextFile", "TextGrid"):
            raise ValueError("it is of another kind than 'ooTextFile' and 'TextGrid'")
        _number(tokens)
        end = _number(tokens)
        tiers = [_tier(tokens) for _ in range(int(_number(tokens)))] if next(tokens) is True else []
    except (StopIteration, ValueError) as error:
        raise TimelineInvalid(
            f"{str(path)!r} is no TextGrid of Praat, or is damaged: {str(error) or 'it ends too early'}. "
            "Open and save it in Praat."
        ) from error
    names = {name for name, _ in tiers}
    media = [gather.medium(kind="audio", duration=max(0.0, end))]
    spoken = [_spoken(name, names, row) for name, rows in tiers for row in rows]
    return gather.timeline(spoken, media, {"imported": path.name, "format": "TextGrid"})


def _spoken(name: str, names: set[str], row: tuple[float, float, str]) -> tuple[str | None, dict[str, Any]]:
    """A segment, on the first of the tiers that hold what overlaps."""
    base = NUMBERED.sub("", name)
    speaker, layer = parts(base if base in names else name)
    start, end, label = row
    return speaker, gather.segment(start, end, layer, label)


def _tokens(text: str) -> Iterator[str | float | bool]:
    """Texts, numbers, and True for the flag <exists>."""
    for found in TOKEN.finditer(text):
        if found["text"] is not None:
            yield found["text"].replace('""', '"')
        elif found["number"] is not None:
            yield float(found["number"])
        elif found["flag"] is not None:
            yield found["flag"] == "exists"


def _tier(tokens: Iterator[str | float | bool]) -> tuple[str, list[tuple[float, float, str]]]:
    """Name of a tier, and start, end and label of what is on it."""
    kind, name = _text(tokens), _text(tokens)
    _number(tokens), _number(tokens)
    size = int(_number(tokens))
    if kind == "IntervalTier":
        rows = [(_number(tokens), _number(tokens), _text(tokens)) for _ in range(size)]
        return name, [(start, end, _read(label)) for start, end, label in rows if label]
    if kind != "TextTier":
        raise ValueError(f"a tier is of the kind {kind!r}")
    points = [(_number(tokens), _text(tokens)) for _ in range(size)]
    return name.removesuffix(POINTS), [(at, at, _read(label)) for at, label in points]


def _number(tokens: Iterator[str | float | bool]) -> float:
    value = next(tokens)
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError(f"{value!r} stands where a number should")
    return value


def _text(tokens: Iterator[str | float | bool]) -> str:
    value = next(tokens)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} stands where a text in quotes should")
    return value


def _read(label: str) -> str:
    """Undoes `mien.timeline.exports.textgrid.written`."""
    return label.removesuffix(EMPTY) if label and not label.strip(EMPTY) else label
