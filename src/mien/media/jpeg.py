"""Checks what JPEG decoders let pass and a reader must not: pictures that end early, or never."""

from __future__ import annotations

import re

from mien.errors import CorruptMedia, MediaTooLarge

# A marker is 0xff and a code. In coded data, 0xff is followed by 0x00 (a plain 0xff) or by a restart code.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_START_OF_IMAGE, _END_OF_IMAGE, _START_OF_SCAN = 0xD8, 0xD9, 0xDA

# A progressive JPEG has about 10 scans. Each costs a pass over the whole picture, so that a small file of
# thousands of empty scans would keep a decoder busy for minutes.
_MAX_SCANS = 100


def require_whole_jpeg(data: bytes, name: str) -> None:
    """Walk from marker to marker (ITU-T T.81, annex B) to the end of the image; what follows does not matter.

    Decoders fill the missing part of a file that was cut off, or filled up with zeros, with grey. Such a file
    has no end-of-image marker.

    Raises CorruptMedia where there is no end, MediaTooLarge where there are absurdly many scans.
    """
    position = scans = 0
    while marker := _MARKER.search(data, position):
        position = marker.end()
        code = data[position - 1]
        if code == _END_OF_IMAGE and scans:
            return
        if code == _START_OF_IMAGE:
            continue
        scans += code == _START_OF_SCAN
        if scans > _MAX_SCANS:
            raise MediaTooLarge(f"{name}: the JPEG has more than {_MAX_SCANS} scans, which no camera writes.")
        position += int.from_bytes(data[position : position + 2], "big")
    raise CorruptMedia(
        f"{name}: the JPEG is cut off (it has {len(data)} bytes, no end); get a complete copy."
    )
