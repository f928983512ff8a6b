"""From photographs that were looked at to the report."""

from __future__ import annotations

import hashlib
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

import mien
from mien.audit import slices
from mien.audit.collect import Look, Pictures, crop_jpeg, duplicates, look_through
from mien.audit.compare import EXTREMES, Compared, Scores, all_pairs, listed
from mien.audit.intervals import Floats, Mask, independent
from mien.audit.metrics import reliability
from mien.audit.openset import open_set
from mien.audit.report import (
    Acquisition,
    Clusters,
    Column,
    Cost,
    Data,
    Failure,
    ModelUsed,
    Pair,
    Provenance,
    Report,
)
from mien.audit.sources import Source
from mien.audit.verification import FMRS, by_quality, people_in_halves, transfers, verification
from mien.errors import AuditError
from mien.faces import FaceEngine, default_engine
from mien.gallery.clustering import bcubed, cluster, edits
from mien.gallery.decide import Calibration, threshold_of_one
from mien.types import Objects

SHOWN = 12  # worst pairs of each kind
GRID = np.round(np.arange(0.2, 0.701, 0.02), 2)  # thresholds of clusters that are tried
FEW_PEOPLE = "needs photographs of more people: halves of them are compared, and one half has no such pairs"
UNNAMED = "a table of pairs without the columns person_a and person_b does not say who everybody is"
NO_MATES = "nobody has two photographs that could be used"


def audit(source: Source, *, fmrs: Sequence[float] = FMRS, engine: FaceEngine | None = None) -> Report:
    """Looks at the photographs of a source and evaluates; see `evaluate`."""
    engine = engine or default_engine()
    return evaluate(source, list(look_through(engine, source.files)), engine, fmrs=fmrs)


def evaluate(
    source: Source,
    looks: Sequence[Look],
    engine: FaceEngine,
    *,
    fmrs: Sequence[float] = FMRS,
    columns: Mapping[str, Objects] | None = None,
    tables: Mapping[str, str] | None = None,
    command: str = "",
) -> Report:
    """All figures, from the looks at the source's files in their order.

    fmrs: false match rates at which misses are reported. columns: (n,) text by name, what is known of photographs, and
    tables: SHA-256 of the tables that it comes from. command: how to do it again.

    Raises AuditError where there are no two usable photographs of one person or of two, and ArgumentError for a rate
    that is impossible.
    """
    start = time.process_time()
    calibration = require_rates(engine, fmrs)
    out, doubles = duplicates(looks)
    if source.a is not None:
        out &= False  # pairs of equal files are left out, not files
    pictures = Pictures.of(looks, source.person, out, engine.embedder.card.dim or 0)
    compared, used, attempted = compare(source, pictures)
    require(compared)
    photographs = None
    if source.a is None:
        photographs = np.bincount(source.person[pictures.usable], minlength=int(source.person.max()) + 1)
    verified = verification(compared, photographs, attempted, fmrs, calibration)
    limit = verified.points[verified.main].threshold
    omitted: dict[str, str] = {}
    if not (moved := transfers(compared, fmrs)):
        omitted["transfer"] = FEW_PEOPLE
    searched = clusters = None
    if source.named:
        usable = pictures.usable
        arrays = pictures.enrolled[usable], pictures.searched[usable], source.person[usable]
        if not (searched := open_set(*arrays, calibration)):
            omitted["open_set"] = NO_MATES
        if not (clusters := grouped(pictures, compared)):
            omitted["clusters"] = FEW_PEOPLE
    else:
        omitted |= {"open_set": UNNAMED, "clusters": UNNAMED}
    counts = np.bincount(source.person[pictures.usable])
    return Report(
        data=Data(
            pictures=len(looks),
            people=len(np.unique(source.person)),
            alone=int((counts == 1).sum()),
            genuine=len(compared.genuine),
            genuine_of=compared.genuine.all_of,
            impostors=len(compared.impostor),
            impostors_of=compared.impostor.all_of,
            duplicates=doubles,
            left_out=source.left_out,
            excluded=int((~used).sum()),
        ),
        acquisition=acquisition(looks),
        verification=verified,
        transfer=moved,
        open_set=searched,
        clusters=clusters,
        calibration=reliability(
            probability(calibration, compared.genuine.score),
            probability(calibration, compared.impostor.score),
        ),
        columns=tuple(_columns(source, compared, used, columns or {}, limit)),
        discard=by_quality(compared.genuine, pictures.quality, limit),
        alike=shown(compared.alike, looks, calibration),
        unlike=shown(_least(compared.genuine), looks, calibration),
        cost=cost(looks, start),
        provenance=provenance(looks, engine, {**source.tables, **(tables or {})}, command),
        omitted=omitted,
    )


def require_rates(engine: FaceEngine, fmrs: Sequence[float]) -> Calibration:
    """The calibration of the engine's model; ArgumentError where it has no threshold for one of the rates."""
    card = engine.embedder.card
    calibration = Calibration.from_card(card.decision, card.name)
    for rate in fmrs:
        threshold_of_one(calibration, rate)
    return calibration


def compare(source: Source, pictures: Pictures) -> tuple[Compared, Mask, int]:
    """The comparisons of usable photographs.

    For a table of pairs also (m,) which of them were used, else an empty mask; and how many genuine comparisons there
    would be if every photograph that is no duplicate had given a face.
    """
    if source.a is None or source.b is None or source.same is None:
        usable = np.flatnonzero(pictures.usable)
        counts = np.bincount(source.person[~pictures.left_out])
        attempted = int((counts * (counts - 1)).sum()) // 2
        return all_pairs(pictures.enrolled, source.person, usable), np.ones(0, bool), attempted
    hashes = np.array([look.sha256 for look in pictures.looks], object)
    one_file = (hashes[source.a] == hashes[source.b]) & (hashes[source.a] != "")
    used = pictures.usable[source.a] & pictures.usable[source.b] & ~one_file
    a, b, same = source.a[used], source.b[used], source.same[used]
    return listed(pictures.enrolled, source.person, a, b, same), used, int((source.same & ~one_file).sum())


def require(compared: Compared) -> None:
    """AuditError unless there are comparisons of both kinds."""
    for scores, what in (
        (compared.genuine, "two photographs of one person"),
        (compared.impostor, "photographs of two people"),
    ):
        if not len(scores):
            raise AuditError(
                f"Nowhere are there {what} with a face in each, apart from copies of one file; without them "
                "there is nothing to measure. Add photographs."
            )


def acquisition(looks: Sequence[Look]) -> Acquisition:
    """Photographs without a usable face, of all: failure to acquire (ISO/IEC 19795-1)."""
    failures = tuple(Failure(one.file.name, one.failure, one.why) for one in looks if one.failure)
    kinds = Counter(failure.kind for failure in failures)
    return Acquisition(independent(len(failures), len(looks)), dict(kinds), failures)


def probability(calibration: Calibration, scores: Floats) -> Floats:
    """(m,) what `mien verify` calls the probability of one person, at each cosine (m,)."""
    ratio = calibration.log_likelihood_ratio(scores, 1)
    return np.asarray(1 / (1 + np.exp(-np.clip(ratio, -700, 700))))


def grouped(pictures: Pictures, compared: Compared) -> Clusters | None:
    """Clusters of the second half of the people, with the threshold that was best on the first; None for too few.

    Scored by BCubed (Bagga and Baldwin 1998; Amigó et al. 2009).
    """
    halves = people_in_halves(compared)
    rows = [np.flatnonzero(pictures.usable & half[pictures.person]) for half in halves]
    vectors, truth = ([array[own] for own in rows] for array in (pictures.enrolled, pictures.person))
    if any(len(np.unique(people)) == len(people) for people in truth):
        return None
    scored = [bcubed(cluster(vectors[0], threshold=float(t)), truth[0])[2] for t in GRID]
    limit = float(GRID[int(np.argmax(scored))])
    labels = cluster(vectors[1], threshold=limit)
    precision, recall, f = bcubed(labels, truth[1])
    return Clusters(
        limit,
        len(labels),
        len(np.unique(truth[1])),
        len(np.unique(labels)),
        precision,
        recall,
        f,
        edits(labels, truth[1]),
        alone_f=bcubed(np.arange(len(labels)), truth[1])[2],
        together_f=bcubed(np.zeros_like(labels), truth[1])[2],
    )


def _columns(
    source: Source, compared: Compared, used: Mask, columns: Mapping[str, Objects], limit: float
) -> list[Column]:
    found = [slices.of_pictures(name, values, compared, limit) for name, values in columns.items()]
    if source.same is None:
        return found
    same = source.same[used]
    return found + [
        slices.of_pairs(name, values[used], same, compared, limit) for name, values in source.columns.items()
    ]


def _least(genuine: Scores) -> Scores:
    """The lowest scores in rising order."""
    return genuine.picked(np.lexsort((genuine.b, genuine.a, genuine.score))[:EXTREMES])


def shown(scores: Scores, looks: Sequence[Look], calibration: Calibration) -> tuple[Pair, ...]:
    """The first SHOWN comparisons with their faces, each photograph at most once, lest one bad one fills the page."""
    pairs: list[Pair] = []
    seen: set[int] = set()
    chance = probability(calibration, scores.score)
    for i, (a, b) in enumerate(zip(scores.a.tolist(), scores.b.tolist(), strict=True)):
        if len(pairs) == SHOWN or seen & {a, b}:
            continue
        seen |= {a, b}
        one, other = looks[a], looks[b]
        pairs.append(
            Pair(
                one.file.name,
                other.file.name,
                one.file.person,
                other.file.person,
                float(scores.score[i]),
                float(chance[i]),
                (crop_jpeg(one), crop_jpeg(other)),
            )
        )
    return tuple(pairs)


def cost(looks: Sequence[Look], start: float) -> Cost:
    """Processor time of the looks, and of figures since `start` (`time.process_time`)."""
    each = np.array([one.cpu for one in looks])
    median, most = np.quantile(each, [0.5, 0.95]) * 1000
    return Cost(float(each.sum()), float(median), float(most), time.process_time() - start)


def provenance(
    looks: Sequence[Look], engine: FaceEngine, tables: Mapping[str, str], command: str
) -> Provenance:
    """What is needed to do it again."""
    used = []
    for session in (engine.detector.session, engine.embedder.session):
        card = session.card
        on = str(card.decision.get("measured_on", ""))
        used.append(
            ModelUsed(
                card.name, card.title, card.version, card.licence, card.weights.sha256, session.provider, on
            )
        )
    hashes = "\n".join(sorted(one.sha256 for one in looks if one.sha256))
    return Provenance(
        mien=mien.__version__,
        python=platform.python_version(),
        numpy=np.__version__,
        machine=f"{platform.system()} {platform.machine()}",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
        models=tuple(used),
        files_sha256=hashlib.sha256(hashes.encode()).hexdigest(),
        tables=dict(tables),
    )
