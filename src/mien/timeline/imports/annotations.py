"""Reads the annotations of an ELAN document (EAF), each with the time that it has or takes from another.

Documents come from outside: one with a DOCTYPE is refused, so that there are no entities to expand or to fetch, and
nothing that a document names is opened.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from mien.errors import TimelineInvalid
from mien.timeline.imports.slots import resolved

UNITS = {"milliseconds": 1.0, "PAL-frames": 40.0, "NTSC-frames": 1001 / 30}
"""By unit of time that EAF allows, how many milliseconds one lasts."""
Interval = tuple[float, float, bool]  # first and last millisecond, and whether either was interpolated


@dataclass(frozen=True)
class Note:
    """An annotation: its text, its time in milliseconds, and its tier's attributes.

    guessed: whether the document gives it no time of its own, so that it was interpolated.
    """

    id: str
    text: str
    start: float
    end: float
    tier: Mapping[str, str]
    guessed: bool


def parsed(data: bytes, name: str) -> ET.Element:
    """The root of an annotation document; `TimelineInvalid` where it is none or has a DOCTYPE."""
    try:
        root = ET.fromstring(data, ET.XMLParser(target=_NoDoctype()))
    except _Doctype as error:
        raise TimelineInvalid(
            f"{name!r} has a DOCTYPE; expected an EAF without one, as ELAN writes. Nothing of it was read."
        ) from error
    except (ET.ParseError, ValueError, LookupError) as error:
        raise TimelineInvalid(f"{name!r} is not well-formed XML: {error}.") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise TimelineInvalid(
            f"{name!r} is XML of {root.tag!r}; expected ANNOTATION_DOCUMENT, as ELAN writes."
        )
    return root


def notes(root: ET.Element, name: str) -> list[Note]:
    """All annotations in the order of the document; `TimelineInvalid` where what they refer to is not there."""
    try:
        spans = _aligned(root)
        _referring(root, spans)
        return [
            Note(
                one.attrib["ANNOTATION_ID"],
                _text(one),
                *spans[one.attrib["ANNOTATION_ID"]][:2],
                tier.attrib,
                guessed,
            )
            for tier in root.iterfind("TIER")
            for one in tier.iterfind("ANNOTATION/*")
            for guessed in [spans[one.attrib["ANNOTATION_ID"]][2]]
        ]
    except KeyError as error:
        raise TimelineInvalid(
            f"{name!r} is damaged: an annotation or a tier refers to {error}, or lacks it. Open and save it in ELAN."
        ) from error
    except ValueError as error:
        raise TimelineInvalid(
            f"{name!r} is damaged: the time of a slot is no whole number ({error})."
        ) from error


class _Doctype(Exception):
    """The document begins with a DOCTYPE."""


class _NoDoctype(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise _Doctype


def _text(annotation: ET.Element) -> str:
    return annotation.findtext("ANNOTATION_VALUE") or ""


def _aligned(root: ET.Element) -> dict[str, Interval]:
    """By id the intervals of the annotations that refer to time slots."""
    header = root.find("HEADER")
    unit = UNITS.get("milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds"), 1.0)
    slots = root.findall("TIME_ORDER/TIME_SLOT")
    known = {
        slot.attrib["TIME_SLOT_ID"]: int(slot.attrib["TIME_VALUE"]) * unit
        for slot in slots
        if "TIME_VALUE" in slot.attrib
    }
    found = {
        one.attrib["ANNOTATION_ID"]: (one.attrib["TIME_SLOT_REF1"], one.attrib["TIME_SLOT_REF2"])
        for one in root.iterfind("TIER/ANNOTATION/ALIGNABLE_ANNOTATION")
    }
    times = resolved([slot.attrib["TIME_SLOT_ID"] for slot in slots], known, found.values())
    return {
        key: (times[first], max(times[first], times[last]), first not in known or last not in known)
        for key, (first, last) in found.items()
    }


def _referring(root: ET.Element, spans: dict[str, Interval]) -> None:
    """Add the intervals of annotations that refer to others.

    Those of a symbolic subdivision share the interval of what they refer to equally, in order, as ELAN shows them;
    all others have it whole.
    """
    constraints = {
        one.get("LINGUISTIC_TYPE_ID"): one.get("CONSTRAINTS") for one in root.iterfind("LINGUISTIC_TYPE")
    }
    waiting: list[tuple[str, list[ET.Element], bool]] = []
    for tier in root.iterfind("TIER"):
        shared = constraints.get(tier.get("LINGUISTIC_TYPE_REF")) == "Symbolic_Subdivision"
        groups: dict[str, list[ET.Element]] = {}
        for one in tier.iterfind("ANNOTATION/REF_ANNOTATION"):
            groups.setdefault(one.attrib["ANNOTATION_REF"], []).append(one)
        waiting += [(parent, _ordered(group), shared) for parent, group in groups.items()]
    while waiting:
        later = [group for group in waiting if group[0] not in spans]
        if len(later) == len(waiting):
            raise KeyError(later[0][0])
        for parent, group, shared in waiting:
            if parent in spans:
                start, end, _ = spans[parent]
                step = (end - start) / len(group)
                for place, one in enumerate(group):
                    part = (start + place * step, start + (place + 1) * step, True)
                    spans[one.attrib["ANNOTATION_ID"]] = part if shared and len(group) > 1 else spans[parent]
        waiting = later


def _ordered(group: list[ET.Element]) -> list[ET.Element]:
    """By what each says comes before it; in the order of the document where that is no chain."""
    after = {one.get("PREVIOUS_ANNOTATION"): one for one in group}
    ordered: list[ET.Element] = []
    one = after.get(None)
    while one is not None and len(ordered) < len(group):
        ordered.append(one)
        one = after.get(one.get("ANNOTATION_ID"))
    return ordered if len(ordered) == len(group) else group
