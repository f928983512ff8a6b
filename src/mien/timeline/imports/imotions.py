"""Reads the exports of iMotions 6 with faces by Emotient FACET: tab-separated, after lines that begin with "#"."""

from __future__ import annotations

import numpy as np

from mien.errors import TimelineInvalid
from mien.timeline.imports import recorded
from mien.timeline.imports.table import Table
from mien.timeline.timeline import Timeline

MEANINGS = (
    (r"FaceRect .*", "pixels", "of the face's box: left, top, width, height"),
    (r".* Evidence", "", "decimal logarithm of the odds that it is there: 0 is even, 1 is ten to one"),
    (r".* Intensity", "", "as recorded; 0 throughout where it was not exported"),
    (r".* Probability", "", "in [0, 1]"),
    (r".* Degrees", "degrees", "of the head"),
    (r".* [XY]", "pixels", "of a landmark; 0 where it was not measured"),
)
MEASURES = (" Evidence", " Intensity", " Probability", " Degrees", " X", " Y", " Width", " Height")
ABOUT = (
    "StudyName",
    "ExportDate",
    "Name",
    "Age",
    "Gender",
    "EventSource",
)  # the same in all rows: provenance


def recognised(header: tuple[str, ...]) -> bool:
    """Whether a header is one of iMotions'."""
    return {"StudyName", "StimulusName", "MediaTime", "NoOfFaces"} <= set(header)


def timeline(table: Table) -> Timeline:
    """The family "imotions", with the columns' own names; times are "MediaTime", milliseconds, as seconds.

    Rows without a face are left out; a note on the media says how many. Each stimulus is a medium.
    """
    if "FrameNo" not in table.header:
        raise TimelineInvalid(
            f"{table.name!r} is of iMotions, but has no column FrameNo; export the facial data."
        )
    seen = recorded.numbers(table, "NoOfFaces") > 0
    paths, media = np.unique(np.array(table.column("StimulusName")), return_inverse=True)
    frames = recorded.numbers(table, "FrameNo")[seen].astype(np.int64)
    about = {name: table.column(name)[0] for name in ABOUT if name in table.header and table.rows}
    lost = np.count_nonzero(~seen)
    return recorded.timeline(
        recorded.family("imotions", [name for name in table.header if name.endswith(MEASURES)], MEANINGS),
        media=media.reshape(-1)[seen].astype(np.int32),
        paths=[str(path) for path in paths],
        times=recorded.numbers(table, "MediaTime")[seen] / 1000,
        frames=frames,
        tracks=np.zeros(len(frames), np.int32),
        values=lambda name: recorded.numbers(table, name)[seen],
        notes=[f"{lost} of {len(seen)} rows have no face; they are left out."] if lost else [],
        provenance={"imported": table.name, "format": "iMotions", **about},
    )
