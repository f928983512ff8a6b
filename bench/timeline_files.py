"""Timelines on the disk: what round trips and kills lose, how large files are and how fast, and agreement of two."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.report import Row
from mien.timeline import Timeline, Writer, build, compare, read, write
from mien.timeline.agreement import alpha
from mien.types import Column, Family
from tests.timeline import run
from tests.timeline.killing import killed_until_done
from tests.timeline.strategies import differences, random_timeline
from tests.timeline.synthetic import synthetic

MESH = Family("mesh", (Column("points", shape=(478, 3), unit="pixels"), Column("presence")))
EXAMPLES = {  # codes and nominal alpha of Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", A to C
    0.095: ("0100000010", "1110010000"),
    0.692: ("aabbdcccedda", "babbbccceddd"),
    0.743: ("123321412...", "1233224125.3", ".3332342251.", "12332441251."),
}


def round_trips(quick: bool) -> Iterator[Row]:
    """Random timelines with families of every shape and type, written and read."""
    count = 50 if quick else 300
    lost, rows, families = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.parquet"
        for seed in range(count):
            timeline = random_timeline(seed)
            write(timeline, file)
            lost += len(differences(read(file), timeline))
            tables = [timeline.segments, timeline.tracks, timeline.media, *timeline.samples.values()]
            rows, families = rows + sum(map(len, tables)), families + len(timeline.samples)
    yield Row(
        f"Parquet round trip of {count:,} random timelines",
        f"{lost} tables differ, of {rows:,} rows in {families:,} families and {3 * count:,} other tables",
        "0 differ",
        lost == 0,
        "shapes up to (478, 3), NaN beside missing, Unicode, no rows; types, units and meanings compared too",
    )


def kills(quick: bool) -> Iterator[Row]:
    """Runs that are killed at random moments until one ends, several times over."""
    total = {"kills": 0, "merging": 0, "lost": 0}
    wanted, other = (10, 0) if quick else (100, 0)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.parquet"
        with Writer(whole) as writer:
            run.go_on(writer, 60)
        seed = 0
        while total["kills"] < wanted:
            file = Path(folder) / f"{seed}.parquet"
            outcome = killed_until_done(file, 60, seed)
            total = {name: count + outcome[name] for name, count in total.items()}
            other += file.read_bytes() != whole.read_bytes()
            seed += 1
    yield Row(
        "a run that writes a timeline, killed and resumed",
        f"{total['kills']} kills, {total['merging']} of them after the last commit: {total['lost']} commits lost, "
        f"{other} of {seed} files unlike that of an unbroken run",
        "0 lost, 0 unlike (byte for byte)",
        total["lost"] == other == 0,
    )


def hour(quick: bool) -> Iterator[Row]:
    """An hour of three people: emotion, head and face, and the voice."""
    timeline = synthetic(60.0 if quick else 3600.0, 3, 30.0)
    rows = sum(map(len, timeline.samples.values()))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hour.parquet"
        began = time.perf_counter()
        write(timeline, file)
        written = time.perf_counter() - began
        began = time.perf_counter()
        opened = read(file)
        ready = time.perf_counter() - began
        began = time.perf_counter()
        happy = opened.samples.read("emotion", ["time", "track", "happy"])  # type: ignore[attr-defined]
        one = time.perf_counter() - began
        size = file.stat().st_size
    yield Row(
        "an hour of three people at 30 frames/s, emotion, geometry, boxes and voice, as one file",
        f"{size / 1e6:.0f} MB ({size / rows:.0f} bytes a row), written in {written:.1f} s, opened in "
        f"{1000 * ready:.0f} ms, one curve of {len(happy):,} samples read in {1000 * one:.0f} ms",
        "reported",
        None,
        "values of random noise, which no compression makes smaller; real curves are",
    )
    began = time.perf_counter()
    found = compare(timeline, synthetic(60.0 if quick else 3600.0, 3, 30.0, seed=1))
    seconds = time.perf_counter() - began
    yield Row(
        "two such hours compared, with chance and alpha",
        f"{seconds:.1f} s for {len(timeline.segments):,} and as many segments in {len(found.agreements)} rows",
        "reported",
        None,
    )


def mesh(quick: bool) -> Iterator[Row]:
    """Twenty minutes of three meshes, committed every ten seconds, in a process of its own."""
    chunks = 3 if quick else 120
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(_long_run, chunks).result()
    more = found["merged"] - found["first"]
    yield Row(
        "478 points of three faces for 20 minutes, committed every 10 s",
        f"{1000 * found['commit']:.0f} ms a commit, merged in {found['seconds']:.1f} s; "
        f"{found['size'] / (900 * chunks):,.0f} bytes a row instead of {478 * 12:,}; peak memory "
        f"{found['first']:.0f} MB after the first commit, {found['last']:.0f} MB after the last, "
        f"{found['merged']:.0f} MB after merging",
        "reported" if quick else "at most 50 MB more than after the first",
        None if quick else more <= 50,
        "a head that turns, each point with noise of 0.3 pixels",
    )


def _long_run(chunks: int) -> dict[str, float]:
    """Seconds, bytes and peaks of memory in MB of a run."""
    rng = np.random.default_rng(0)
    face = rng.uniform(100, 300, (1, 478, 3))
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder) / "mesh.parquet") as writer:
        commits, peaks = [], []
        for chunk in range(chunks):
            writer.append("mesh", _meshes(face, chunk, rng))
            began = time.perf_counter()
            writer.commit(chunk)
            commits.append(time.perf_counter() - began)
            peaks.append(_peak())
        writer.append(
            "media", build.media([{"media": 0, "path": "a", "kind": "video", "duration": 10.0 * chunks}])
        )
        writer.append("tracks", build.tracks(run.track(number, chunks) for number in range(3)))
        began = time.perf_counter()
        writer.finish({})
        seconds = time.perf_counter() - began
        size = (Path(folder) / "mesh.parquet").stat().st_size
    found = {"commit": float(np.median(commits)), "seconds": seconds, "size": size}
    return found | {"first": peaks[0], "last": peaks[-1], "merged": _peak()}


def _meshes(face: np.ndarray, chunk: int, rng: np.random.Generator) -> pa.Table:
    times = np.repeat(10.0 * chunk + np.arange(300) / 30, 3)
    sway = 40 * np.sin(times / 3)[:, None, None] * np.array([1.0, 0.3, 0.1])
    points = face + sway + rng.normal(0, 0.3, (900, 478, 3))
    rows = {"points": points, "presence": np.full(900, 0.99)}
    return build.sample_table(MESH, 0, times, (times * 30).astype(int), np.tile([0, 1, 2], 300), rows)


def _peak() -> float:
    """The most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if os.uname().sysname == "Darwin" else 1e3
    )


def agreement(quick: bool) -> Iterator[Row]:
    """Alpha against the examples of its author; a model with known faults against the truth."""
    found = {expected: alpha(_codes(rows)) for expected, rows in EXAMPLES.items()}
    yield Row(
        "Krippendorff's alpha of the three nominal examples that he published",
        ", ".join(f"{value:.3f}" for value in found.values()),
        ", ".join(f"{expected:.3f}" for expected in found),
        all(abs(value - expected) < 5e-4 for expected, value in found.items()),
    )
    truth = synthetic(120.0 if quick else 1200.0, 3, 10.0)
    whole = next(
        one for one in compare(_faulty(truth), truth, layer="emotion").agreements if one.label is None
    )
    yield Row(
        "a fifth of the smiles left out, as many invented, boundaries moved by 0.2 s on average",
        f"precision {whole.precision:.2f}, recall {whole.recall:.2f}, F1 {whole.f1:.2f} (chance {whole.chance:.2f}), "
        f"onset {whole.onset:.2f} s, alpha {whole.alpha:.2f}",
        "0.8, 0.8, 0.8 ± 0.07; 0.2 ± 0.03 s" if not quick else "reported",
        (
            max(abs(x - 0.8) for x in (whole.precision, whole.recall)) <= 0.07
            and abs(whole.onset - 0.2) <= 0.03
        )
        if not quick
        else None,
    )


def _codes(rows: tuple[str, ...]) -> np.ndarray:
    symbols = sorted(set("".join(rows)) - {"."})
    return np.array([[symbols.index(symbol) if symbol != "." else -1 for symbol in row] for row in rows])


def _faulty(truth: Timeline) -> Timeline:
    """The smiles of the truth, with faults."""
    rng = np.random.default_rng(0)
    smiles = [row for row in truth.segments.to_pylist() if row["layer"] == "emotion"]
    kept = [row for row in smiles if rng.random() >= 0.2]
    moved = [
        {**row, "start": row["start"] + rng.uniform(-0.4, 0.4), "end": row["end"] + rng.uniform(-0.4, 0.4)}
        for row in kept
        if row["end"] - row["start"] > 1
    ]
    invented = [
        {**row, "start": row["start"] + 5.0, "end": row["end"] + 5.0}
        for row in (smiles[i] for i in rng.choice(len(smiles), len(smiles) - len(kept), replace=False))
    ]
    rows = [{**row, "apex": None} for row in (*moved, *invented)]
    return Timeline(truth.media, truth.tracks, build.segments(rows), {}, truth.provenance)
