"""Views of frames whose faces are in the cache already: decoded again, not looked at again."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import pyarrow as pa

from mien.errors import CorruptMedia
from mien.features.extractor import View
from mien.timeline.build import column
from mien.types import Faces, Frame, Rows


def views(frames: Iterator[Frame], told: pa.Table, faces: pa.Table) -> Generator[View]:
    """The views of one chunk.

    frames: of the medium, from the chunk's first on. told, faces: the chunk's tables of the streams "frames" and
    "faces". Raises `CorruptMedia` where the medium has other frames now than it had then.
    """
    looked, cut = column(told, "looked"), column(told, "cut")
    found = Faces(
        column(faces, "box"),
        column(faces, "keypoints"),
        column(faces, "score"),
        column(faces, "roll"),
        column(faces, "quality"),
    )
    tracks, at = column(faces, "track"), column(faces, "frame")
    for i, number in enumerate(column(told, "frame")):
        frame = next(frames, None)
        if frame is None or frame.index != number:
            raise CorruptMedia(
                f"Frame {number} cannot be decoded, although it could before; is the file in use?"
            )
        here = slice(*np.searchsorted(at, [number, number + 1]))
        yield View(frame, found[here], tracks[here], looked=bool(looked[i]), cut=bool(cut[i]))


def rows_of(table: pa.Table) -> dict[int, Rows]:
    """The rows of a chunk of any stream, by the number of their frame."""
    at = column(table, "frame")
    arrays = {
        name: column(table, name) for name in table.column_names if name not in ("media", "time", "frame")
    }
    numbers, starts = np.unique(at, return_index=True)
    ends = [*starts[1:], len(at)]
    return {
        int(number): {name: array[start:end] for name, array in arrays.items()}
        for number, start, end in zip(numbers, starts, ends, strict=True)
    }
