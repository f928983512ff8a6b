"""Random families, tables and timelines, for tests and benches of what is written and read."""

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from mien.timeline import build
from mien.timeline.timeline import Timeline
from mien.types import Column, Family

SHAPES = ((), (), (3,), (2, 3), (33, 3), (2, 21, 3), (478, 3))
DTYPES = ("float32", "float64", "bool", "int32", "int64", "uint8")
TEXTS = ("happy", "", "陳大文", "a\nb", 'say "no"; <b>&</b>', "\u0000", "🙂", "e\u0301", " blank ")
SHARED = ("points", "rate", "score", "quality")  # names that several families and the fixed tables use


def random_timeline(seed: int) -> Timeline:
    """Families of every shape and type, sound, missing values, odd labels, and now and then nothing at all."""
    rng = np.random.default_rng(seed)
    media = [
        {"media": i, "path": f"{text(rng)}.mp4", "kind": "video", "duration": 100.0, "notes": [text(rng)] * i}
        for i in range(rng.integers(1, 4))
    ]
    tracks = [
        {"track": i, "media": int(rng.integers(len(media))), "lane": i // 2, "person": maybe(rng, text(rng))}
        | {
            "start": 0.0,
            "end": 100.0,
            "looks": 3,
            "portrait": maybe(rng, rng.bytes(20)),
            "quality": maybe(rng, 0.5),
        }
        for i in range(rng.integers(1, 6))
    ]
    return Timeline(
        media=build.media(media),
        tracks=build.tracks(tracks),
        segments=build.segments(random_segment(rng, tracks) for _ in range(rng.integers(0, 30))),
        samples={
            family.name: random_samples(rng, family, tracks)
            for family in (random_family(rng, i) for i in range(rng.integers(0, 5)))
        },
        provenance={"mien": "0.1.0", "models": {text(rng): [1, 2.5, None, True]}},
    )


def random_family(rng: np.random.Generator, number: int) -> Family:
    columns = [
        Column(
            f"c{i}",
            str(rng.choice(DTYPES)),
            SHAPES[rng.integers(len(SHAPES))],
            "Hz",
            text(rng).replace("\0", ""),
        )
        for i in range(number * 10, number * 10 + rng.integers(1, 5))
    ]
    shared = [
        Column(
            name,
            str(rng.choice(["float32", "float64"])),
            SHAPES[rng.integers(2, 7)] if name == "points" else (),
        )
        for name in SHARED
        if rng.random() < 0.5
    ]
    return Family(f"family{number}", (*columns, *shared), bool(rng.random() < 0.7), int(rng.integers(1, 5)))


def random_samples(rng: np.random.Generator, family: Family, tracks: list[dict]) -> pa.Table:
    n = int(rng.choice([0, 1, 7, 300]))
    whose = rng.integers(len(tracks), size=n)
    rows = {column.name: values(rng, n, column) for column in family.columns}
    return build.sample_table(
        family,
        np.array([tracks[i]["media"] for i in whose], np.int32),
        np.sort(rng.uniform(0, 100, n)),
        np.arange(n) if rng.random() < 0.7 else None,
        whose if family.tracked else None,
        rows,
    )


def values(rng: np.random.Generator, n: int, column: Column) -> np.ndarray:
    """Numbers of all sizes, a fifth of those in columns of floats being NaN."""
    shape = (n, *column.shape)
    if not column.dtype.startswith("float"):
        return rng.integers(0, 2 if column.dtype == "bool" else 200, shape).astype(column.dtype)
    found = rng.normal(size=shape) * 10.0 ** rng.integers(-30, 30, shape)
    return np.where(rng.random(shape) < 0.2, np.nan, found).astype(column.dtype)


def random_segment(rng: np.random.Generator, tracks: list[dict]) -> dict:
    track = tracks[rng.integers(len(tracks))]
    start, length = rng.uniform(0, 90), rng.choice([0.0, 0.001, 3.3])
    return {
        "media": track["media"],
        "track": maybe(rng, track["track"]),
        "start": start,
        "end": start + length,
        "apex": maybe(rng, start),
        "layer": text(rng),
        "label": text(rng),
        "probability": maybe(rng, rng.random()),
        "model": text(rng),
        "provenance": maybe(rng, "{}"),
    }


def text(rng: np.random.Generator) -> str:
    return TEXTS[rng.integers(len(TEXTS))]


def maybe(rng: np.random.Generator, value):
    return value if rng.random() < 0.6 else None


timelines = st.integers(0, 2**32 - 1).map(random_timeline)


def differences(a: Timeline, b: Timeline) -> list[str]:
    """What differs between two timelines: names of tables whose rows, types, units or meanings are not the same."""
    found = [name for name in ("media", "tracks", "segments") if not same(getattr(a, name), getattr(b, name))]
    found += [
        name
        for name in sorted({*a.samples, *b.samples})
        if not same(a.samples.get(name), b.samples.get(name))
    ]
    return found + ["provenance"] * (dict(a.provenance) != dict(b.provenance))


def same(a: pa.Table | None, b: pa.Table | None) -> bool:
    """Equal in schema and all of its metadata, and in each row; NaN is equal to NaN, but not to what is missing."""
    if a is None or b is None or not a.schema.equals(b.schema, check_metadata=True) or len(a) != len(b):
        return False
    return all(same_column(a.column(name), b.column(name)) for name in a.column_names)


def same_column(a: pa.ChunkedArray, b: pa.ChunkedArray) -> bool:
    a, b = a.combine_chunks(), b.combine_chunks()
    if a.null_count != b.null_count or not a.is_null().equals(b.is_null()):
        return False
    while pa.types.is_fixed_size_list(a.type):
        a, b = a.flatten(), b.flatten()
    if pa.types.is_floating(a.type):
        return bool(np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True))
    return a.equals(b)
