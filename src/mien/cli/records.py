"""Results as JSON, whose fields stay what they are: others' programs read them.

`mien identify --json` writes

    {"format": "mien.identify/1", "mien": version, "models": {"detector": ..., "embedder": ...}, "files": [...]}

with one entry for each file, in the order of the command line:

    {"file", "kind": "image", "gallery", "faces": [face, ...]}
    {"file", "kind": "video", "gallery", "duration", "frames", "cuts", "appearances": [appearance, ...]}
    {"file", "error": {"kind", "message"}}

    gallery     {"people", "fpir", "threshold"}: how many were enrolled, the rate asked for, the cosine needed
    face        "box" [x0, y0, x1, y1] and "keypoints" [[x, y] * 5] in pixels of the upright picture, "score",
                "roll" in degrees, "quality", "issues", and the verdict
    verdict     "answer" ("match", "no match", "cannot say"), "name" (or null), "candidate" (the most similar
                person whatever the answer, or null), "probability", "similarity" (cosine, or null), "reason"
    appearance  somebody in a video: "spans" [[start, end], ...] when in view, "time" of the best look, "looks"
                (how often the face was found), "embedded" (how many were compared), and the fields of a face,
                which are those of the best look with the verdict on all looks

Times are seconds from the start of the video; "frames" is how many were looked at, "cuts" when the shot changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import mien

if TYPE_CHECKING:
    from mien.analyze import VideoResult
    from mien.batch import FileResult
    from mien.types import Faces


def identified(files: list[dict[str, Any]], models: Mapping[str, Any]) -> dict[str, Any]:
    """The whole of what `mien identify --json` writes."""
    return {"format": "mien.identify/1", "mien": mien.__version__, "models": dict(models), "files": files}


def file_record(result: FileResult) -> dict[str, Any]:
    """What was found in a file."""
    file = str(result.path)
    if result.error:
        message = str(result.error).removeprefix(f"{file}: ")
        return {"file": file, "error": {"kind": type(result.error).__name__, "message": message}}
    if result.video:
        return {"file": file, "kind": "video", **video_record(result.video)}
    assert result.faces is not None
    return {
        "file": file,
        "kind": "image",
        "gallery": result.faces.provenance["gallery"],
        "faces": [face_record(face) for face in result.faces],
    }


def video_record(video: VideoResult) -> dict[str, Any]:
    """Who is in a video, and when."""
    return {
        "gallery": video.provenance["gallery"],
        "duration": number(video.duration),
        "frames": video.frames,
        "cuts": [number(time) for time in video.cuts],
        "appearances": [
            {
                "spans": [[number(start), number(end)] for start, end in one.spans],
                "time": number(one.time),
                "looks": one.looks,
                "embedded": one.embedded,
                **face_record(one.face),
            }
            for one in video.appearances
        ],
    }


def face_record(face: Faces) -> dict[str, Any]:
    """A face (`Faces` of length 1): where it is, how good, and, where it was identified, who it is."""
    record: dict[str, Any] = {
        "box": [number(x) for x in face.boxes[0]],
        "keypoints": [[number(x), number(y)] for x, y in face.keypoints[0]],
        "score": number(face.scores[0]),
        "roll": number(face.rolls[0]),
    }
    if face.quality is not None and face.issues is not None:
        record |= {"quality": number(face.quality[0]), "issues": [str(issue) for issue in face.issues[0]]}
    return record | verdict_record(face)


def verdict_record(face: Faces) -> dict[str, Any]:
    """Who a face is; empty where it was not identified."""
    columns = {
        "answer": face.answers,
        "name": face.names,
        "candidate": face.candidates,
        "probability": face.probabilities,
        "similarity": face.similarities,
        "reason": face.reasons,
    }
    return {key: plain(column[0]) for key, column in columns.items() if column is not None}


def plain(value: Any) -> Any:
    """A value as JSON has it: text, a number or null."""
    return value if value is None or isinstance(value, str) else number(value)


def number(value: float) -> float | None:
    """A number with the six digits that float32 is good for; null for NaN."""
    return None if math.isnan(value) else float(f"{value:.6g}")
