"""The report of an audit of recognition: what was measured, on what, and with what.

All shares and errors are in [0, 1]; thresholds and scores are cosines. Sections that could not be measured are None,
and `omitted` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from mien.audit.collect import Duplicate
from mien.audit.intervals import Interval, Rate
from mien.audit.metrics import Curve, Reliability
from mien.audit.openset import OpenSet

FORMAT = "mien.audit.recognition/1"


@dataclass(frozen=True)
class Data:
    """What was compared.

    pictures: files given. people: as far as known; alone: those with one photograph that could be used.
    genuine, impostors: comparisons used, genuine_of and impostors_of: how many there were before any sampling.
    duplicates: files that are there more than once and were left out. left_out: files that are no one's photographs.
    excluded: pairs of a table that were not compared as a photograph of theirs failed or is a duplicate.
    """

    pictures: int
    people: int
    alone: int
    genuine: int
    genuine_of: int
    impostors: int
    impostors_of: int
    duplicates: tuple[Duplicate, ...]
    left_out: int
    excluded: int


@dataclass(frozen=True)
class Failure:
    """A photograph that gave nothing to compare. kind: "unreadable", "no face" or "face too small"."""

    file: str
    kind: str
    why: str


@dataclass(frozen=True)
class Acquisition:
    """fta: failures to acquire of all photographs (ISO/IEC 19795-1); kinds: how many of each."""

    fta: Rate
    kinds: Mapping[str, int]
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Point:
    """A threshold set on these very comparisons, so that FMR is at most `asked`.

    fmr, fnmr: with intervals by person. tar: 1 - FNMR with Wilson's interval, as if comparisons were independent.
    tar_by_person: 95 % interval when people are drawn anew and the threshold is set anew each time.
    generalized_fnmr: FNMR where a failure to acquire counts as a miss, threshold and comparisons as above.
    """

    asked: float
    threshold: float
    fmr: Rate
    fnmr: Rate
    tar: Rate
    tar_by_person: Interval
    generalized_fnmr: float


@dataclass(frozen=True)
class OwnPoint:
    """What came of a threshold for that FMR which was set elsewhere: on the model's card, or on other people."""

    asked: float
    threshold: float
    fmr: Rate
    fnmr: Rate


@dataclass(frozen=True)
class Histogram:
    """Counts of scores between edges; edges has one entry more."""

    edges: tuple[float, ...]
    genuine: tuple[int, ...]
    impostor: tuple[int, ...]


@dataclass(frozen=True)
class Verification:
    """One-to-one comparison. main: which of the points others in the report refer to.

    That is the lowest FMR that at least 30 false matches stand behind (the rule of 30, Doddington et al. 2000), or
    else the highest.
    """

    points: tuple[Point, ...]
    main: int
    own: tuple[OwnPoint, ...]
    equal_error: float
    area: float
    curve: Curve
    histogram: Histogram


@dataclass(frozen=True)
class Transfer:
    """Thresholds set on one half of the people and used on the other.

    development, test: people in each half. points: FMR asked for, and what came of it in the test half.
    accuracy: 1 - (FMR + FNMR) / 2 in the test half at the threshold that was best in development; guessing has 0.5.
    """

    development: int
    test: int
    points: tuple[OwnPoint, ...]
    best_threshold: float
    accuracy: float


@dataclass(frozen=True)
class Clusters:
    """Faces grouped with a threshold from the development half of the people, and scored on the other half.

    precision, recall, f: BCubed. edits: splits and merges to make them right. alone_f, together_f: BCubed F when every
    face is a group of its own, and when all are one.
    """

    threshold: float
    faces: int
    people: int
    clusters: int
    precision: float
    recall: float
    f: float
    edits: int
    alone_f: float
    together_f: float


@dataclass(frozen=True)
class Slice:
    """Comparisons within one value of a column: both photographs have it, or the line of the table says so."""

    value: str
    people: int
    fmr: Rate
    fnmr: Rate


@dataclass(frozen=True)
class Column:
    """Slices by one column at the main threshold; worst_fmr, worst_fnmr: the values with the highest rates, if any.

    Only slices with enough people and comparisons can be the worst. unknown: photographs, or lines, without a value.
    """

    name: str
    slices: tuple[Slice, ...]
    worst_fmr: str | None
    worst_fnmr: str | None
    unknown: int


@dataclass(frozen=True)
class Discard:
    """FNMR at the main threshold when the shares of genuine comparisons of lowest quality are left out."""

    shares: tuple[float, ...]
    fnmr: tuple[float, ...]


@dataclass(frozen=True)
class Pair:
    """Two photographs with their people ("" where no name is known), score, and probability of one person.

    crops: both aligned faces as JPEG; not in the JSON.
    """

    a: str
    b: str
    person_a: str
    person_b: str
    score: float
    probability: float
    crops: tuple[bytes, bytes]


@dataclass(frozen=True)
class Cost:
    """Processor time: seconds for all photographs, milliseconds for one (median, 95 of 100), seconds for figures."""

    looking_s: float
    picture_ms: float
    picture_ms_95: float
    figures_s: float


@dataclass(frozen=True)
class ModelUsed:
    """A model of which results depend. sha256: of its weights. measured_on: where its thresholds come from, or ""."""

    name: str
    title: str
    version: str
    licence: str
    sha256: str
    provider: str
    measured_on: str


@dataclass(frozen=True)
class Provenance:
    """What is needed to do it again.

    files_sha256: of the sorted SHA-256 of all photographs that could be read, one a line. tables: SHA-256 by name.
    """

    mien: str
    python: str
    numpy: str
    machine: str
    made: str
    command: str
    models: tuple[ModelUsed, ...]
    files_sha256: str
    tables: Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """Everything; see the parts. alike: strangers most alike; unlike: photographs of one person least alike."""

    data: Data
    acquisition: Acquisition
    verification: Verification
    transfer: tuple[Transfer, ...]
    open_set: OpenSet | None
    clusters: Clusters | None
    calibration: Reliability
    columns: tuple[Column, ...]
    discard: Discard
    alike: tuple[Pair, ...]
    unlike: tuple[Pair, ...]
    cost: Cost
    provenance: Provenance
    omitted: Mapping[str, str]

    @property
    def main(self) -> Point:
        """The point that the report's headline, slices and quality refer to."""
        return self.verification.points[self.verification.main]


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON has it, numbers in full precision, without pictures."""
    return {"format": FORMAT, **_plain(report)}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name != "crops"}
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value
