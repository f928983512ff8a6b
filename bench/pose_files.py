"""Reads .pose files, in which the sign-language community keeps points of bodies through time.

Little-endian, after the format's own specification (sign-language-processing/pose, docs/specs v0.1 and v0.2):

    header    version f32; width, height, depth, number of components u16
    component name, format ("XYC", "XYZC"); numbers of points, limbs and colours u16; names of the points;
              limbs 2 x u16; colours 3 x u16
    body 0.0  rate, frames u16; for each frame: people u16; for each: id i16, values of all points
    body 0.1  rate, frames, people u16; coordinates f32 of all points; then their confidences f32
    body 0.2  the same with rate f32 and frames u32

A text is its length as u16 and its bytes; the first files of 0.0 end it with a zero byte instead,
and have no rate.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import CorruptMedia, MediaNotFound, UnsupportedMedia

VERSIONS = (0.0, 0.1, 0.2)


@dataclass(frozen=True, eq=False)
class PoseFile:
    """What a .pose file holds.

    size: width and height in pixels. rate: frames a second, NaN where not told.
    names: (component, point) of each of k points.
    points: (frames, people, k, 2 or 3) float32, x, y (and z) in pixels; NaN where there is no such person.
    confidence: (frames, people, k) float32 in [0, 1]; 0 where the point was not found.
    """

    version: float
    size: tuple[int, int]
    rate: float
    names: tuple[tuple[str, str], ...]
    points: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]

    def component(self, name: str) -> slice:
        """Where the points of a component are among the k."""
        own = [i for i, (component, _) in enumerate(self.names) if component == name]
        if not own:
            known = sorted({component for component, _ in self.names})
            raise KeyError(f"there is no component {name!r}, only {known}")
        return slice(own[0], own[-1] + 1)


def read(path: Path) -> PoseFile:
    """The points in a .pose file of version 0.0, 0.1 or 0.2.

    Raises `MediaNotFound`, `UnsupportedMedia` for other versions, and `CorruptMedia` where the file ends too early.
    """
    if not path.is_file():
        raise MediaNotFound(f"There is no file {str(path)!r} to read poses from.")
    data = Reader(path.read_bytes())
    try:
        version = round(data.numbers("f")[0], 1)
        if version not in VERSIONS:
            raise UnsupportedMedia(f"{str(path)!r} is of version {version}; read are {VERSIONS}.")
        width, height, _, count = data.numbers("HHHH")
        first = version == 0.0 and data.data[data.at + 1] != 0  # a length would be below 256
        components = [component(data, zero_ended=first) for _ in range(count)]
        if version == 0.0:
            rate, values = old_body(data, components, rated=not first)
        else:
            rate, values = new_body(data, components, "HHH" if version == 0.1 else "fIH")
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise CorruptMedia(f"{str(path)!r} is not a whole .pose file: {error}.") from error
    names = tuple((name, point) for name, _, points in components for point in points)
    return PoseFile(version, (width, height), rate, names, *values)


class Reader:
    """Takes one thing after the other off some bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def numbers(self, kinds: str) -> tuple[Any, ...]:
        """Little-endian numbers of `struct`'s kinds."""
        found = struct.unpack_from("<" + kinds, self.data, self.at)
        self.at += struct.calcsize("<" + kinds)
        return found

    def text(self, zero_ended: bool) -> str:
        """A text of either kind."""
        if zero_ended:
            end = self.data.index(b"\0", self.at)
            found, self.at = self.data[self.at : end], end + 1
        else:
            (length,) = self.numbers("H")
            found, self.at = self.data[self.at : self.at + length], self.at + length
        return found.decode("utf-8")

    def floats(self, count: int) -> npt.NDArray[np.float32]:
        """So many 32-bit floats."""
        found = np.frombuffer(self.data, "<f4", count, self.at)
        self.at += 4 * count
        return found


def component(data: Reader, zero_ended: bool) -> tuple[str, str, list[str]]:
    """Name, format and points of one component."""
    name, form = data.text(zero_ended), data.text(zero_ended)
    points, limbs, colours = data.numbers("HHH")
    names = [data.text(zero_ended) for _ in range(points)]
    data.numbers("H" * (2 * limbs + 3 * colours))
    return name, form, names


Body = tuple[float, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]
Components = list[tuple[str, str, list[str]]]


def new_body(data: Reader, components: Components, numbers: str) -> Body:
    """Rate, points and confidences of versions 0.1 and 0.2."""
    rate, frames, people = data.numbers(numbers)
    k = sum(len(points) for _, _, points in components)
    dims = max(len(form) for _, form, _ in components) - 1
    points = data.floats(frames * people * k * dims).reshape(frames, people, k, dims)
    return float(rate), (points, data.floats(frames * people * k).reshape(frames, people, k))


def old_body(data: Reader, components: Components, *, rated: bool) -> Body:
    """The same of version 0.0, whose frames have people of their own."""
    rate = data.numbers("H")[0] if rated else np.nan
    (frames,) = data.numbers("H")
    forms = [form for _, form, names in components for _ in names]
    values = []
    for _ in range(frames):
        (people,) = data.numbers("H")
        values.append(
            [(data.numbers("h"), [data.floats(len(form)) for form in forms])[1] for _ in range(people)]
        )
    most = max((len(people) for people in values), default=0)
    dims = max(len(form) for form in forms) - 1
    points = np.full((frames, most, len(forms), dims), np.nan, np.float32)
    confidence = np.zeros((frames, most, len(forms)), np.float32)
    for f, people in enumerate(values):
        for p, person in enumerate(people):
            for k, found in enumerate(person):
                points[f, p, k, : len(found) - 1], confidence[f, p, k] = found[:-1], found[-1]
    return float(rate), (points, confidence)
