"""Reads ELAN annotation documents (EAF 2.7 to 3.0, and older ones that keep to the same elements).

A document that Mien wrote comes back with all it carried. What an annotator changed in it wins: such a segment has the
source "annotator", no probability, and says in its provenance what it was before. Of any other document, each tier is a
layer and its participant the person; annotations without times of their own take those of what they belong to, and
times that had to be interpolated are marked in the provenance.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mien.timeline.exports.eaf import PROPERTY
from mien.timeline.exports.lanes import BETWEEN
from mien.timeline.imports import gather
from mien.timeline.imports.annotations import Note, notes, parsed
from mien.timeline.imports.kept import restored
from mien.timeline.imports.source import content
from mien.timeline.timeline import Timeline


def read(path: Path) -> Timeline:
    """The timeline of a document; `TimelineInvalid` where it is none, is damaged, or has a DOCTYPE."""
    root = parsed(content(path), str(path))
    found = notes(root, str(path))
    author = root.get("AUTHOR") or "annotator"
    for one in root.iterfind("HEADER/PROPERTY"):
        if one.get("NAME") == PROPERTY:
            return restored(
                one.text or "", found, "annotator" if author.startswith("Mien ") else author, str(path)
            )
    media = [_medium(root, found)]
    return gather.timeline(
        (_spoken(note, author) for note in found), media, {"imported": path.name, "format": "EAF"}
    )


def _spoken(note: Note, author: str) -> tuple[str | None, dict[str, Any]]:
    speaker = note.tier.get("PARTICIPANT") or None
    layer = note.tier["TIER_ID"]
    if speaker is not None:
        layer = layer.removeprefix(speaker + BETWEEN)
    about = json.dumps({"times": "interpolated"}) if note.guessed else None
    model = note.tier.get("ANNOTATOR") or author
    return speaker, gather.segment(
        note.start / 1000, note.end / 1000, layer, note.text, model=model, provenance=about
    )


def _medium(root: ET.Element, found: Sequence[Note]) -> dict[str, Any]:
    """The first medium that the document names; the others are in the notes."""
    named = root.findall("HEADER/MEDIA_DESCRIPTOR")
    paths = [unquote(one.get("RELATIVE_MEDIA_URL") or one.get("MEDIA_URL") or "") for one in named]
    kind = "audio" if named and named[0].get("MIME_TYPE", "").startswith("audio/") else "video"
    guessed = sum(note.guessed for note in found)
    remarks = [f"The document is also of {path!r}." for path in paths[1:]]
    if guessed:
        remarks.append(
            f"{guessed} of {len(found)} annotations have no times of their own; they were interpolated."
        )
    end = max((note.end for note in found), default=0.0) / 1000
    return gather.medium(path=paths[0] if paths else "", kind=kind, duration=end, notes=remarks)
