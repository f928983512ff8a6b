"""Who is who through all media: tracks become lanes, one for each person, with their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from mien.analyze.video import Recogniser
from mien.features.records import Record
from mien.timeline import build
from mien.tracking import Identities, Identity

APART = 60.0  # seconds that are put between two media, so that nobody is seen in both at the same time


@dataclass(frozen=True, eq=False)
class Met:
    """The tracks of one medium. offset: to be added to their numbers. duration: of the medium, in seconds."""

    media: int
    offset: int
    duration: float
    records: list[Record]


def tracks(media: Iterable[Met], people: Recogniser | None) -> pa.Table:
    """The timeline's table of tracks: of every appearance, by whose face it is.

    Those that look alike are one person's, within a medium and across media, but for those in view at the same time.
    people: a gallery that names them; who has the same name is the same person too.
    """
    identities, rows = Identities(), dict[int, dict[str, Any]]()
    begun = 0.0
    for medium in media:
        for one in medium.records:
            if one.identity is None:
                continue
            track = one.track + medium.offset
            span = [(one.start + begun, one.end + begun)]
            identities.add(replace(one.identity, spans=span, tracks=[track]))
            rows[track] = row(one, medium)
        begun += medium.duration + APART
    identities.settle()
    if people:
        identities.settle([answer(people, one)["person"] for one in identities.everybody])
    for lane, person in enumerate(sorted(identities.everybody, key=lambda one: one.spans[0])):
        told = answer(people, person) if people else {}
        for track in person.tracks:
            rows[track] |= {"track": track, "lane": lane, **told}
    return build.tracks(rows.values())


def row(one: Record, medium: Met) -> dict[str, Any]:
    """What the table says of a track whoever it is."""
    assert one.identity is not None
    return {
        "media": medium.media,
        "start": one.start,
        "end": one.end,
        "looks": one.looks,
        "quality": float(one.identity.best.face.columns()["quality"][0]),
        "portrait": one.portrait,
    }


def answer(people: Recogniser, one: Identity) -> Mapping[str, Any]:
    """What the gallery says of somebody, all looks pooled."""
    face = people.recognise(one.best.face.having(embeddings=one.embedding[None])).columns()
    similarity = float(face["similarities"][0])
    return {
        "person": face["names"][0],
        "answer": str(face["answers"][0]),
        "probability": float(face["probabilities"][0]),
        "similarity": None if np.isnan(similarity) else similarity,
        "reason": face["reasons"][0],
    }
