"""Which media and which people of two timelines are the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mien.timeline.build import NOBODY, column
from mien.timeline.timeline import Timeline

Spans = dict[int, list[tuple[float, float]]]  # by medium: when somebody was in view


@dataclass(frozen=True)
class Lane:
    """One person of a timeline. name: in the gallery, or None. seen: when in view, by medium."""

    name: str | None
    seen: Spans

    def called(self, number: int) -> str:
        """What a reader may call the person."""
        return self.name or f"person {number + 1}"


def same_media(a: Timeline, b: Timeline) -> dict[int, int]:
    """For each medium of b the number of the same one of a, or a number of its own that a does not have.

    The same: of one SHA-256, else of one file name, else each the only one of its timeline.
    """
    ours, theirs = a.media.to_pylist(), b.media.to_pylist()
    free = max((one["media"] for one in ours), default=-1) + 1
    found: dict[int, int] = {}
    for key in (lambda one: one["sha256"] or None, lambda one: re.split(r"[/\\]", one["path"])[-1]):
        by_key = {key(one): one["media"] for one in reversed(ours) if key(one)}
        for one in theirs:
            number = by_key.get(key(one))
            if one["media"] not in found and number is not None and number not in found.values():
                found[one["media"]] = number
    if len(ours) == len(theirs) == 1:
        found.setdefault(theirs[0]["media"], ours[0]["media"])
    for i, one in enumerate(theirs):
        found.setdefault(one["media"], free + i)
    return found


def lanes(timeline: Timeline, media: Mapping[int, int]) -> dict[int, Lane]:
    """The people of a timeline by lane. media: other numbers for its media."""
    found: dict[int, Lane] = {}
    for track in timeline.tracks.select(["lane", "person", "media", "start", "end"]).to_pylist():
        lane = found.get(track["lane"], Lane(None, {}))
        lane.seen.setdefault(media[track["media"]], []).append((track["start"], track["end"]))
        found[track["lane"]] = Lane(lane.name or track["person"], lane.seen)
    return found


def same_people(a: Mapping[int, Lane], b: Mapping[int, Lane]) -> list[tuple[int, int]]:
    """Pairs of lanes: of one name; else of one number, where one has no name; else who is longest in view together."""
    found: list[tuple[int, int]] = []
    together = {(i, j): _together(a[i].seen, b[j].seen) for i in a for j in b}

    def take(candidates: list[tuple[int, int]]) -> None:
        for i, j in candidates:
            if all(i != x and j != y for x, y in found):
                found.append((i, j))

    take([(i, j) for i, j in together if a[i].name is not None and a[i].name == b[j].name])
    take([(i, j) for i, j in together if i == j and together[i, j] and None in (a[i].name, b[j].name)])
    take(sorted((pair for pair in together if together[pair]), key=lambda pair: -together[pair]))
    return sorted(found)


def lane_of(timeline: Timeline) -> dict[int, int]:
    """The lane of each track, and of nobody (-1) nobody."""
    tracks = column(timeline.tracks, "track").tolist()
    return {NOBODY: NOBODY, **dict(zip(tracks, column(timeline.tracks, "lane").tolist(), strict=True))}


def _together(a: Spans, b: Spans) -> float:
    """Seconds in which both are in view."""
    total = 0.0
    for media in a.keys() & b.keys():
        left, right = np.array(a[media])[:, None], np.array(b[media])[None]
        shared = np.minimum(left[..., 1], right[..., 1]) - np.maximum(left[..., 0], right[..., 0])
        total += float(np.maximum(shared, 0).sum())
    return total
