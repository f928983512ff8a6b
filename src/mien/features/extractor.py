"""What an extractor is: something that looks at one frame after the other and gives rows of one family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from mien.types import Faces, Family, Frame, Rows

In = TypeVar("In")
Out = TypeVar("Out")
State: TypeAlias = dict[str, npt.NDArray[Any]]


class Spread(Protocol):
    """Does the same work on several things at once, as `map` does one after the other."""

    def __call__(self, work: Callable[[In], Out], things: Iterable[In]) -> list[Out]:
        """The results in the order of the things."""


def one_by_one(work: Callable[[In], Out], things: Iterable[In]) -> list[Out]:
    """The `Spread` of a single core."""
    return [work(thing) for thing in things]


@dataclass(frozen=True, eq=False)
class View:
    """What an extractor is shown: one frame with the faces in it.

    faces: (n) boxes, keypoints, scores and rolls; between two looks of the detector they are interpolated, and only
        faces that are there in both are given. No other column is sure to be there.
    tracks: (n,) int32, whose each face is. looked: whether the detector looked at this frame.
    cut: whether the frame is the first of a new shot.
    rows: by family, what the extractors that this one needs gave for the same frame.
    spread: to work on several faces or people at once.
    """

    frame: Frame
    faces: Faces
    tracks: npt.NDArray[np.int32]
    looked: bool = True
    cut: bool = False
    rows: Mapping[str, Rows] = field(default_factory=dict)
    spread: Spread = one_by_one


class Extractor(Protocol):
    """Gives the rows of one family for each frame, in the order of the frames.

    family: its table. needs: families whose rows of the same frame it reads; it runs after them.
    facts: models (`Session.provenance`) and parameters, all that the rows depend on besides the medium: two
    extractors with equal facts give equal rows. Plain JSON types.

    Rows hold the family's columns and, where the family is tracked, "track" (n,) int32; time and frame are added by
    whoever calls. A row that tells nothing (no face after all) is left out. What is carried from frame to frame is all
    in `state`, so that an extractor which is given back the state goes on as if it had never stopped.
    """

    family: Family
    needs: tuple[str, ...]
    facts: Mapping[str, Any]

    def see(self, view: View) -> Rows:
        """The rows of this frame."""

    def state(self) -> State:
        """What is carried to the next frame, as arrays by name; {} where nothing is."""

    def resume(self, state: State) -> None:
        """Go on from a state that `state` gave."""

    def close(self) -> None:
        """Free the networks."""
