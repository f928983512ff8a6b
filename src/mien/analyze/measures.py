"""What can be measured, by the words that users ask for it with, and the extractors that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack

from mien.errors import ArgumentError, WeightsMissing
from mien.features.budget import Budget
from mien.features.extractor import Extractor
from mien.models.catalogue import SETS, named
from mien.models.weights import status

MEASURES = {
    "emotion": "seven expressions of each face, and when somebody smiles",
    "landmarks": "478 points of each face, openings of eyes and mouth, brows, the head's pose in degrees",
    "pose": "33 points of each body",
    "hands": "21 points of each hand (and the pose, from which they are found)",
    "pulse": "heart rate from the skin's colour, in windows of 20 s",
    "scene": "brightness, contrast, colourfulness and sharpness of each frame, and the shots",
    "voice": "speech and pauses, pitch, energy and rate",
    "words": "what is said, with the time of each word",
}
HEARD = frozenset({"voice", "words"})
"""Measures of sound; all others are of pictures."""


def checked(measures: Iterable[str]) -> tuple[str, ...]:
    """The measures in the order of `MEASURES`. Raises `ArgumentError` where one is not known."""
    asked = list(measures)
    if unknown := [name for name in asked if name not in MEASURES]:
        raise ArgumentError(
            f"Nothing is called {', '.join(map(repr, unknown))} that could be measured. "
            f"Known are: {', '.join(MEASURES)}."
        )
    return tuple(name for name in MEASURES if name in asked)


def require_weights(measures: Sequence[str]) -> None:
    """Raises `WeightsMissing`, with the command that gets all of them, where networks are not on this machine."""
    asked = {"pose", *measures} if "hands" in measures else set(measures)
    words = [name for name in MEASURES if name in asked and name in SETS]
    lacking = [name for name in words if any(status(card).path is None for card in named(name))]
    if lacking:
        raise WeightsMissing(
            f"The networks for {', '.join(lacking)} are not on this machine, or not the right ones. "
            f"To get them: mien models add {' '.join(lacking)}"
        )


def opened(measures: Iterable[str], stack: ExitStack, budget: Budget | None = None) -> list[Extractor]:
    """The extractors of pictures that the measures take, each after those that it needs; the stack closes them."""
    asked, found = set(measures), list[Extractor]([budget] if budget else [])
    for one in _extractors(asked):
        stack.callback(one.close)
        found.append(one)
    return found


def _extractors(asked: set[str]) -> Iterator[Extractor]:
    if "scene" in asked:
        from mien.features.extractors.scene import Scene

        yield Scene()
    if "landmarks" in asked:
        from mien.features.extractors.geometry import GeometryExtractor
        from mien.features.extractors.mesh import MeshExtractor

        yield MeshExtractor()
        yield GeometryExtractor()
    if "emotion" in asked:
        from mien.features.extractors.emotion import Emotion

        yield Emotion()
    if "pulse" in asked:
        from mien.features.extractors.pulse import Skin

        yield Skin(mesh="landmarks" in asked)
    if asked & {"pose", "hands"}:
        from mien.features.extractors.pose import PoseExtractor

        yield PoseExtractor()
    if "hands" in asked:
        from mien.features.extractors.hands import HandsExtractor

        yield HandsExtractor()
