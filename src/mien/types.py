"""The currency that all rooms of Mien speak: frames, faces and tracks, as arrays.

Aliases say what an array holds where Python's types cannot:

    Image       (h, w, 3) uint8, RGB, upright (EXIF orientation applied)
    Picture     the path of an image file, or an Image
    Boxes       (n, 4) float32, xyxy in pixels of the upright image; x to the right, y down
    Keypoints   (n, 5, 2) float32, pixels: right eye, left eye, nose tip, right and left mouth corner,
                "right" being the person's own right (the left one in the picture)
    Embeddings  (n, d) float32, rows of unit length; their dot product is the cosine similarity
    Rows        columns of a table by name, arrays of equal length (their first dimension)
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError

Image: TypeAlias = npt.NDArray[np.uint8]
Boxes: TypeAlias = npt.NDArray[np.float32]
Keypoints: TypeAlias = npt.NDArray[np.float32]
Picture: TypeAlias = str | os.PathLike[str] | Image
Embeddings: TypeAlias = npt.NDArray[np.float32]
Floats: TypeAlias = npt.NDArray[np.float32]
Objects: TypeAlias = npt.NDArray[np.object_]
Rows: TypeAlias = Mapping[str, npt.NDArray[Any]]


class Answer(StrEnum):
    """The three answers to "who is this?" and "is it the same person?"."""

    MATCH = "match"
    NO_MATCH = "no match"
    CANNOT_SAY = "cannot say"


class Issue(StrEnum):
    """Why a face is of limited use: "the face is …". The names follow Amazon Rekognition's ``UnindexedFaces``."""

    SMALL_BOUNDING_BOX = "too small"
    LOW_CONFIDENCE = "hard to make out"
    LOW_SHARPNESS = "blurred"
    NOISY = "noisy"
    LOW_BRIGHTNESS = "too dark"
    HIGH_BRIGHTNESS = "overexposed"
    LOW_CONTRAST = "of too little contrast"
    EXTREME_POSE = "turned too far away"
    OCCLUDED = "partly covered"
    CUT_OFF = "cut off by the image border"


@dataclass(frozen=True)
class Frame:
    """One picture of a medium.

    image: (h, w, 3) uint8 RGB, upright.
    time: seconds from the start of the medium (0.0 for a still).
    index: number of the frame in presentation order, from 0.
    source: the file or stream that it came from.
    """

    image: Image
    time: float = 0.0
    index: int = 0
    source: str = ""


@dataclass(frozen=True, eq=False)
class Faces:
    """Faces of one picture: arrays of equal length n; index it with an int, a slice or a mask.

    boxes: (n, 4) float32, xyxy pixels.
    keypoints: (n, 5, 2) float32, pixels (order: see the module's first lines).
    scores: (n,) float32, the detector's confidence in [0, 1]; not a probability.
    rolls: (n,) float32, degrees in (-180, 180] by which the face is turned clockwise in the picture.
    quality: (n,) float32 in [0, 1], or None before it was assessed.
    issues: (n,) object, a tuple of `Issue` each, or None before quality was assessed.
    embeddings: (n, d) float32 of unit length, or None before faces were embedded.
    names: (n,) object, the person's name or None; all of the following are None before `identify`.
    similarities: (n,) float32, cosine to the best person in [-1, 1], NaN where nobody was compared.
    probabilities: (n,) float32, calibrated probability in [0, 1] that the best person is this one.
    answers: (n,) object, an `Answer` each.
    reasons: (n,) object, one sentence each that says why.
    candidates: (n,) object, the name of the best person even where the answer is not a match, or None.
    provenance: which models, thresholds and version produced this.

    >>> faces[faces.scores > 0.8].boxes        # doctest: +SKIP
    """

    boxes: Boxes
    keypoints: Keypoints
    scores: Floats
    rolls: Floats
    quality: Floats | None = None
    issues: Objects | None = None
    embeddings: Embeddings | None = None
    names: Objects | None = None
    similarities: Floats | None = None
    probabilities: Floats | None = None
    answers: Objects | None = None
    reasons: Objects | None = None
    candidates: Objects | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.boxes)
        expected = {"boxes": (n, 4), "keypoints": (n, 5, 2)}
        if self.embeddings is not None:
            expected["embeddings"] = (n, self.embeddings.shape[-1])
        for name, array in self.columns().items():
            shape = expected.get(name, (n,))
            if array.shape != shape:
                raise ArgumentError(f"Faces.{name} has shape {array.shape}; expected {shape}.")

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All arrays that are present, by name."""
        present = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "provenance"}
        return {name: array for name, array in present.items() if array is not None}

    def __len__(self) -> int:
        return len(self.boxes)

    def __iter__(self) -> Iterator[Faces]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: int | slice | npt.NDArray[Any] | list[int]) -> Faces:
        if isinstance(key, int | np.integer):
            if not -len(self) <= key < len(self):
                raise IndexError(f"face {key} of {len(self)}")
            key = [int(key) % len(self)]
        return self.having(**{name: array[key] for name, array in self.columns().items()})

    def having(self, **arrays: Any) -> Faces:
        """The same faces with the given columns set or replaced."""
        return replace(self, **arrays)

    @property
    def widths(self) -> Floats:
        """(n,) float32, box widths in pixels."""
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def heights(self) -> Floats:
        """(n,) float32, box heights in pixels."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def areas(self) -> Floats:
        """(n,) float32, box areas in square pixels."""
        return self.widths * self.heights

    @property
    def centres(self) -> Floats:
        """(n, 2) float32, box centres (x, y) in pixels."""
        return np.asarray((self.boxes[:, :2] + self.boxes[:, 2:]) / 2, np.float32)

    def largest(self) -> Faces:
        """The face with the largest box, as `Faces` of length 1 (or 0 where there is none)."""
        return self[[int(np.argmax(self.areas))]] if len(self) else self

    @classmethod
    def concatenate(cls, parts: Sequence[Faces]) -> Faces:
        """The faces of all parts in order, with the columns that every part has; provenance is the first part's."""
        if not parts:
            return cls.empty()
        columns = [part.columns() for part in parts]
        shared = [name for name in columns[0] if all(name in other for other in columns)]
        joined = {name: np.concatenate([part[name] for part in columns]) for name in shared}
        return cls(**joined, provenance=parts[0].provenance)

    @classmethod
    def empty(cls) -> Faces:
        """No faces."""
        zeros = np.zeros((0,), np.float32)
        return cls(np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32), zeros, zeros)


@dataclass(frozen=True)
class Column:
    """One column of a table of samples.

    dtype: of numpy, as "float32", "bool" or "int32". shape: of the value in one row, () for a number.
    unit: as "degrees", "pixels", "Hz", or "" for a number without one. meaning: one sentence, with the range.
    In float columns NaN is "not measured"; columns of other kinds have no missing values.
    """

    name: str
    dtype: str = "float32"
    shape: tuple[int, ...] = ()
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Family:
    """Measures that are taken together, so that they share one wide table of samples.

    name: of the table, as "emotion". tracked: whether each row is of one track, or of the medium as a whole.
    version: counts up whenever the meaning of a column changes.
    """

    name: str
    columns: tuple[Column, ...]
    tracked: bool = True
    version: int = 1

    def empty(self) -> dict[str, npt.NDArray[Any]]:
        """Its columns with no rows (without those that every table of samples has)."""
        return {one.name: np.zeros((0, *one.shape), one.dtype) for one in self.columns}


def objects(values: list[Any]) -> Objects:
    """A one-dimensional object array of the values, whatever their kind."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
