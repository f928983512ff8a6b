"""Long runs of `mien analyze`: speed, memory, and a budget of frames a second."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import three_people
from bench.report import Row
from bench.workplace import workplace
from mien.analyze.timelines import analyze_files
from mien.gallery import open_gallery
from mien.media import probe, write_video
from mien.timeline import files
from mien.timeline.timeline import Timeline
from mien.types import Frame, Image

FLAT = 50.0  # MB
# Analyzes a film, telling memory and time after each chunk and, last, the most memory there ever was, also while the
# file was made of its parts; arguments: film, timeline, gallery, measures.
CHILD = """
import json, sys, time
import psutil, threading
import mien
from mien.batch import one_core_each

process, begun, most = psutil.Process(), time.perf_counter(), 0.0

def watch():
    global most
    while True:
        most = max(most, process.memory_info().rss / 1e6)
        time.sleep(0.2)

threading.Thread(target=watch, daemon=True).start()

def told(one):
    print(json.dumps([one.seconds, process.memory_info().rss / 1e6, time.perf_counter() - begun]), flush=True)

with one_core_each(), mien.open(sys.argv[3]) as people:
    mien.analyze_files([sys.argv[1]], sys.argv[2], measures=sys.argv[4].split(","), people=people, progress=told)
print(json.dumps([-1.0, most, time.perf_counter() - begun]))
"""


def long_film(quick: bool) -> Iterator[Row]:
    """Twenty minutes of three people: memory and speed, with mesh and identity; then pose and hands besides."""
    minutes = (1, 1) if quick else (20, 3)
    with workplace() as folder:
        gallery = folder / "three.mien"
        with open_gallery(gallery) as people:
            for name, picture in three_people.people().items():
                people.enroll(Path(name).stem, picture)
        film = folder / "long.mp4"
        three_people.film(film, minutes[0])
        told, timeline = analyzed(film, folder, gallery, "landmarks")
        after = [memory for seconds, memory, _ in told if seconds >= 60] or [told[-1][1]]
        after.append(told[-1][1])
        lanes = set(timeline.tracks["person"].to_pylist())
        yield Row(
            f"{minutes[0]} min of 720p with 3 people, mesh and identity: memory after the first minute",
            f"{after[0]:.0f} MB then, {min(after):.0f} to {max(after):.0f} MB from there to the end",
            "within ± 50 MB",
            max(after) - min(after) <= 2 * FLAT,
            f"People: {', '.join(sorted(map(str, lanes)))}; {len(timeline.samples['mesh']):,} meshes.",
        )
        yield pace(timeline, told, "mesh and identity", 25.0)
        short = folder / "short.mp4"
        three_people.film(short, minutes[1])
        told, timeline = analyzed(short, folder, gallery, "landmarks,pose,hands")
        yield pace(timeline, told, "mesh, identity, pose and hands", 12.0)


def analyzed(film: Path, folder: Path, gallery: Path, measures: str) -> tuple[list[list[float]], Timeline]:
    """What a process of its own told while it analyzed the film, and what it made."""
    out = folder / "long.parquet"
    command = [sys.executable, "-c", CHILD, str(film), str(out), str(gallery), measures]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()], files.read(out)


def pace(timeline: Timeline, told: list[list[float]], what: str, bar: float) -> Row:
    """Frames a second over the whole run, opening the networks included."""
    frames = timeline.media["frames"].to_pylist()[0]
    rate = frames / told[-1][2]
    stages = timeline.provenance["seconds"]
    return Row(
        f"3 people in 720p, {what}, 2 cores: frames a second over {frames / three_people.RATE / 60:g} min",
        f"{rate:.1f}",
        f"≥ {bar:g}",
        rate >= bar,
        "Seconds of each stage, which overlap: " + ", ".join(f"{k} {v:.0f}" for k, v in stages.items()) + ".",
    )


def budgets(quick: bool) -> Iterator[Row]:
    """A pace that cannot be kept without leaving out something, and what is left out."""
    with workplace() as folder:
        film = folder / "film.mp4"
        write_video(film, three_people.frames(250 if quick else 1500), three_people.RATE)
        measures, figures = ["landmarks", "emotion", "pose", "hands"], []
        for budget in (None, 20.0):
            begun = time.perf_counter()
            timeline = analyze_files([film], folder / "out.parquet", measures=measures, budget=budget)
            rate = timeline.media["frames"].to_pylist()[0] / (time.perf_counter() - begun)
            rows = {name: len(timeline.samples[name]) for name in ("mesh", "emotion", "pose", "hands")}
            figures.append((rate, rows))
        (free, all_rows), (kept, some) = figures
        left = [row for row in timeline.segments.to_pylist() if row["layer"] == "dropped"]
        shares = ", ".join(f"{name} {some[name] / all_rows[name]:.0%}" for name in some)
        yield Row(
            "a budget of 20 frames a second, everything asked for, 3 people",
            f"{kept:.1f} frames a second, {free:.1f} without a budget",
            "≥ 18, including the time in which it finds its step",
            kept >= 18,
            f"Rows that are left of those without a budget: {shares}. {len(left)} segments say what was left out when.",
        )


def ten_hours(quick: bool) -> Iterator[Row]:
    """A film of ten hours (a still picture, coded in a few bytes a frame): time, memory, and what is told."""
    hours = 0.1 if quick else 10.0
    with workplace() as folder:
        film = folder / "hours.mp4"
        picture = three_people.people()["expression/pyfeat/single_face.mp4"]
        still(film, picture, hours)
        gallery = folder / "nobody.mien"
        open_gallery(gallery).close()
        told, timeline = analyzed(film, folder, gallery, "emotion")
        info = probe(film)
        rate = len(timeline.samples["frames"]) / told[-1][2]
        yield Row(
            f"a film of {hours:g} hours at a frame every 5 s",
            f"{len(timeline.samples['frames']):,} frames, {len(timeline.tracks)} track, {rate:.0f} frames a second, "
            f"memory {told[len(told) // 20][1]:.0f} MB after a twentieth and {told[-1][1]:.0f} MB at the end",
            "reported",
            None,
            f"Declared: {info.duration:,.0f} s.",
        )


def still(path: Path, picture: Image, hours: float) -> None:
    """A film that shows a picture for so many hours, a frame every five seconds."""
    write_video(path, (Frame(picture, i * 5.0, i) for i in range(round(hours * 720))), 0.2)
