"""The tables of a timeline: their columns, with unit and meaning, and the version of all that.

    media      one row for each file or stream that was looked at or listened to
    tracks     one row for each unbroken appearance: whose lane it is in, who that is, how sure that is
    samples    one wide table for each family of measures: a row for each moment, and track where it is of somebody
    segments   one row for each interval with a label, whoever said so: a model, or a person who annotated

Times are float seconds from the start of the medium, as the medium itself states them.
"""

from __future__ import annotations

import pyarrow as pa

from mien.types import Column, Family

VERSION = 1

FIXED = ("media", "tracks", "segments")
"""Tables that every timeline has, be they empty; all others are families of samples."""


def _field(name: str, kind: pa.DataType, meaning: str, *, unit: str = "", null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null, metadata={"unit": unit, "meaning": meaning})


MEDIA = pa.schema(
    [
        _field("media", pa.int32(), "number of the medium, from 0"),
        _field("path", pa.string(), "as it was given"),
        _field("sha256", pa.string(), "of the file's bytes, 64 hexadecimal digits, or empty for a stream"),
        _field("kind", pa.string(), '"video", "audio" or "image"'),
        _field("duration", pa.float64(), "from the start to the end of the last frame or sample", unit="s"),
        _field("width", pa.int32(), "of the upright picture", unit="pixels", null=True),
        _field("height", pa.int32(), "of the upright picture", unit="pixels", null=True),
        _field("frames", pa.int64(), "how many could be decoded", null=True),
        _field("rate", pa.float64(), "frames a second, on average", unit="Hz", null=True),
        _field("variable", pa.bool_(), "whether the pauses between frames differ", null=True),
        _field("sample_rate", pa.int32(), "of the sound", unit="Hz", null=True),
        _field("notes", pa.list_(pa.string()), "what was not as it should be, a sentence each"),
    ]
)

TRACKS = pa.schema(
    [
        _field("track", pa.int32(), "number of the track, from 0, in the whole timeline"),
        _field("media", pa.int32(), "the medium"),
        _field("kind", pa.string(), '"face", "body", or "person" where an annotator says so'),
        _field("lane", pa.int32(), "of the person, from 0: the same across cuts, absences and media"),
        _field("person", pa.string(), "name in the gallery, where the answer is a match", null=True),
        _field(
            "answer", pa.string(), '"match", "no match" or "cannot say"; null without a gallery', null=True
        ),
        _field("probability", pa.float32(), "calibrated, that the best person is this one", null=True),
        _field("similarity", pa.float32(), "cosine to the best person, in [-1, 1]", null=True),
        _field("reason", pa.string(), "one sentence that says why", null=True),
        _field("start", pa.float64(), "when first seen", unit="s"),
        _field("end", pa.float64(), "when last seen", unit="s"),
        _field("looks", pa.int32(), "how often the detector found the face"),
        _field("quality", pa.float32(), "of the best look, in [0, 1]", null=True),
        _field("portrait", pa.binary(), "JPEG of the best look", null=True),
    ]
)

SEGMENTS = pa.schema(
    [
        _field("media", pa.int32(), "the medium"),
        _field("track", pa.int32(), "whose it is; null where it is of the medium as a whole", null=True),
        _field("start", pa.float64(), "onset", unit="s"),
        _field("end", pa.float64(), "offset", unit="s"),
        _field("apex", pa.float64(), "where it is strongest", unit="s", null=True),
        _field("layer", pa.string(), 'what the labels are about, as "emotion" or "speech"'),
        _field("label", pa.string(), 'as "happy"'),
        _field("probability", pa.float32(), "in [0, 1]; null where nothing is calibrated", null=True),
        _field("model", pa.string(), "who says so: model and version, or the annotator"),
        _field("source", pa.string(), '"model" or "annotator"'),
        _field("provenance", pa.string(), "parameters, as JSON", null=True),
    ]
)

TABLES = {"media": MEDIA, "tracks": TRACKS, "segments": SEGMENTS}


def samples(family: Family) -> pa.Schema:
    """Of the table of a family: media, time, frame, track (where it is tracked), then its own columns."""
    keys = [
        _field("media", pa.int32(), "the medium"),
        _field("time", pa.float64(), "of the frame, or of the middle of the window of sound", unit="s"),
        _field("frame", pa.int64(), "in presentation order, from 0; null for sound", null=True),
    ]
    if family.tracked:
        keys.append(_field("track", pa.int32(), "whose it is"))
    about = {"family": family.name, "version": str(family.version), "tracked": str(family.tracked).lower()}
    return pa.schema([*keys, *map(_measure, family.columns)], metadata=about)


def _measure(column: Column) -> pa.Field:
    """A number, or a list of fixed size for each dimension of the value's shape."""
    kind = pa.from_numpy_dtype(column.dtype)
    for size in reversed(column.shape):
        kind = pa.list_(kind, size)
    return _field(column.name, kind, column.meaning, unit=column.unit, null=column.dtype.startswith("float"))
