"""What goes out of a timeline to other tools' files comes back whole, and other tools read the same in it."""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from bench.report import Row
from bench.shared import shared
from mien.timeline import files
from mien.timeline.exports import write
from mien.timeline.exports.eaf import slots
from mien.timeline.exports.lanes import speakers
from mien.timeline.imports import read_any
from mien.timeline.timeline import Timeline
from tests.timeline.odd import differences, odd, said
from tests.timeline.synthetic import synthetic

ELAN = "speech_affect/elan"
RECORDED = "expression/pyfeat"
FOUND = {
    "001.csv": "FaceScore",
    "002.csv": "FaceScore",
    "Feat_Test.csv": "FaceScore",
    "OpenFace_Test.csv": "success",
    "iMotions_Test_v6.txt": "NoOfFaces",
    "sample_affectiva-api-app_output.json": "engagement",
}
"""Recorded outputs of py-feat, OpenFace, iMotions and Affectiva; by file the column that is above 0 where a face is."""
RATE = 30.0  # frames a second of the clips that py-feat's tables are of


def rows(quick: bool) -> Iterator[Row]:
    """All rows of this part."""
    count = 20 if quick else 100
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        yield valid(where, count)
        yield from round_trips(where, count)
        yield from peers(where, count)
        yield samples()
        yield recordings()


def valid(folder: Path, count: int) -> Row:
    """EAF against ELAN's own schemas, of random timelines, of a planted one and of a real file that was imported."""
    from lxml import etree

    schemas = [
        etree.XMLSchema(etree.parse(shared(f"{ELAN}/EAFv{version}.xsd"))) for version in ("2.8", "3.0")
    ]
    real = read_any(shared(f"{ELAN}/sample_3.0.eaf"))
    checked = faulty = 0
    for timeline in (*(odd(seed) for seed in range(count)), synthetic(600, 3), real):
        for path in write(timeline, folder / "v.eaf", "eaf"):
            document = etree.parse(path)
            checked += 1
            faulty += not all(schema.validate(document) for schema in schemas)
    return Row(
        "EAF documents that ELAN's schemas 2.8 and 3.0 both find valid",
        f"{checked - faulty} of {checked}",
        "all",
        faulty == 0,
        f"One for each medium of {count} random timelines with odd labels, one of a planted interview of 10 minutes, "
        f"one of pympi's sample after its import ({real.segments.num_rows:,} annotations).",
    )


def round_trips(folder: Path, count: int) -> Iterator[Row]:
    """What differs after writing and reading, format by format."""
    carried = {
        "Parquet": (_whole("parquet", folder), "everything, samples included"),
        "CSV": (_whole("csv", folder), "everything, samples included"),
        "JSON": (_whole("json", folder), "everything, samples included"),
        "EAF": (_eaf(folder), "all but samples and portraits; times exact, not to the millisecond"),
        "TextGrid": (_textgrid(folder), "whose, layer, label, start and end of each segment, exact"),
    }
    timelines = [odd(seed) for seed in range(count)] + [synthetic(120, 3)]
    for name, (compare, what) in carried.items():
        lost = [line for timeline in timelines for line in compare(timeline)]
        segments = sum(timeline.segments.num_rows for timeline in timelines)
        yield Row(
            f"round trip through {name}: differences",
            f"{len(lost)} in {len(timelines)} timelines of {segments:,} segments",
            "none",
            not lost,
            f"Compared: {what}." + (f" First: {lost[0]}" if lost else ""),
        )


def _whole(to: str, folder: Path) -> Callable[[Timeline], list[str]]:
    def compare(timeline: Timeline) -> list[str]:
        if to == "parquet":
            path = folder / "t.parquet"
            files.write(timeline, path)
        else:
            path = write(timeline, folder / f"t.{to}", to)[0]
        return differences(timeline, read_any(path))

    return compare


def _eaf(folder: Path) -> Callable[[Timeline], list[str]]:
    def compare(timeline: Timeline) -> list[str]:
        back = [read_any(path) for path in write(timeline, folder / "t.eaf", "eaf")]
        parts = ("media", "tracks", "segments")
        tables = [pa.concat_tables([getattr(one, part) for one in back]) for part in parts]
        whole = Timeline(*tables, provenance=back[0].provenance)
        found = differences(timeline, whole, samples=False)
        return [line for line in found if not line.startswith("tracks.portrait")]

    return compare


def _textgrid(folder: Path) -> Callable[[Timeline], list[str]]:
    def compare(timeline: Timeline) -> list[str]:
        back = [read_any(path) for path in write(timeline, folder / "t.TextGrid", "textgrid")]
        found = Counter(row for one in back for row in said(one, speakers(one.tracks)))
        expected = Counter(said(timeline, speakers(timeline.tracks)))
        return [str(one) for one in ((found - expected) + (expected - found)).elements()]

    return compare


def peers(folder: Path, count: int) -> Iterator[Row]:
    """Other people's readers on what was written."""
    import pympi
    from praatio import textgrid

    missed, whole = {"pympi": 0, "praatio": 0}, 0
    for seed in range(count):
        timeline = synthetic(120, 1 + seed % 4, seed=seed)
        rows = timeline.segments.to_pylist()
        whole += len(rows)
        eaf = pympi.Elan.Eaf(str(write(timeline, folder / "p.eaf", "eaf")[0]))
        found = Counter(
            (*note[:3], tier.split(" / ")[-1])
            for tier in eaf.tiers
            for note in eaf.get_annotation_data_for_tier(tier)
        )
        missed["pympi"] += _apart(
            found, [(*slots(r["start"], r["end"]), r["label"], r["layer"]) for r in rows]
        )
        path = write(timeline, folder / "p.TextGrid", "textgrid")[0]
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
        found = Counter((*entry, tier.name.split(" / ")[-1]) for tier in grid.tiers for entry in tier.entries)
        missed["praatio"] += _apart(found, [(r["start"], r["end"], r["label"], r["layer"]) for r in rows])
    for peer, form in (("pympi", "EAF"), ("praatio", "TextGrid")):
        yield Row(
            f"{peer} reads the intervals of a written {form}: those that differ",
            f"{missed[peer]} of {whole:,}",
            "none",
            missed[peer] == 0,
            f"{count} planted interviews of 2 minutes.",
        )


def _apart(found: Counter[tuple[object, ...]], expected: list[tuple[object, ...]]) -> int:
    return sum(((found - Counter(expected)) + (Counter(expected) - found)).values())


def samples() -> Row:
    """ELAN's own files as pympi and Mien read them."""
    import pympi

    differ = annotations = aligned = guessed = 0
    paths = sorted(shared(ELAN).glob("*.eaf"))
    for path in paths:
        peer = pympi.Elan.Eaf(str(path))
        segments = read_any(path).segments.to_pylist()
        annotations += len(segments)
        theirs = {tier: len(peer.tiers[tier][0]) + len(peer.tiers[tier][1]) for tier in peer.tiers}
        differ += _apart(
            Counter({tier: n for tier, n in theirs.items() if n}), [row["layer"] for row in segments]
        )
        guessed += sum(row["provenance"] is not None for row in segments)
        intervals = Counter(
            (peer.timeslots[first] / 1000, peer.timeslots[last] / 1000, label, tier)
            for tier in peer.tiers
            for first, last, label, _ in peer.tiers[tier][0].values()
            if peer.timeslots[first] is not None and peer.timeslots[last] is not None
        )
        aligned += sum(intervals.values())
        ours = [row for row in segments if row["provenance"] is None]
        own = Counter((row["start"], row["end"], row["label"], row["layer"]) for row in ours)
        differ += sum((intervals - own).values())
    return Row(
        "annotations of ELAN's and pympi's own EAF files that Mien reads otherwise than pympi",
        f"{differ} of {annotations:,}",
        "none",
        differ == 0,
        f"{len(paths)} files of EAF 2.7 to 3.0. Compared: how many each tier has, and times and text of the "
        f"{aligned:,} whose time slots both have times. The {guessed:,} others take theirs from what they belong to"
        " and are marked.",
    )


def recordings() -> Row:
    """Outputs of other toolboxes: every number as the file has it, read here without Mien."""
    read, numbers, differ = [], 0, 0
    for name, found in FOUND.items():
        path = shared(f"{RECORDED}/{name}")
        ((family, table),) = read_any(path, rate=RATE).samples.items()
        theirs = [row for row in _rows(path) if float(row[found] or 0) > 0]
        measures = [one for one in table.column_names if one not in ("media", "time", "frame", "track")]
        read.append(f"{family} {table.num_rows} × {len(measures)}")
        differ += abs(table.num_rows - len(theirs)) * len(measures)
        for one in measures:
            pairs = list(zip(table[one].to_pylist(), (float(row[one]) for row in theirs), strict=False))
            numbers += len(pairs)
            differ += sum(ours != other for ours, other in pairs)
    return Row(
        "numbers in recorded outputs of other toolboxes that Mien reads otherwise than they stand there",
        f"{differ} of {numbers:,}",
        "none",
        differ == 0,
        f"Rows with a face × measures: {', '.join(read)}. Files: {', '.join(FOUND)}.",
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".json":
        return [json.loads(path.read_text("utf-8"))]
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if line.strip() and line[0] != "#"]
    return list(csv.DictReader(lines, delimiter="\t" if "\t" in lines[0] else ",", skipinitialspace=True))
