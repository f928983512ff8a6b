"""Reads transcripts that came from elsewhere: Whisper's JSON, WebVTT and SubRip."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mien.errors import TimelineInvalid
from mien.timeline.imports.gather import medium, segment
from mien.timeline.imports.gather import timeline as gathered
from mien.timeline.imports.source import text
from mien.timeline.timeline import Timeline

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"</?[a-zA-Z0-9:][^>]*>|\{\\[^}]*\}")  # of WebVTT and SubRip; what is left of SubStation

Record = dict[str, Any]


def read_transcript(path: Path, *, model: str | None = None) -> list[Record]:
    """Intervals of the layers "utterance" and "word" (where the file has any), as `timeline.build.segments` takes them.

    path: of a ``.json`` (by openai-whisper, faster-whisper, WhisperX or whisper.cpp), ``.vtt`` or ``.srt`` file; what
    it is, is told by its content. model: who transcribed; the file's name where it is not given.

    Tags and the speakers of WebVTT are left out: who speaks is not told by Mien. Raises `TimelineNotFound` and
    `TimelineInvalid`, which names the line or the entry.
    """
    name, content = str(path), text(path)
    read = _json if content.lstrip().startswith(("{", "[")) else _cues
    records = [one for one in read(content, name) if one["label"]]
    empty = not content.strip() or content.startswith("WEBVTT")  # where nothing was said
    if not records and read is _cues and "-->" not in content and not empty:
        raise TimelineInvalid(
            f"{name!r} is no transcript that Mien reads; expected WebVTT, SubRip, or the JSON of Whisper."
        )
    said = model or path.name
    records.sort(key=lambda one: one["start"])
    return [{**one, "model": said, "source": "model" if model else "annotator"} for one in records]


def recognised(document: Any) -> bool:
    """Whether a JSON document is a transcript of Whisper, and not a timeline."""
    if not isinstance(document, dict) or "tracks" in document:
        return False
    spoken = document.get("transcription", document.get("segments"))
    return isinstance(spoken, list) and all(isinstance(one, dict) and "text" in one for one in spoken)


def timeline(path: Path) -> Timeline:
    """The transcript in a file as a timeline of its own, of one medium."""
    rows = [(None, segment(**row)) for row in read_transcript(path)]
    end = max((row["end"] for _, row in rows), default=0.0)
    return gathered(rows, [medium(path=path.name, kind="audio", duration=end)], {"imported": path.name})


def _json(content: str, name: str) -> Iterator[Record]:
    try:
        document = json.loads(content)
        if "transcription" in document:  # whisper.cpp
            for one in document["transcription"]:
                times = one["offsets"]
                yield _record("utterance", times["from"] / 1000, times["to"] / 1000, one["text"], name)
            return
        for one in document["segments"]:
            yield _record("utterance", one["start"], one["end"], one["text"], name)
            for word in one.get("words") or ():
                if "start" in word:  # WhisperX gives no times of words that it could not align, as of numbers
                    yield _record("word", word["start"], word["end"], word["word"], name)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TimelineInvalid(
            f"{name!r} is no transcript of Whisper as JSON: {type(error).__name__}, {error}. Expected "
            '{"segments": [{"start", "end", "text", "words"}]} or {"transcription": [{"offsets", "text"}]}.'
        ) from error


def _cues(content: str, name: str) -> Iterator[Record]:
    """Of WebVTT and SubRip alike: a line with two times, and text up to an empty line."""
    lines = content.splitlines()
    at = 0
    while at < len(lines):
        found = _CUE.match(lines[at])
        at += 1
        if not found:
            if "-->" in lines[at - 1]:
                raise TimelineInvalid(
                    f"{name!r}, line {at}: {lines[at - 1].strip()!r} has no two times of a cue."
                )
            continue
        said = []
        while at < len(lines) and lines[at].strip() and not _CUE.match(lines[at]):
            said.append(lines[at])
            at += 1
        times = found.groups()
        spoken = html.unescape(_TAG.sub("", " ".join(said)))
        yield _record("utterance", _seconds(*times[:4]), _seconds(*times[4:]), spoken, f"{name}, line {at}")


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000


def _record(layer: str, start: float, end: float, said: str, where: str) -> Record:
    start, end = float(start), float(end)
    if not 0 <= start <= end < float("inf"):
        raise TimelineInvalid(
            f"{where}: {said.strip()!r} lasts from {start} to {end} s; expected 0 <= start <= end."
        )
    return {"start": start, "end": end, "layer": layer, "label": " ".join(said.split())}
