"""Reads the tables of py-feat (0.6 to 2.x): a row for each face in each frame."""

from __future__ import annotations

import numpy as np

from mien.errors import ArgumentError
from mien.timeline.imports import recorded
from mien.timeline.imports.table import Table
from mien.timeline.timeline import Timeline

MEANINGS = (
    (r"FaceRect(X|Y|Width|Height)", "pixels", "of the face's box: left, top, width, height"),
    (r"FaceScore", "", "the detector's confidence, in [0, 1]"),
    (r"[xyz]_\d+|mesh_[xyz]_\d+", "pixels", "of a landmark"),
    (r"Pitch|Roll|Yaw", "degrees", "of the head, by py-feat's conventions"),
    (r"AU\d+", "", "probability that the action unit is there, in [0, 1]; not its intensity"),
    (
        r"(?i)anger|disgust|fear|happiness|happy|sadness|sad|surprise|neutral",
        "",
        "score of the class, in [0, 1]",
    ),
    (r"valence|arousal", "", "in [-1, 1]"),
    (r"gaze_\w+", "", "direction of gaze, as py-feat gives it"),
    (r"_neutral|(brow|cheek|eye|jaw|mouth|nose)[A-Z]\w+", "", "coefficient of a blendshape, in [0, 1]"),
    (r"Frame(Height|Width)", "pixels", "of the picture"),
)
KEYS = ("frame", "input", "clip", "approx_time", "Identity")  # say where a row belongs; no measures


def recognised(header: tuple[str, ...]) -> bool:
    """Whether a header is one of py-feat's."""
    return {"FaceRectX", "FaceScore"} <= set(header)


def timeline(table: Table, rate: float | None = None) -> Timeline:
    """The family "pyfeat", with the columns' own names.

    py-feat numbers frames and gives no exact times: rate, in frames a second, is needed unless all is of stills
    (`ArgumentError`). It does not say either who is who from frame to frame: faces are numbered by their order in each
    frame, which a note on the medium says where there is more than one. Rows without a face are left out.
    """
    frames = recorded.numbers(table, "frame") if "frame" in table.header else np.zeros(len(table.rows))
    if rate is None and np.nanmax(frames, initial=0) > 0:
        raise ArgumentError(
            f"{table.name!r} numbers frames and has no times; give rate, the frames a second of the video."
        )
    seen = np.isfinite(recorded.numbers(table, "FaceScore")) & np.isfinite(frames)
    frame = frames[seen].astype(np.int64)
    inputs = np.array(table.column("input") if "input" in table.header else [""] * len(table.rows))
    paths, media = np.unique(inputs, return_inverse=True)
    media = media.reshape(-1)[seen].astype(np.int32)
    tracks = _order(media, frame)
    notes = (
        [] if len(tracks) == 0 or tracks.max() == 0 else ["Faces are numbered by their order in each frame."]
    )
    if not seen.all():
        notes.append(f"{np.count_nonzero(~seen)} of {len(seen)} rows have no face; they are left out.")
    columns = [name for name in table.header if name and name not in KEYS]
    return recorded.timeline(
        recorded.family("pyfeat", columns, MEANINGS),
        media=media,
        paths=[str(path) for path in paths],
        times=frame / (rate or 1.0),
        frames=frame,
        tracks=tracks,
        values=lambda name: recorded.numbers(table, name)[seen],
        notes=notes,
        provenance={"imported": table.name, "format": "py-feat", "rate": rate},
    )


def _order(media: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Of each row its place, from 0, among those of the same frame of the same medium."""
    counts: dict[tuple[int, int], int] = {}
    places = np.zeros(len(frames), np.int32)
    for row, key in enumerate(zip(media.tolist(), frames.tolist(), strict=True)):
        places[row] = counts.get(key, 0)
        counts[key] = places[row] + 1
    return places
