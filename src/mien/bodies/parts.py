"""The currency of bodies and hands: arrays of points by name, with what is known of how sure they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.types import Floats

POSE_POINTS = (
    "nose",
    "left eye, inner",
    "left eye",
    "left eye, outer",
    "right eye, inner",
    "right eye",
    "right eye, outer",
    "left ear",
    "right ear",
    "left mouth corner",
    "right mouth corner",
    "left shoulder",
    "right shoulder",
    "left elbow",
    "right elbow",
    "left wrist",
    "right wrist",
    "left little finger",
    "right little finger",
    "left index finger",
    "right index finger",
    "left thumb",
    "right thumb",
    "left hip",
    "right hip",
    "left knee",
    "right knee",
    "left ankle",
    "right ankle",
    "left heel",
    "right heel",
    "left toes",
    "right toes",
)
"""The 33 points of a pose in order (BlazePose); left and right are the person's own."""

HAND_POINTS = (
    "wrist",
    *(
        f"{finger}, {joint}"
        for finger, joints in {
            "thumb": ("CMC", "MCP", "IP", "tip"),
            "index finger": ("MCP", "PIP", "DIP", "tip"),
            "middle finger": ("MCP", "PIP", "DIP", "tip"),
            "ring finger": ("MCP", "PIP", "DIP", "tip"),
            "little finger": ("MCP", "PIP", "DIP", "tip"),
        }.items()
        for joint in joints
    ),
)
"""The 21 points of a hand in order: the wrist, then four joints of each finger from its root to its tip."""

LEFT, RIGHT = 0, 1  # which hand of a person, in arrays of two

Own = TypeVar("Own", bound="Rows")


class Rows:
    """Arrays of equal length n: index them with a slice, a mask or indices; join them with `concatenate`."""

    def __len__(self) -> int:
        return len(next(iter(self.columns().values())))

    def __getitem__(self: Own, key: slice | npt.NDArray[Any] | list[int]) -> Own:
        return type(self)(**{name: array[key] for name, array in self.columns().items()})

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def concatenate(cls: type[Own], parts: Iterable[Own]) -> Own:
        """The rows of all parts in order."""
        columns = [part.columns() for part in parts]
        return cls(**{name: np.concatenate([one[name] for one in columns]) for name in columns[0]})

    def check(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """Raises `ArgumentError` unless each array is a row of that shape for each of n."""
        for name, shape in shapes.items():
            found, expected = getattr(self, name).shape, (len(self), *shape)
            if found != expected:
                raise ArgumentError(f"{type(self).__name__}.{name} has shape {found}; expected {expected}.")


@dataclass(frozen=True, eq=False)
class Poses(Rows):
    """The bodies of one picture.

    points: (n, 33, 3) float32, x and y in pixels of the picture; z, towards the camera negative and about as
        large as x, from the middle of the hips. A point may lie outside the picture, where it is a guess.
    visibility: (n, 33) float32 in [0, 1], that a point is in the picture and not covered.
    presence: (n,) float32 in [0, 1], that there is a body at all. Neither is calibrated.
    world: (n, 33, 3) float32, metres from the middle of the hips, of a person of average size.
    axis: (n, 2, 2) float32, x and y in pixels of the middle of the hips, and of the point over the head that tells
        how large the body is and how it is turned: by these it is looked for in the next picture.
    """

    points: Floats
    visibility: Floats
    presence: Floats
    world: Floats
    axis: Floats

    def __post_init__(self) -> None:
        self.check({"points": (33, 3), "visibility": (33,), "presence": (), "world": (33, 3), "axis": (2, 2)})

    @classmethod
    def empty(cls) -> Poses:
        """No bodies."""
        shapes = ((0, 33, 3), (0, 33), (0,), (0, 33, 3), (0, 2, 2))
        return cls(*(np.zeros(shape, np.float32) for shape in shapes))


@dataclass(frozen=True, eq=False)
class Hands(Rows):
    """The hands of n people; along the second dimension, 0 is a person's own left hand and 1 the right.

    points: (n, 2, 21, 3) float32, x and y in pixels of the picture; z from the wrist, towards the camera negative
        and about as large as x. NaN where the hand was not found.
    scores: (n, 2) float32 in [0, 1], that there is a hand at all; 0 where none was looked for, or it was
        the other hand again. Not calibrated.
    sides: (n, 2) float32 in [0, 1], that the hand is of that side, by its own look, whatever arm it is at; NaN
        where it was not found. Not calibrated.
    """

    points: Floats
    scores: Floats
    sides: Floats

    def __post_init__(self) -> None:
        self.check({"points": (2, 21, 3), "scores": (2,), "sides": (2,)})

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(n, 2) bool, whether the hand was found."""
        return np.isfinite(self.points[..., 0, 0])
