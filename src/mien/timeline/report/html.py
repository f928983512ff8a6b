"""Puts the page together: template, style and script, the data as JSON, and the media as links or as bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from mien.errors import ArgumentError, MediaNotFound
from mien.timeline import contents
from mien.timeline.contents import Measured
from mien.timeline.exports.save import save
from mien.timeline.report import facts, words
from mien.timeline.report.curves import LEVELS, TICK, Blocks, series, thinning
from mien.timeline.select import schema_of
from mien.timeline.timeline import Timeline

EMBED = 64 * 2**20  # bytes of media that a page may carry
ASSETS = Path(__file__).with_name("assets")
SCRIPTS = ("data.js", "pyramid.js", "view.js", "lanes.js", "panel.js", "table.js", "main.js")
TYPES = {
    **{".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/mp4", ".webm": "video/webm"},
    **{".mkv": "video/x-matroska", ".ogv": "video/ogg", ".wav": "audio/wav", ".mp3": "audio/mpeg"},
    **{".m4a": "audio/mp4", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg"},
}


def write(timeline: Timeline, path: str | os.PathLike[str], *, video: str | None = None) -> None:
    """Write the timeline as a page of HTML.

    video: "link" plays the media from where they are, by their way from the page's folder; "embed" puts them into the
    page (64 MiB at most); None shows the tracks' portraits instead. Raises `MediaNotFound` where a medium to play is
    not there, `ArgumentError` where it is too large, and `TimelineError` where the page cannot be written.

    >>> write(mien.timeline.read("interview.parquet"), "interview.html", video="link")       # doctest: +SKIP
    """
    target = Path(path)
    save(target, [page(timeline, folder=target.parent, video=video).encode("utf-8", "backslashreplace")])


def page(timeline: Timeline, *, folder: Path = Path(), video: str | None = None) -> str:
    """The page as HTML, to lie in that folder (see `write`)."""
    if video not in (None, "link", "embed"):
        raise ArgumentError(f'video is {video!r}; expected "link", "embed" or None.')
    media, blocks = timeline.media.to_pylist(), Blocks()
    families = contents.families(timeline)
    every = thinning(families)
    carried = [_carried(Path(one["path"]), folder, video) for one in media if video]
    data = {
        "levels": LEVELS,
        "tick": TICK,
        "every": every,
        "media": [_medium(one) for one in media],
        "sources": [source for source, _ in carried],
        "lanes": facts.lanes(timeline),
        "segments": facts.segments(timeline),
        "basic": sorted(contents.basics(timeline)),
        **_curves(timeline, families, every, blocks),
    }
    script = "\n".join((ASSETS / name).read_text("utf-8") for name in SCRIPTS)
    script = f'(() => {{\n"use strict";\n{script}}})();'
    return Template((ASSETS / "page.html").read_text("utf-8")).substitute(
        title=escape(words.title(media)),
        summary=escape(words.summary(timeline, families)),
        version=escape(str(timeline.provenance.get("mien", ""))),
        know=words.to_know(contents.notes(timeline), every),
        provenance=words.provenance(timeline),
        style=(ASSETS / "style.css").read_text("utf-8"),
        hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        script=script,
        data=_json(data),
        blocks=_blocks(blocks.texts, [text for _, text in carried]),
    )


def _curves(timeline: Timeline, families: list[Measured], every: int, blocks: Blocks) -> dict[str, Any]:
    """The curves, and the groups of measures that one can choose from; one family is in memory at a time."""
    drawn: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for family in families:
        made, ranges = series(timeline, family, every, blocks)
        drawn += made
        groups += facts.groups(family, schema_of(timeline.samples, family.family), ranges)
    return {"series": drawn, "groups": groups}


def _medium(one: dict[str, Any]) -> dict[str, Any]:
    return {key: one[key] for key in ("media", "path", "kind", "duration", "rate")}


def _carried(path: Path, folder: Path, video: str) -> tuple[dict[str, str], str]:
    """How the script plays a medium, and its bytes as base64 where they are on the page."""
    if not path.is_file():
        raise MediaNotFound(
            f"{path}: is not there, so the page cannot play it. Go to the folder that the medium was analysed from, "
            "or write the page without the video."
        )
    kind = TYPES.get(path.suffix.lower(), "")
    if video == "link":
        return {"type": kind, "url": _link(path, folder)}, ""
    if (size := path.stat().st_size) > EMBED:
        raise ArgumentError(
            f"{path}: has {size / 2**20:.0f} MiB, and a page can carry {EMBED // 2**20} MiB; link it instead."
        )
    return {"type": kind, "url": ""}, base64.b64encode(path.read_bytes()).decode("ascii")


def _link(path: Path, folder: Path) -> str:
    """The way from the folder to the file; a whole address where they are on different drives."""
    try:
        return quote(os.path.relpath(path.resolve(), folder.resolve()).replace(os.sep, "/"))
    except ValueError:
        return path.resolve().as_uri()


def _json(data: dict[str, Any]) -> str:
    """JSON that ends no script element, whatever the texts in it say."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _blocks(curves: list[str], media: list[str]) -> str:
    named = [(f"b{i}", text) for i, text in enumerate(curves)] + [
        (f"m{i}", text) for i, text in enumerate(media)
    ]
    return "\n".join(f'<script type="text/plain" id="{name}">{text}</script>' for name, text in named if text)
