"""Counts the samples that an MP4 or MOV file declares, before FFmpeg makes a table of them."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from mien.errors import CorruptMedia

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
_COUNTED = {b"stsz": 16, b"stz2": 16, b"trun": 12}  # boxes that declare samples: where their number stands
_MOST_BOXES = 1_000_000  # ten hours in fragments of a second have half as many
_SPARE = 1_000_000  # samples, some 30 MB of table, that a short file may declare beyond one per byte


def require_plausible_samples(file: BinaryIO, name: str) -> None:
    """Raise CorruptMedia where more samples (frames, sounds) are declared than the file has bytes.

    A sample takes a byte or more, but FFmpeg believes any number and makes a table of so many entries: a few
    kilobytes could fill the memory. Files of other kinds pass. The file is rewound.
    """
    size = os.fstat(file.fileno()).st_size
    declared = 0
    for number, samples in enumerate(_declared(file, size)):
        declared += samples
        if declared > size + _SPARE or number > _MOST_BOXES:
            raise CorruptMedia(
                f"{name}: the video declares {declared} samples in {number + 1} boxes, but the file has {size} "
                "bytes; it is damaged or cut off. Get a complete copy."
            )
    file.seek(0)


def _declared(file: BinaryIO, size: int) -> Iterator[int]:
    """For each box of the file, how many samples it declares (ISO/IEC 14496-12, 4.2 and 8.7.3)."""
    unread = [(0, size)]
    while unread:
        start, end = unread.pop()
        file.seek(start)
        head = file.read(20).ljust(20, b"\0")
        length, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = end - start
        place = _COUNTED.get(kind)
        yield 0 if place is None else int.from_bytes(head[place : place + 4], "big")
        if length >= header and start + length + 8 <= end:
            unread.append((start + length, end))
        if kind in _CONTAINERS and length >= header + 8:
            unread.append((start + header, min(start + length, end)))
