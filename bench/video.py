"""People in real clips and in a generated one: counted right, with few embeddings, in flat memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import av

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
LONGEST = "pyfeat_WolfgangLanger_Pexels.mp4"
TIMES = (3, 10)  # how often the longest clip is repeated, in the test of memory
PEAK = """
import sys, tempfile, psutil, mien
process, most = psutil.Process(), 0

def watched(frames):
    global most
    for frame in frames:
        most = max(most, process.memory_info().rss)
        yield frame

with tempfile.TemporaryDirectory() as folder, mien.open(folder + "/bench.mien") as people:
    found = mien.identify_video(people, watched(mien.read_frames(sys.argv[1])))
    assert len(found.appearances) == 1, found.appearances
print(most)
"""


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
    cast = clip.cast(people.engine, {name: photos[name] for name in (GRACE, EILEEN)})
    return list(clip.frames(photos["coffee"], cast, CAST))


def memory(quick: bool) -> Iterator[Row]:
    """A clip of 20 s repeated in one file, few and many times; each file in a process of its own."""
    few, many = (2, 4) if quick else TIMES
    # One clip's length is shown beside them: the plain reading of "flat", which the start-up misses.
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for times in (few, many, 1):
            file = Path(folder) / f"{times}.mp4"
            repeated(shared("faces/video") / LONGEST, file, times)
            peaks.append(peak(file))
    growth = peaks[1] / peaks[0] - 1
    yield Row(
        f"memory of a video of {20 * many} s beside one of {20 * few} s",
        f"peak {peaks[1] / 2**20:.0f} MiB instead of {peaks[0] / 2**20:.0f}, {growth:+.1%}",
        "flat: ≤ 5 %",
        growth <= 0.05,
        f"beside one of 20 s {peaks[1] / peaks[2] - 1:+.1%}: within the first half minute the memory that decoder and "
        f"networks work in grows to its size. {LONGEST} again and again, files to names, models included",
    )


def repeated(source: Path, target: Path, times: int) -> None:
    """A file whose video is that of the source so many times, without coding it anew."""
    with av.open(str(target), "w") as out:
        start = 0
        for _ in range(times):
            with av.open(str(source)) as video:
                track = video.streams.video[0]
                copy = out.streams.video[0] if out.streams.video else out.add_stream_from_template(track)
                end = start
                for packet in video.demux(track):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + start, packet.dts + start, copy
                    end = max(end, packet.pts + (packet.duration or 0))
                    out.mux(packet)
                start = end


def peak(file: Path) -> int:
    """The most memory in bytes that a process held which identified the people in a file."""
    told = subprocess.run([sys.executable, "-c", PEAK, file], check=True, capture_output=True, text=True)
    return int(told.stdout)
