"""Tables that contradict themselves or each other are not written."""

import pyarrow as pa
import pytest

from mien import ArgumentError
from mien.timeline import build
from mien.timeline.check import check, check_samples
from mien.timeline.schema import samples
from mien.types import Column, Family

MEDIA = {"media": 0, "path": "a.mp4", "kind": "video", "duration": 9.0}
TRACK = {"track": 3, "media": 0, "lane": 0, "start": 0.0, "end": 9.0, "looks": 4}
SEGMENT = {"start": 1.0, "end": 2.0, "layer": "x", "label": "y", "model": "m", "track": 3}
NAN = float("nan")


def tables(media=(MEDIA,), tracks=(TRACK,), segments=(SEGMENT,)):
    return {"media": build.media(media), "tracks": build.tracks(tracks), "segments": build.segments(segments)}


def test_what_agrees_passes():
    check(tables())
    check(tables((), (), ()))
    check(tables(segments=[SEGMENT | {"end": 1.0, "probability": 1.0, "track": None}]))


@pytest.mark.parametrize(
    ("wrong", "about"),
    [
        ({"segments": [SEGMENT | {"end": 0.5}]}, "segments: row 0 starts at 1 s and ends at 0.5 s"),
        ({"segments": [SEGMENT | {"end": float("inf")}]}, "segments: end of row 0 is inf"),
        (
            {"segments": [SEGMENT, SEGMENT | {"start": 1.5, "probability": 1.01}]},
            "row 1 has probability 1.01",
        ),
        ({"segments": [SEGMENT | {"track": 4}]}, "segments: track 4 is not in the table of tracks"),
        ({"segments": [SEGMENT | {"media": 7}]}, "segments: media 7 is not in the table of media"),
        ({"tracks": [TRACK, TRACK]}, "tracks: a number is there twice"),
        ({"tracks": [TRACK | {"media": 1}]}, "tracks: media 1"),
        ({"tracks": [TRACK | {"start": 10.0}]}, "tracks: row 0 starts at 10 s"),
        ({"media": [MEDIA, MEDIA]}, "media: a number is there twice"),
    ],
)
def test_what_does_not_is_told(wrong, about):
    with pytest.raises(ArgumentError, match=about):
        check(tables(**wrong))


def test_other_columns_are_told():
    odd = tables() | {"segments": tables()["segments"].drop(["apex"])}
    with pytest.raises(ArgumentError, match=r"segments: columns that differ.*apex"):
        check(odd)
    odd = tables()
    odd["segments"] = odd["segments"].set_column(
        2, odd["segments"].schema.field("start"), pa.nulls(1, pa.float64())
    )
    with pytest.raises(ArgumentError, match="segments: start is missing"):
        check(odd)


@pytest.mark.parametrize(
    ("row", "about"),
    [
        ({"time": NAN}, "face: time of row 0 is nan"),
        ({"track": 2}, "face: track 2 is not in the table of tracks"),
        ({"media": 1}, "face: media 1"),
    ],
)
def test_samples_are_of_tracks_and_media_that_are_there(row, about):
    schema = samples(Family("face", (Column("x"),)))
    good = {"media": 0, "time": 0.0, "frame": 0, "track": 3, "x": 1.0}
    piece = pa.Table.from_pylist([good], schema)
    assert list(check_samples("face", [piece, piece], tables())) == [piece, piece]
    with pytest.raises(ArgumentError, match=about):
        list(check_samples("face", [piece, pa.Table.from_pylist([good | row], schema)], tables()))
    with pytest.raises(ArgumentError, match="no column time"):
        list(check_samples("face", [piece.drop(["time"])], tables()))
