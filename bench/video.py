"""People in real clips and in a generated one: counted right, with few embeddings, in flat memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from bench.report import Row
from bench.shared import shared
from mien.analyze import VideoResult, identify_video
from mien.demo import clip
from mien.demo.film import CAST
from mien.demo.photographs import EILEEN, GRACE, SOURCES
from mien.gallery import Gallery, open_gallery
from mien.media import read_frames, read_image
from mien.types import Frame, Image

# People counted by eye in frames of each clip.
TRUTH = {
    "classroom.gif": 4,
    "face-demographics-walking-and-pause.gif": 3,
    "face-demographics-walking.gif": 2,
    "head-pose-face-detection-female-and-male.gif": 2,
    "pyfeat_single_face.mp4": 1,
    "pyfeat_WolfgangLanger_Pexels.mp4": 1,
    "pyfeat_no_face.mp4": 0,
}
TIMES = 10  # as long, in the test of memory


def clips(quick: bool) -> Iterator[Row]:
    """Every clip."""
    with tempfile.TemporaryDirectory() as folder, open_gallery(Path(folder) / "bench.mien") as people:
        for name, truth in TRUTH.items():
            frames = read_frames(shared("faces/video") / name)
            yield row(name, truth, *measured(people, frames))
        photos = {name: read_image(SOURCES[name].path()) for name in (GRACE, EILEEN, "coffee")}
        for name in (GRACE, EILEEN):
            people.enroll(name, photos[name])
        found, cpu = measured(people, film(people, photos))
        named = sorted(str(one.name) for one in found.appearances) == sorted({one.name for one in CAST})
        yield row("the demo's generated clip, by name", 2, found, cpu, right=named)


def row(name: str, truth: int, found: VideoResult, cpu: float, *, right: bool = True) -> Row:
    """What was found in a clip; right: whether the names are."""
    effort = f"{found.detections} detections, {found.embedded} embedded"
    if found.embedded:
        effort += f" ({found.detections / found.embedded:.1f} times fewer)"
    wrong = "" if right else ", not the right names"
    return Row(
        f"people in {name}",
        f"{len(found.appearances)} people{wrong}, {effort}",
        f"{truth} people, ≥ 8 times fewer",
        len(found.appearances) == truth and right and found.detections >= 8 * found.embedded,
        f"{1000 * cpu / max(found.frames, 1):.0f} CPU-ms for each of {found.frames} frames looked at, decoding "
        f"included; {found.passing} tracks too brief to count",
    )


def measured(people: Gallery, frames: Iterable[Frame]) -> tuple[VideoResult, float]:
    """What is in the frames, and CPU seconds."""
    start = time.process_time()
    found = identify_video(people, frames)
    return found, time.process_time() - start


def film(people: Gallery, photos: dict[str, Image]) -> list[Frame]:
    """The frames of the demo's clip."""
    boxes = {name: people.engine.detect(photos[name]).largest().boxes[0] for name in (GRACE, EILEEN)}
    return list(
        clip.frames(photos["coffee"], {name: (photos[name], box) for name, box in boxes.items()}, CAST)
    )


def memory(quick: bool) -> Iterator[Row]:
    """The longest real clip from its file, once and many times over."""
    path, times = shared("faces/video") / "pyfeat_WolfgangLanger_Pexels.mp4", 2 if quick else TIMES
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder, open_gallery(Path(folder) / "bench.mien") as people:
        peaks = []
        for length in (1, 1, times):  # the first run fills caches
            peak = [0]
            identify_video(people, watched(looped(path, length), process, peak))
            peaks.append(peak[0])
    growth = peaks[2] / peaks[1] - 1
    yield Row(
        f"memory of a video {times} times as long ({times * 20} s)",
        f"peak {peaks[2] / 2**20:.0f} MiB instead of {peaks[1] / 2**20:.0f}, {growth:+.1%}",
        "flat: ≤ 5 %",
        growth <= 0.05,
    )


def looped(path: Path, times: int) -> Iterator[Frame]:
    """The frames of a file, again and again, with times that go on."""
    start = 0.0
    for _ in range(times):
        last = 0.0
        for frame in read_frames(path):
            last = frame.time
            yield Frame(frame.image, start + frame.time, frame.index)
        start += last + 0.04


def watched(frames: Iterable[Frame], process: psutil.Process, peak: list[int]) -> Iterator[Frame]:
    """The same frames; the most memory that the process held meanwhile is put into peak[0]."""
    for frame in frames:
        peak[0] = max(peak[0], process.memory_info().rss)
        yield frame
