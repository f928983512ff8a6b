"""A timeline as an ELAN annotation document (EAF 3.0), for one medium.

Tiers are named "Anna / emotion"; where segments of a tier overlap, which ELAN does not allow, the later one goes to
"Anna / emotion (2)". Times are whole milliseconds, as ELAN has them, and a segment lasts at least one. All that ELAN
has no place for is kept in the header, as a property "mien": each segment's row with its exact times, model and
probability, by the id of its annotation, the tracks and the medium; `mien.timeline.imports.eaf` reads it. Samples and
portraits are not carried: a file that goes to annotators should not hide pictures of faces.
"""

from __future__ import annotations

import json
import mimetypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import mien
from mien.timeline.exports.lanes import Span, Tier, spans, speakers, tiers
from mien.timeline.exports.vocabulary import vocabularies
from mien.timeline.exports.xml import attribute, content, visible
from mien.timeline.schema import VERSION
from mien.timeline.timeline import Timeline

PROPERTY = "mien"
UNNAMED = "segments"  # what the type of a layer without a name is called
SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
UNDETERMINED = "http://cdb.iso.org/lg/CDB-00130975-001"  # the language that ELAN gives labels of no language
CONSTRAINTS = {
    "Time_Subdivision": "Time subdivision of parent annotation's time interval, no time gaps allowed",
    "Symbolic_Subdivision": "Symbolic subdivision of a parent annotation, in order",
    "Symbolic_Association": "1-1 association with a parent annotation",
    "Included_In": "Time alignable annotations within the parent annotation's time interval, gaps allowed",
}


@dataclass(frozen=True)
class Annotation:
    """One segment as ELAN has it: its id, those of the time slots where it begins and ends, and its row."""

    id: str
    first: str
    last: str
    row: int


def text(timeline: Timeline, media: int = 0, folder: Path | None = None) -> Iterator[str]:
    """The document, piece by piece. folder: where it will lie, so that the medium is named relative to it."""
    found = [_slotted(one) for one in spans(timeline.segments, speakers(timeline.tracks), media)]
    lines = tiers(found)
    annotations, order = _numbered(lines)
    rows = timeline.segments.to_pylist()
    closed = _closed(vocabularies(timeline, media))
    date = datetime.now(UTC).isoformat(timespec="seconds")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<ANNOTATION_DOCUMENT AUTHOR="Mien {mien.__version__}" DATE="{date}" FORMAT="3.0" VERSION="3.0" '
    yield 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    yield f'xsi:noNamespaceSchemaLocation="{SCHEMA}">\n'
    yield from _header(timeline, media, folder, lines, annotations, rows)
    yield from ("<TIME_ORDER>\n", *order, "</TIME_ORDER>\n")
    for tier, inside in zip(lines, annotations, strict=True):
        yield from _tier(tier, inside, rows, closed)
    yield from _types(closed)
    yield "</ANNOTATION_DOCUMENT>\n"


def slots(start: float, end: float) -> tuple[int, int]:
    """The milliseconds at which an interval begins and ends in the file: never before 0, never at the same one."""
    first = max(0, round(start * 1000))
    return first, max(first + 1, round(end * 1000))


def _slotted(span: Span) -> Span:
    speaker = None if span.speaker is None else visible(span.speaker)
    return Span(span.row, *slots(span.start, span.end), speaker, visible(span.layer))


def _numbered(lines: list[Tier]) -> tuple[list[list[Annotation]], list[str]]:
    """Annotations by tier, and the elements of all time slots, in order of time.

    Each boundary has a slot of its own, so that moving one in ELAN moves no other.
    """
    bounds = [
        (ms, line, place, which)
        for line, tier in enumerate(lines)
        for place, span in enumerate(tier.spans)
        for which, ms in enumerate((span.start, span.end))
    ]
    bounds.sort()
    slot = {key[1:]: f"ts{number}" for number, key in enumerate(bounds, 1)}
    order = [
        f'<TIME_SLOT TIME_SLOT_ID="ts{number}" TIME_VALUE="{ms}"/>\n'
        for number, (ms, *_) in enumerate(bounds, 1)
    ]
    annotations: list[list[Annotation]] = []
    number = 0
    for line, tier in enumerate(lines):
        annotations.append([])
        for place, span in enumerate(tier.spans):
            number += 1
            first, last = slot[line, place, 0], slot[line, place, 1]
            annotations[-1].append(Annotation(f"a{number}", first, last, span.row))
    return annotations, order


def _header(
    timeline: Timeline,
    media: int,
    folder: Path | None,
    lines: list[Tier],
    annotations: list[list[Annotation]],
    rows: list[dict[str, Any]],
) -> Iterator[str]:
    ids = {one.row: one.id for inside in annotations for one in inside}
    kept: dict[str, Any] = {
        "version": VERSION,
        "media": [row for row in timeline.media.to_pylist() if row["media"] == media],
        "tracks": [
            row for row in timeline.tracks.drop_columns(["portrait"]).to_pylist() if row["media"] == media
        ],
        "tiers": {tier.name: [tier.speaker, tier.layer] for tier in lines},
        "segments": {ids[row]: rows[row] for row in sorted(ids)},
        "provenance": dict(timeline.provenance),
    }
    yield '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">\n'
    for row in kept["media"]:
        yield _descriptor(row["path"], folder)
    yield f'<PROPERTY NAME="{PROPERTY}">{content(json.dumps(kept))}</PROPERTY>\n'
    yield f'<PROPERTY NAME="lastUsedAnnotationId">{len(ids)}</PROPERTY>\n</HEADER>\n'


def _descriptor(path: str, folder: Path | None) -> str:
    kind = mimetypes.guess_type(path)[0] or "unknown"
    if "://" in path:
        return f'<MEDIA_DESCRIPTOR MEDIA_URL={attribute(path)} MIME_TYPE="{kind}"/>\n'
    whole = Path(path).absolute()
    near = ""
    if folder is not None and whole.drive == folder.absolute().drive:
        relative = Path(os.path.relpath(whole, folder.absolute())).as_posix()
        near = f' RELATIVE_MEDIA_URL="{quote(relative if relative.startswith("..") else "./" + relative)}"'
    return f'<MEDIA_DESCRIPTOR MEDIA_URL="{whole.as_uri()}" MIME_TYPE="{kind}"{near}/>\n'


def _closed(words: dict[str, list[str] | None]) -> dict[str, dict[str, str] | None]:
    """By layer the id of the entry of each label, all as they are written."""
    return {
        visible(layer): None if labels is None else {visible(one): f"cve{n}" for n, one in enumerate(labels)}
        for layer, labels in words.items()
    }


def _tier(
    tier: Tier,
    annotations: list[Annotation],
    rows: list[dict[str, Any]],
    closed: dict[str, dict[str, str] | None],
) -> Iterator[str]:
    whose = "" if tier.speaker is None else f" PARTICIPANT={attribute(tier.speaker)}"
    models = {rows[one.row]["model"] for one in annotations if rows[one.row]["source"] == "annotator"}
    by = f" ANNOTATOR={attribute(models.pop())}" if len(models) == 1 else ""
    yield f"<TIER TIER_ID={attribute(tier.name)} LINGUISTIC_TYPE_REF={attribute(tier.layer or UNNAMED)}{whose}{by}>\n"
    entries = closed[tier.layer] or {}
    for one in annotations:
        label = visible(rows[one.row]["label"])
        entry = f' CVE_REF="{entries[label]}"' if label in entries else ""
        yield f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{one.id}" TIME_SLOT_REF1="{one.first}" '
        yield f'TIME_SLOT_REF2="{one.last}"{entry}><ANNOTATION_VALUE>{content(label)}</ANNOTATION_VALUE>'
        yield "</ALIGNABLE_ANNOTATION></ANNOTATION>\n"
    yield "</TIER>\n"


def _types(closed: dict[str, dict[str, str] | None]) -> Iterator[str]:
    """Linguistic types, the language and the constraints that ELAN expects, and vocabularies, in the schema's order."""
    types = {layer or UNNAMED: entries for layer, entries in closed.items()}
    for name, entries in types.items():
        vocabulary = "" if entries is None else f" CONTROLLED_VOCABULARY_REF={attribute(name)}"
        yield f'<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID={attribute(name)} TIME_ALIGNABLE="true" '
        yield f'GRAPHIC_REFERENCES="false"{vocabulary}/>\n'
    yield f'<LANGUAGE LANG_ID="und" LANG_DEF="{UNDETERMINED}" LANG_LABEL="undetermined (und)"/>\n'
    for name, meaning in CONSTRAINTS.items():
        yield f'<CONSTRAINT STEREOTYPE="{name}" DESCRIPTION="{meaning}"/>\n'
    for name, entries in types.items():
        if entries is not None:
            yield f'<CONTROLLED_VOCABULARY CV_ID={attribute(name)}>\n<DESCRIPTION LANG_REF="und"/>\n'
            for label, entry in entries.items():
                yield f'<CV_ENTRY_ML CVE_ID="{entry}"><CVE_VALUE LANG_REF="und">{content(label)}</CVE_VALUE>'
                yield "</CV_ENTRY_ML>\n"
            yield "</CONTROLLED_VOCABULARY>\n"
