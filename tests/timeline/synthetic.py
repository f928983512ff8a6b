"""Timelines with planted truth: people who come and go, curves of known shape, and segments that follow from them."""

import io
import json

import numpy as np
import pyarrow as pa

from mien.timeline.schema import MEDIA, SEGMENTS, TRACKS, samples
from mien.timeline.timeline import Timeline
from mien.types import Column, Family

NAMES = ("Ada Example", "Berit Ødegård", None, "陳大文")  # the third is a stranger
STAY, AWAY = 25.0, 5.0  # seconds in view, and out of it, in turn
SMILE, EVERY = 4.0, 12.0  # seconds that a smile lasts, and from one to the next
TALK, TURN = 5.0, 8.0  # seconds of speech, and from one to the next

CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
EMOTION = Family(
    "emotion",
    tuple(Column(name, meaning=f"probability of {name}, in [0, 1]") for name in (*CLASSES, "contempt")),
)
GEOMETRY = Family(
    "geometry",
    (
        Column("head_pitch", unit="degrees", meaning="up is positive"),
        Column("head_yaw", unit="degrees", meaning="to the person's own left is positive"),
        Column("head_roll", unit="degrees", meaning="clockwise is positive"),
        Column("mouth_opening", meaning="height by eye distance"),
        Column("eye_opening_left", meaning="height by width"),
    ),
)
FACES = Family(
    "faces",
    (
        Column("box", shape=(4,), unit="pixels", meaning="xyxy"),
        Column("score", meaning="of the detector, in [0, 1]"),
        Column("looked", "bool", meaning="whether the detector looked at this frame"),
    ),
)
VOICE = Family(
    "voice",
    (
        Column("speech", meaning="probability of speech, in [0, 1]"),
        Column("pitch", unit="Hz", meaning="NaN where unvoiced"),
        Column("energy", unit="dBFS", meaning="root mean square"),
    ),
    tracked=False,
)
HOP = 0.01  # seconds from one row of the voice to the next

PROVENANCE = {
    "mien": "0.1.0",
    "models": {
        "emotion": {"name": "planted", "version": "1", "sha256": "0" * 64, "tier": "basic"},
        "voice": {"name": "planted-voice", "version": "2", "sha256": "1" * 64},
    },
}


def synthetic(seconds: float = 60.0, people: int = 2, rate: float = 25.0, seed: int = 0) -> Timeline:
    """A video in which each person is 25 s in view and 5 s away, smiles for 4 s every 12 s, and somebody talks.

    Happiness is above 0.5 just while a segment "happy" lasts. Person i starts everything 3 i seconds later; times
    jitter by a tenth of a frame, as those of phones do.
    """
    rng = np.random.default_rng(seed)
    frames = round(seconds * rate)
    times = (np.arange(frames) + rng.uniform(0, 0.1, frames)) / rate
    tracks, segments, tables = [], _speech(seconds), {"emotion": [], "geometry": [], "faces": []}
    for lane in range(people):
        for start in np.arange(0.0, seconds, STAY + AWAY) + 3.0 * lane:
            seen = np.flatnonzero((times >= start) & (times < start + STAY))
            if len(seen):
                number = len(tracks)
                tracks.append(_track(number, lane, times[seen]))
                segments += _smiles(number, lane, times[seen])
                for family, rows in _face(lane, times[seen], rng).items():
                    tables[family].append(_rows(family, times[seen], seen, number, rows))
    return Timeline(
        media=pa.Table.from_pylist([_medium(seconds, frames, rate)], MEDIA),
        tracks=pa.Table.from_pylist(sorted(tracks, key=lambda one: one["start"]), TRACKS),
        segments=pa.Table.from_pylist(sorted(segments, key=lambda one: one["start"]), SEGMENTS),
        samples={family: _joined(family, parts) for family, parts in tables.items()}
        | {"voice": _voice(seconds, rng)},
        provenance=PROVENANCE,
    )


def happiness(times: np.ndarray, lane: int) -> np.ndarray:
    """The curve that is planted: half a sine of height 0.9 about each smile, 0.05 between them."""
    phase = (times - 3.0 * lane) % EVERY - SMILE
    inside = (phase >= 0) & (phase < SMILE)
    return np.where(inside, 0.5 + 0.4 * np.sin(np.pi * phase / SMILE), 0.05)


def _smiles(track: int, lane: int, times: np.ndarray) -> list[dict]:
    found = []
    for onset in np.arange(SMILE + 3.0 * lane, times[-1], EVERY):
        start, end = max(onset, times[0]), min(onset + SMILE, times[-1])
        if end > start:
            found.append(
                _segment(track, start, end, "emotion", "happy", 0.9, "planted 1", apex=(start + end) / 2)
            )
    if track % 2 == 0:
        middle = (times[0] + times[-1]) / 2
        found.append(
            _segment(track, times[0], middle, "attitude", "ambivalent", None, "Coder A", source="annotator")
        )
    return found


def _speech(seconds: float) -> list[dict]:
    return [
        _segment(None, start, min(start + TALK, seconds), "speech", "speech", 0.97, "planted-voice 2")
        for start in np.arange(1.0, seconds, TURN)
    ]


def _segment(track, start, end, layer, label, probability, model, *, apex=None, source="model") -> dict:
    return {
        **{
            "media": 0,
            "track": track,
            "start": float(start),
            "end": float(end),
            "apex": apex,
            "layer": layer,
        },
        **{"label": label, "probability": probability, "model": model, "source": source},
        "provenance": json.dumps({"on": 0.5}) if source == "model" else None,
    }


def _face(lane: int, times: np.ndarray, rng: np.random.Generator) -> dict[str, dict[str, np.ndarray]]:
    n = len(times)
    happy = happiness(times, lane) + rng.uniform(-0.02, 0.02, n) * (happiness(times, lane) < 0.5)
    rest = (1 - happy)[:, None] * rng.dirichlet([1, 1, 1, 1, 2, 12], n)
    others = iter(rest.T)
    emotion = {name: happy if name == "happy" else next(others) for name in CLASSES}
    swing = 2 * np.pi * times
    yaw = 25 * np.sin(swing / (9 + lane)) + rng.normal(0, 0.6, n)
    return {
        "emotion": emotion | {"contempt": np.full(n, np.nan)},
        "geometry": {
            "head_pitch": 8 * np.sin(swing / 7) + rng.normal(0, 0.5, n),
            "head_yaw": yaw,
            "head_roll": 5 * np.cos(swing / 11) + rng.normal(0, 0.5, n),
            "mouth_opening": np.abs(rng.normal(0.1, 0.03, n)) + 0.3 * (happy > 0.5),
            "eye_opening_left": np.where(times % 4 < 0.15, 0.05, 0.3 + rng.normal(0, 0.01, n)),
        },
        "faces": {
            "box": np.stack([300 * lane + 100 + yaw, 200 + yaw, 300 * lane + 280 + yaw, 430 + yaw], 1),
            "score": rng.uniform(0.8, 0.95, n),
            "looked": np.arange(n) % 3 == 0,
        },
    }


def _rows(family: str, times: np.ndarray, frames: np.ndarray, track: int, rows: dict) -> pa.Table:
    schema = samples(_FAMILIES[family])
    keys = {
        "media": np.zeros(len(times)),
        "time": times,
        "frame": frames,
        "track": np.full(len(times), track),
    }
    return pa.table([_array(keys.get(f.name, rows.get(f.name)), f.type) for f in schema], schema=schema)


def _array(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    if pa.types.is_fixed_size_list(kind):
        return pa.FixedSizeListArray.from_arrays(_array(values.ravel(), kind.value_type), kind.list_size)
    return pa.array(values.astype(kind.to_pandas_dtype()), kind, from_pandas=True)


def _joined(family: str, parts: list[pa.Table]) -> pa.Table:
    if not parts:
        return samples(_FAMILIES[family]).empty_table()
    return pa.concat_tables(parts).sort_by([("time", "ascending"), ("track", "ascending")])


def _voice(seconds: float, rng: np.random.Generator) -> pa.Table:
    times = np.arange(0.0, seconds, HOP)
    talks = (times >= 1) & ((times - 1) % TURN < TALK)
    n = len(times)
    rows = {
        "speech": np.where(talks, 0.97, 0.02),
        "pitch": np.where(talks, 140 + 30 * np.sin(2 * np.pi * times / 1.7) + rng.normal(0, 2, n), np.nan),
        "energy": np.where(talks, -22.0, -58.0) + rng.normal(0, 3, n),
    }
    schema = samples(VOICE)
    keys = {"media": np.zeros(n), "time": times}
    arrays = [
        pa.nulls(n, f.type) if f.name == "frame" else _array(keys.get(f.name, rows.get(f.name)), f.type)
        for f in schema
    ]
    return pa.table(arrays, schema=schema)


def _track(number: int, lane: int, times: np.ndarray) -> dict:
    name = NAMES[lane % len(NAMES)]
    return {
        **{"track": number, "media": 0, "kind": "face", "lane": lane, "person": name},
        **{"answer": "match" if name else "no match", "probability": 0.98 if name else 0.04},
        **{
            "similarity": 0.71 if name else 0.18,
            "reason": "well above what is needed" if name else "far from all",
        },
        **{"start": float(times[0]), "end": float(times[-1]), "looks": 1 + len(times) // 3, "quality": 0.8},
        "portrait": _portrait(lane),
    }


def _portrait(lane: int) -> bytes:
    """A disc on a ground of the lane's own colour: a stand-in for a face."""
    from PIL import Image, ImageDraw

    picture = Image.new(
        "RGB", (64, 64), [(60, 90, 140), (140, 90, 60), (70, 130, 80), (120, 80, 130)][lane % 4]
    )
    ImageDraw.Draw(picture).ellipse((16, 10, 48, 54), fill=(224, 196, 172))
    data = io.BytesIO()
    picture.save(data, "JPEG")
    return data.getvalue()


def _medium(seconds: float, frames: int, rate: float) -> dict:
    return {
        **{
            "media": 0,
            "path": "interview.mp4",
            "sha256": "a" * 64,
            "kind": "video",
            "duration": float(seconds),
        },
        **{"width": 1280, "height": 720, "frames": frames, "rate": float(rate), "variable": True},
        **{"sample_rate": 48_000, "notes": ["The pauses between frames differ."]},
    }


_FAMILIES = {family.name: family for family in (EMOTION, GEOMETRY, FACES, VOICE)}
