"""Timelines with whatever may be in one, however odd, and how two timelines differ."""

import json
import math

import numpy as np
import pyarrow as pa

from mien.timeline import build
from mien.timeline.timeline import Timeline
from mien.types import Column, Family

LABELS = (
    *(
        "happy",
        "",
        " ",
        "∅",
        "∅∅",
        'say "ah"',
        "a & b < c > d",
        "]]>",
        "<b>&amp;</b>",
        "line\nbreak",
        "tab\there",
    ),
    *(
        "carriage\rreturn",
        "both\r\nof them",
        "\x00\x07",
        "\ufffe",
        "Berit Ødegård",
        "陳大文",
        "😀👍🏽",
        "ا‎ب",
        "e\u0301",
    ),
    *(
        "a,b;c|d",
        "'",
        "\\",
        "-->",
        "WEBVTT",
        "! a comment",
        "1.5",
        "<exists>",
        "NaN",
        "null",
        "=1+1",
        "#",
        "x" * 300,
    ),
)
LAYERS = ("emotion", "speech", "words", "gaze", "", "a & b", 'the "layer"', "感情", "two\nlines")
NAMES = ("Anna", "Berit Ødegård", None, None, "陳大文", 'O"Neil & <Sons>', "line\nbreak", "\x01")
FAMILIES = (
    Family(
        "curves", (Column("x", "float64", unit="Hz", meaning="a number"), Column("y"), Column("on", "bool"))
    ),
    Family(
        "points",
        (Column("mesh", shape=(5, 3), unit="pixels"), Column("box", shape=(4,)), Column("n", "int32")),
    ),
    Family(
        "sound",
        (Column("pitch", meaning='"quoted", and with commas'), Column("count", "int64")),
        tracked=False,
    ),
)


def odd(seed: int, *, most: int = 40) -> Timeline:
    """A timeline of one to three media with up to that many segments each, which touch, overlap or have no length."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 4))
    media = [_medium(rng, number) for number in range(count)]
    tracks = [_track(rng, number, int(rng.integers(count))) for number in range(int(rng.integers(1, 8)))]
    segments = [one for number in range(count) for one in _segments(rng, number, tracks, most)]
    return Timeline(
        build.media(media),
        build.tracks(tracks),
        build.segments(segments),
        {family.name: _samples(rng, family, tracks) for family in FAMILIES},
        {"mien": "0", "models": {"planted": {"sha256": "0" * 64}}, "note": 'é\n"<&>'},
    )


def differences(a: Timeline, b: Timeline, *, samples: bool = True) -> list[str]:
    """What two timelines do not have in common, a line each; a float that is null is the same as one that is NaN."""
    found = [] if dict(a.provenance) == dict(b.provenance) else ["provenance"]
    names = ["media", "tracks", "segments"]
    pairs = {name: (getattr(a, name), getattr(b, name)) for name in names}
    if samples:
        if list(a.samples) != list(b.samples):
            return [f"families {list(a.samples)} and {list(b.samples)}"]
        pairs |= {name: (a.samples[name], b.samples[name]) for name in a.samples}
    for name, (left, right) in pairs.items():
        if not left.schema.equals(right.schema, check_metadata=True):
            found.append(f"schema of {name}: {left.schema} and {right.schema}")
        elif len(left) != len(right):
            found.append(f"{name}: {len(left)} and {len(right)} rows")
        else:
            for column in left.column_names:
                pairs_of = zip(left[column].to_pylist(), right[column].to_pylist(), strict=True)
                found += [
                    f"{name}.{column}, row {n}: {x!r} and {y!r}"
                    for n, (x, y) in enumerate(pairs_of)
                    if _plain(x) != _plain(y)
                ]
    return found


def said(timeline: Timeline, names: dict[int, str]) -> list[tuple]:
    """Of each segment whose it is, layer, label, start and end, in the order of those."""
    rows = timeline.segments.to_pylist()
    whole = [(names.get(r["track"]) or "", r["layer"], r["label"], r["start"], r["end"]) for r in rows]
    return sorted(whole)


def _plain(value):
    if isinstance(value, list):
        return [_plain(one) for one in value] if any(_plain(one) is not None for one in value) else None
    return None if isinstance(value, float) and math.isnan(value) else value


def _medium(rng, number: int) -> dict:
    known = {
        "media": number,
        "path": f"clip {number} é.mp4",
        "sha256": f"{number:064}",
        "duration": 60.0 + number / 3,
    }
    known |= {"kind": "video", "width": 1280, "height": 720, "frames": 1500, "rate": 25.0, "variable": False}
    return known | {
        "notes": [['It is "odd".'], []][number % 2],
        "sample_rate": [None, 48_000][int(rng.integers(2))],
    }


def _track(rng, number: int, media: int) -> dict:
    lane = int(rng.integers(8))
    start = float(rng.uniform(0, 30))
    known = {
        "track": number,
        "media": media,
        "kind": "face",
        "lane": lane,
        "person": NAMES[lane],
        "looks": number,
    }
    known |= {
        "start": start,
        "end": start + float(rng.uniform(0, 30)),
        "reason": [None, "", "a, b"][number % 3],
    }
    return known | {
        "similarity": float(rng.uniform(-1, 1)),
        "portrait": [None, b"", bytes(range(256))][number % 3],
    }


def _segments(rng, media: int, tracks: list, most: int) -> list[dict]:
    rows, at = [], 0.0
    own = [None, *(track["track"] for track in tracks if track["media"] == media)]
    for _ in range(int(rng.integers(most + 1))):
        start = (
            at
            if rng.random() < 0.3
            else float(rng.choice([rng.uniform(0, 60), round(rng.uniform(0, 60), 3)]))
        )
        end = start + float(rng.choice([0, 1e-6, 0.0004, 0.25, rng.uniform(0, 5)]))
        at = end
        row = {"media": media, "track": own[int(rng.integers(len(own)))], "start": start, "end": end}
        row |= {
            "layer": LAYERS[int(rng.integers(len(LAYERS)))],
            "label": LABELS[int(rng.integers(len(LABELS)))],
        }
        row |= {
            "apex": None if rng.random() < 0.5 else (start + end) / 2,
            "model": "planted 1",
            "source": "model",
        }
        row |= {"probability": None if rng.random() < 0.3 else float(np.float32(rng.random()))}
        if rng.random() < 0.3:
            row |= {"model": "Coder <A>", "source": "annotator", "provenance": json.dumps({"é": "\n"})}
        rows.append(row)
    return rows


def _samples(rng, family: Family, tracks: list) -> pa.Table:
    n = int(rng.integers(0, 30))
    rows = {one.name: _values(rng, n, one) for one in family.columns}
    times = np.sort(rng.uniform(0, 60, n))
    whose = np.array([tracks[int(i)]["track"] for i in rng.integers(len(tracks), size=n)], np.int32)
    frames = np.arange(n) if family.tracked else None
    return build.sample_table(family, 0, times, frames, whose if family.tracked else None, rows)


def _values(rng, n: int, column: Column) -> np.ndarray:
    values = rng.normal(0, 10.0 ** rng.integers(-30, 30), (n, *column.shape))
    if column.dtype.startswith("float"):
        values[rng.random(values.shape) < 0.1] = np.nan
        values[rng.random(values.shape) < 0.02] = -np.inf
    else:
        values = rng.integers(0, 2 if column.dtype == "bool" else 2**31 - 1, values.shape)
    return values.astype(column.dtype)
