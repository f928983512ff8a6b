"""The demo's clip: written with known times of appearance, then identified."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.analyze import Appearance, VideoResult, identify_video
from mien.demo import clip
from mien.demo.photographs import EILEEN, GRACE
from mien.demo.steps import Check, Picture, Spans, Step
from mien.draw import annotate
from mien.gallery import Gallery
from mien.media import read_frames, write_video
from mien.types import Image

CAST = (
    clip.Appearance(GRACE, 1.0, 5.0, (110, 190), (270, 170), 92),
    clip.Appearance(EILEEN, 3.0, 9.0, (540, 200), (420, 180), 84),
    clip.Appearance(GRACE, 8.0, 11.0, (120, 170), (250, 190), 100),
)
SHOWN = (2.0, 4.0, 8.5)  # seconds of the frames on the page
CLOSE = 0.25  # seconds; a video is looked at ten times a second


def film(people: Gallery, photos: dict[str, Image], folder: Path) -> Step:
    """Writes the clip into the folder and asks who is in it and when."""
    cast = clip.cast(people.engine, {name: photos[name] for name in (GRACE, EILEEN)})
    path = folder / "clip.mp4"
    write_video(path, clip.frames(photos["coffee"], cast, CAST), clip.RATE)
    result = identify_video(people, path)
    spans = tuple(Spans(name, _truth(name), _found(result, name)) for name in cast)
    checks = [_count(result), *(_times(result, one) for one in spans), _effort(result)]
    told = (
        f"{clip.SECONDS:.0f} generated seconds in which both cross the scene at known times; one of them leaves and "
        "comes back. In the chart the dashed frames are the truth and the bars are what was found."
    )
    return Step("Who is in this clip, and when?", told, tuple(checks), _stills(people, path), spans)


def _truth(name: str) -> tuple[tuple[float, float], ...]:
    return tuple((one.start, one.end) for one in CAST if one.name == name)


def _found(result: VideoResult, name: str) -> tuple[tuple[float, float], ...]:
    return tuple(span for one in result.appearances if one.name == name for span in one.spans)


def _count(result: VideoResult) -> Check:
    names = sorted(one.name or str(_answer(one)) for one in result.appearances)
    expected = sorted({one.name for one in CAST})
    return Check("people in the clip", ", ".join(expected), ", ".join(names) or "nobody", names == expected)


def _answer(one: Appearance) -> str:
    assert one.face.answers is not None
    return str(one.face.answers[0])


def _times(result: VideoResult, one: Spans) -> Check:
    close = len(one.found) == len(one.truth) and np.allclose(one.found, one.truth, rtol=0, atol=CLOSE)
    faces = [seen.face for seen in result.appearances if seen.name == one.name]
    chance = float(faces[0].probabilities[0]) if faces and faces[0].probabilities is not None else np.nan
    told = f"within {CLOSE} s of the truth" if close else f"more than {CLOSE} s off the truth"
    return Check(f"when {one.name} is in view", _told(one.truth), _told(one.found), bool(close), chance, told)


def _told(spans: tuple[tuple[float, float], ...]) -> str:
    return " and ".join(f"{start:.1f} to {end:.1f} s" for start, end in spans) or "never"


def _effort(result: VideoResult) -> Check:
    share = result.detections / max(result.embedded, 1)
    return Check(
        "faces found for each one compared",
        "8 or more",
        f"{share:.0f}",
        share >= 8,
        reason=f"{result.detections} faces in {result.frames} frames, {result.embedded} compared",
    )


def _stills(people: Gallery, path: Path) -> tuple[Picture, ...]:
    """Frames of the clip with their answers, each identified alone."""
    frames = [frame for frame in read_frames(path) if any(abs(frame.time - t) < 0.01 for t in SHOWN)]
    return tuple(
        Picture(f"{frame.time:.1f} s", annotate(frame.image, people.identify(frame.image)))
        for frame in frames
    )
