"""Two timelines side by side: what each says, of media and people that both count alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from mien.timeline import whose
from mien.timeline.build import NOBODY, column
from mien.timeline.timeline import Timeline

Voice: TypeAlias = tuple[
    int, int
]  # medium and person, as both sides count them; NOBODY for the medium as a whole
Said: TypeAlias = dict[Voice, list[tuple[float, float, str]]]  # start, end and label of each segment


class Sides:
    """Two timelines that count media and people alike."""

    def __init__(self, a: Timeline, b: Timeline) -> None:
        self.timelines = (a, b)
        self.media = (
            {number: number for number in column(a.media, "media").tolist()},
            whose.same_media(a, b),
        )
        self.lanes = tuple(map(whose.lanes, self.timelines, self.media))
        self.people = whose.same_people(*self.lanes)
        theirs = {j: i for i, j in self.people}
        free = max(self.lanes[0], default=-1) + 1
        self.voices = ({i: i for i in self.lanes[0]}, {j: theirs.get(j, free + j) for j in self.lanes[1]})
        self.durations: dict[int, float] = {}
        for timeline, numbers in zip(self.timelines, self.media, strict=True):
            for rows, key in ((timeline.media, "duration"), (timeline.segments, "end")):
                for number, end in zip(
                    column(rows, "media").tolist(), column(rows, key).tolist(), strict=True
                ):
                    known = self.durations.get(numbers[number], 0.0)
                    self.durations[numbers[number]] = max(known, end)

    def layers(self, side: int) -> list[str]:
        """What the segments of one side, 0 or 1, are about."""
        return sorted(set(column(self.timelines[side].segments, "layer").tolist()))

    def said(self, layer: str) -> tuple[Said, Said, bool]:
        """What each side says in a layer, by person; and whether people were told apart."""
        rows = [self._segments(side, layer) for side in (0, 1)]
        named = all(not side or any(voice != NOBODY for (_, voice), _ in side) for side in rows)
        said: list[Said] = [{}, {}]
        for side, of in zip(rows, said, strict=True):
            for (media, voice), segment in side:
                of.setdefault((media, voice if named else NOBODY), []).append(segment)
        nobody = not any(voice != NOBODY for side in rows for (_, voice), _ in side)
        return said[0], said[1], named or nobody

    def _segments(self, side: int, layer: str) -> list[tuple[Voice, tuple[float, float, str]]]:
        table = self.timelines[side].segments
        lane, voices = whose.lane_of(self.timelines[side]), {NOBODY: NOBODY, **self.voices[side]}
        names = ("layer", "media", "track", "start", "end", "label")
        rows = zip(*(column(table, name).tolist() for name in names), strict=True)
        return [
            ((self.media[side][media], voices[lane[track]]), (start, end, label))
            for of, media, track, start, end, label in rows
            if of == layer
        ]

    def extents(self, one: Said, other: Said) -> dict[Voice, list[tuple[float, float]]]:
        """When there was something to be said of each voice: it was in view on one side, or a segment was marked."""
        found: dict[Voice, list[tuple[float, float]]] = {}
        for voice in one.keys() | other.keys():
            marked = [segment[:2] for side in (one, other) for segment in side.get(voice, ())]
            found[voice] = [*marked, *self._in_view(*voice)]
        return found

    def _in_view(self, media: int, voice: int) -> Iterator[tuple[float, float]]:
        if voice == NOBODY:
            yield 0.0, self.durations[media]
        for lanes, voices in zip(self.lanes, self.voices, strict=True):
            for number, lane in lanes.items():
                if voices[number] == voice:
                    yield from lane.seen.get(media, ())
