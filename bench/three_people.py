"""A film of any length for measuring speed and memory: three people side by side, real and in motion, 720p at 25 Hz."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import cycle
from pathlib import Path

import numpy as np

from bench.shared import shared
from mien.media import read_frames, write_video
from mien.types import Frame, Image

RATE = 25
HEIGHT = 720
# Clip, and width of its panel: two who sign and one who smiles.
PANELS = (
    ("sign/clips/FOOTBALL.mp4", 427),
    ("expression/pyfeat/single_face.mp4", 426),
    ("sign/pose/test_video.mp4", 427),
)
MINUTE = 60 * RATE  # frames


def panel(image: Image, width: int) -> Image:
    """The middle of a picture, as large as a panel."""
    import cv2

    scale = max(width / image.shape[1], HEIGHT / image.shape[0])
    large = cv2.resize(image, None, fx=scale, fy=scale)
    y, x = (large.shape[0] - HEIGHT) // 2, (large.shape[1] - width) // 2
    return np.asarray(large[y : y + HEIGHT, x : x + width], np.uint8)


def frames(count: int) -> Iterator[Frame]:
    """The clips side by side, each to its end and back again, so that nothing jumps."""
    panels = []
    for clip, width in PANELS:
        there = [panel(frame.image, width) for frame in read_frames(shared(clip))]
        panels.append(cycle(there + there[-2:0:-1]))
    for i in range(count):
        yield Frame(np.concatenate([next(one) for one in panels], axis=1), i / RATE, i)


def people() -> dict[str, Image]:
    """A picture of each, for a gallery."""
    return {clip: next(read_frames(shared(clip))).image for clip, _ in PANELS}


def film(path: Path, minutes: int) -> None:
    """Write a film of so many minutes: one is encoded, and repeated without encoding it again."""
    import av

    one = path.with_stem(f"{path.stem}-minute")
    write_video(one, frames(MINUTE), RATE)
    with av.open(str(path), "w") as target:
        stream = None
        for minute in range(minutes):
            with av.open(str(one)) as source:
                there = source.streams.video[0]
                stream = stream or target.add_stream_from_template(there)
                shift = round(minute * 60 / Fraction(there.time_base))
                for packet in source.demux(there):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    target.mux(packet)
    one.unlink()
