"""`mien timeline show` and `compare`: a timeline, or the agreement of two, as tables and as JSON.

`show --json` writes

    {"format": "mien.timeline/1", "mien", "file", "media", "people", "labels", "families", "notes", "provenance"}

    media     as in the timeline's own table
    people    {"lane", "name", "answer", "probability", "reason", "seconds", "tracks": [[medium, start, end], ...]}
    labels    {"layer", "label", "count", "seconds", "people", "source", "model"}
    families  {"family", "rows", "rate", "tracked", "measures", "basic"}

`compare --json` writes {"format": "mien.agreement/1", "mien", "a", "b", "iou", "agreements", "people", "notes"}, with
the fields of `mien.timeline.compare.Agreement` for each layer (label null) and label. Times are seconds, rates Hz; null
is what could not be computed.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

import mien
from mien.cli.output import clock, percent, say, table
from mien.cli.targets import STDOUT, require_targets, write_json
from mien.cli.timelines import TimelineFile, load

if TYPE_CHECKING:
    from mien.timeline import Comparison, Timeline
    from mien.timeline.contents import Person

EPILOG = """
Examples:

\b
  mien timeline show interview.parquet
  mien timeline show interview.parquet --json - | jq '.people[].name'
"""
COMPARE = """
Examples:

\b
  mien timeline compare interview.parquet corrected.eaf
  mien timeline compare coder-a.eaf coder-b.eaf --layer attitude --iou 0.3

Precision is the share of A's segments that match one of B's, recall the share of B's that match one of A's. Chance is
what F1 would be if B were moved in time at random. Alpha is Krippendorff's, over all moments: 1 is full agreement,
0 what chance would give.
"""
NAMED = 8  # measures of a family in the table; JSON has all

JsonFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write everything as JSON; - is stdout.", show_default=False),
]


def show(file: TimelineFile, json: JsonFile = None) -> None:
    """Show what a timeline holds: media, people, labels and measures."""
    require_targets({".json": json})
    timeline = load(file)
    if json:
        write_json(record(timeline, file), json)
    if json != STDOUT:
        print_contents(timeline)


def record(timeline: Timeline, file: Path) -> dict[str, Any]:
    """The contents as JSON has them."""
    from mien.timeline import contents

    people = [asdict(one) for one in contents.people(timeline)]
    found = {
        "media": timeline.media.to_pylist(),
        "people": [{key: value for key, value in one.items() if key != "portrait"} for one in people],
        "labels": [asdict(one) for one in contents.labels(timeline)],
        "families": [asdict(one) for one in contents.families(timeline)],
        "notes": contents.notes(timeline),
        "provenance": dict(timeline.provenance),
    }
    head = {"format": "mien.timeline/1", "mien": mien.__version__, "file": str(file)}
    return head | {key: finite(value) for key, value in found.items()}


def finite(value: Any) -> Any:
    """The value with null for what is no number."""
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_contents(timeline: Timeline) -> None:
    """The tables that are not empty, and the notes below."""
    from mien.timeline import contents

    tables = (
        (("medium", "kind", "length", "picture", "frames", "sound"), media_rows(timeline)),
        (("who", "answer", "in view", "times"), [person_row(one) for one in contents.people(timeline)]),
        (
            ("layer", "label", "segments", "together", "people", "said by"),
            [
                (
                    *(one.layer, one.label, f"{one.count:,}", clock(one.seconds), str(one.people or "")),
                    f"annotator {one.model}" if one.source == "annotator" else one.model,
                )
                for one in contents.labels(timeline)
            ],
        ),
        (
            ("family", "rows", "rate", "of", "measures"),
            [
                (
                    *(one.family + (" (basic)" if one.basic else ""), f"{one.rows:,}", hertz(one.rate)),
                    *("each person" if one.tracked else "the whole", named(one.measures)),
                )
                for one in contents.families(timeline)
            ],
        ),
    )
    for head, rows in tables:
        if rows:
            table(head, rows)
            say("")
    for note in contents.notes(timeline):
        say(f"Note: {note}")


def media_rows(timeline: Timeline) -> list[tuple[str, ...]]:
    """A row for each medium."""
    return [
        (
            *(one["path"], one["kind"], clock(one["duration"])),
            f"{one['width']} x {one['height']}" if one["width"] else "",
            f"{one['frames']:,} at {hertz(one['rate'] or math.nan)}{', variable' if one['variable'] else ''}"
            if one["frames"]
            else "",
            f"{one['sample_rate']:,} Hz" if one["sample_rate"] else "",
        )
        for one in timeline.media.to_pylist()
    ]


def person_row(person: Person) -> tuple[str, ...]:
    """Who, how sure, for how long in view, and in how many tracks."""
    chance = (
        percent(person.probability) if person.answer == "match" and person.probability is not None else ""
    )
    answer = " ".join(filter(None, (person.answer, chance)))
    return person.name, answer, clock(person.seconds), str(len(person.tracks))


def hertz(rate: float) -> str:
    """A rate, where there is one."""
    return "" if math.isnan(rate) else f"{rate:.4g} Hz"


def named(measures: tuple[str, ...]) -> str:
    """The first measures, and how many more there are."""
    more = f" and {len(measures) - NAMED} more" if len(measures) > NAMED else ""
    return ", ".join(measures[:NAMED]) + more if measures else "no single numbers"


def compare(
    a: TimelineFile,
    b: Annotated[Path, typer.Argument(metavar="FILE", help="What it is held against.", show_default=False)],
    iou: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Overlap by union from which two segments match, above 0 and at most 1."
        ),
    ] = 0.5,
    layer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this layer.", show_default=False)
    ] = None,
    json: JsonFile = None,
) -> None:
    """Tell how far two timelines agree, label by label."""
    require_targets({".json": json})
    one, other = load(a), load(b)

    from mien.timeline import compare as agreement

    found = agreement(one, other, iou=iou, layer=layer)
    if json:
        head = {"format": "mien.agreement/1", "mien": mien.__version__, "a": str(a), "b": str(b), "iou": iou}
        rest = {"agreements": found.rows(), "people": found.people, "notes": found.notes}
        write_json(head | {key: finite(value) for key, value in rest.items()}, json)
    if json != STDOUT:
        print_agreement(found)


def print_agreement(found: Comparison) -> None:
    """A table with a row for each layer and label; what it does not cover below."""
    head = (
        "layer",
        "label",
        "A",
        "B",
        "matched",
        "precision",
        "recall",
        "F1",
        "chance",
        "onset",
        "offset",
        "alpha",
    )
    labels: dict[str, list[str]] = {}
    for one in found.agreements:
        labels.setdefault(one.layer, []).extend([one.label] if one.label is not None else [])
    whole = {layer: named[0] if len(named) == 1 else "(all)" for layer, named in labels.items()}
    table(
        head,
        [
            (
                *(one.layer, whole[one.layer] if one.label is None else one.label),
                *(f"{one.a:,}", f"{one.b:,}", f"{one.matched:,}"),
                *map(share, (one.precision, one.recall, one.f1, one.chance)),
                *(f"{value:.3f} s" if math.isfinite(value) else "" for value in (one.onset, one.offset)),
                share(one.alpha),
            )
            for one in found.agreements
            if one.label is None or len(labels[one.layer]) > 1  # the only label is the layer itself
        ],
    )
    for mine, theirs in found.people:
        if mine != theirs:
            say(f"{mine} was taken for {theirs}.")
    for note in found.notes:
        say(f"Note: {note}")


def share(value: float) -> str:
    """A figure with two digits after the point, nothing where there is none."""
    return f"{value:.2f}" if math.isfinite(value) else ""
