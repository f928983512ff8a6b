"""Reads the tables of OpenFace 1 and 2 (FeatureExtraction, FaceLandmarkVidMulti)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.timeline.imports import recorded
from mien.timeline.imports.table import Table
from mien.timeline.timeline import Timeline

MEANINGS = (
    (r"confidence", "", "how sure the tracker is of the landmarks, in [0, 1]"),
    (r"success", "", "1 where the face is tracked"),
    (
        r"gaze_[01]_[xyz]",
        "",
        "direction of gaze of the left (0) or right (1) eye in the picture, a unit vector of the camera",
    ),
    (r"gaze_angle_[xy]", "radians", "direction of gaze of both eyes"),
    (r"(eye_lmk_)?[xy]_\d+", "pixels", "of a landmark"),
    (r"(eye_lmk_)?[XYZ]_\d+", "mm", "of a landmark, from the camera"),
    (r"pose_T[xyz]", "mm", "of the head, from the camera"),
    (r"pose_R[xyz]", "radians", "of the head about the camera's axes: pitch, yaw, roll"),
    (r"p_(scale|r[xyz]|t[xy]|\d+)", "", "parameter of the face's shape model"),
    (r"AU\d+_r", "", "intensity of the action unit, from 0 (absent) to 5 (most)"),
    (r"AU\d+_c", "", "presence of the action unit, 0 or 1"),
)
KEYS = ("frame", "timestamp", "face_id")


def recognised(header: tuple[str, ...]) -> bool:
    """Whether a header is one of OpenFace's."""
    return {"frame", "timestamp", "confidence", "success"} <= set(header)


def timeline(table: Table) -> Timeline:
    """The family "openface", with the columns' own names; frames, which OpenFace counts from 1, count from 0.

    Rows of which OpenFace says that tracking failed are left out: their measures are zeros or leftovers. A note on the
    medium says how many. Faces are told apart by "face_id" where there is one.
    """
    seen = recorded.numbers(table, "success") > 0
    frames = recorded.numbers(table, "frame")[seen].astype(np.int64) - 1
    faces = recorded.numbers(table, "face_id")[seen] if "face_id" in table.header else np.zeros(len(frames))
    lost = np.count_nonzero(~seen)
    return recorded.timeline(
        recorded.family("openface", [name for name in table.header if name not in KEYS], MEANINGS),
        media=np.zeros(len(frames), np.int32),
        paths=[Path(table.name).stem],
        times=recorded.numbers(table, "timestamp")[seen],
        frames=frames,
        tracks=faces.astype(np.int32),
        values=lambda name: recorded.numbers(table, name)[seen],
        notes=[f"In {lost} of {len(seen)} rows tracking failed; they are left out."] if lost else [],
        provenance={"imported": table.name, "format": "OpenFace"},
    )
