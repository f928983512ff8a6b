"""Reads what Affectiva's SDK (AFFDEX) gave for a face as JSON: an object, or a list of them, one for each moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mien.errors import TimelineInvalid
from mien.timeline.imports import recorded
from mien.timeline.timeline import Timeline

MEANINGS = (
    (r"valence", "", "in [-100, 100]"),
    (
        r"joy|sadness|disgust|contempt|anger|fear|surprise|engagement",
        "",
        "likelihood of the emotion, in [0, 100]",
    ),
    (r".*", "", "likelihood of the expression, in [0, 100]"),
)
KEYS = ("Timestamp", "FileName")


def recognised(document: Any) -> bool:
    """Whether a document of JSON is Affectiva's."""
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and {"Timestamp", "joy", "valence", "engagement"} <= set(first)


def timeline(document: Any, name: str) -> Timeline:
    """The family "affectiva", with the columns' own names; "Timestamp" is in seconds."""
    rows: Sequence[Mapping[str, Any]] = document if isinstance(document, list) else [document]
    columns = [key for key, value in rows[0].items() if key not in KEYS and isinstance(value, int | float)]
    try:
        values = {key: np.array([row[key] for row in rows], np.float64) for key in (*columns, "Timestamp")}
    except (KeyError, TypeError, ValueError) as error:
        raise TimelineInvalid(
            f"{name!r}: not every moment has the same measures as numbers ({type(error).__name__}: {error})."
        ) from error
    paths, media = np.unique(np.array([str(row.get("FileName", "")) for row in rows]), return_inverse=True)
    media = media.reshape(-1).astype(np.int32)
    return recorded.timeline(
        recorded.family("affectiva", columns, MEANINGS),
        media=media,
        paths=[str(path) for path in paths],
        times=values["Timestamp"],
        frames=np.concatenate([np.arange(count) for count in np.bincount(media)]).astype(np.int64),
        tracks=np.zeros(len(rows), np.int32),
        values=values.__getitem__,
        provenance={"imported": name, "format": "Affectiva"},
    )
