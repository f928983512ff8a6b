"""What the self-audit finds when enrolment photographs are swapped, and what a poisoned gallery does."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import psutil
from matplotlib import cbook
from PIL import Image as Pictures
from skimage import data

from bench import lfw
from bench.decision import calibrate, centre_of
from bench.report import Row
from bench.smears import smears
from mien import models
from mien.faces import default_engine
from mien.faces.embed import unit
from mien.gallery.decide import Calibration, threshold
from mien.gallery.identify import ENROL_QUALITY, NEAREST, Neighbour, decide
from mien.gallery.selfaudit import Enrolled, audit, mislabelled
from mien.gallery.selfaudit.likeness import Sums, own
from mien.types import Answer, Faces

SHARE = 0.02  # of the photographs that change hands
OTHER_SHARES = (0.005, 0.05)
DRAWS = 20
FALSE_ALARMS = 0.01
SMEARS, BLOBS, BYSTANDERS = 30, 6, 100

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Half:
    """Half of the people, with everything measured on the others: vectors (n, d), person (n,) from 0, their table."""

    vectors: Vectors
    person: Rows
    calibration: Calibration


@dataclass(frozen=True, eq=False)
class Draw:
    """A gallery with wrong labels: owner (n,) whose each face is said to be, swapped (n,), eligible (n,) for a swap."""

    owner: Rows
    swapped: Mask
    eligible: Mask


def swapped_labels(quick: bool) -> Iterator[Row]:
    """Self-audit, 2 % swapped."""
    half = lfw.load()
    halves = other_peoples_tables(half)
    draws = 4 if quick else DRAWS
    scored = [
        (draw, flagged(part, draw.owner)) for part in halves for draw in drawn(part, at_least=2, draws=draws)
    ]
    found, alarms = rates(scored)
    told = [
        f"{name} {rates(scored, photos)[0]:.1%} ({rates(scored, photos)[1]:.2%})" for name, photos in SIZES
    ]
    yield Row(
        f"self-audit, {SHARE:.0%} swapped between people with two photographs or more; {len(scored)} draws",
        f"{found:.1%} found, {alarms:.2%} false alarms",
        "≥ 95 %, ≤ 1 %",
        found >= 0.95 and alarms <= FALSE_ALARMS,
        "by photographs under the name: "
        + ", ".join(told)
        + "; of two that are unlike each other both are named, "
        "and the right one counts as a false alarm; people with one photograph are there too; table of other people",
    )
    base = [
        (draw, below(part, draw.owner, fixed_limit(other, alarms, draws)))
        for part, other in zip(halves, halves[::-1], strict=True)
        for draw in drawn(part, at_least=2, draws=draws)
    ]
    yield Row(
        "the same by a fixed cosine to the mean of the person's other photographs",
        f"{rates(base)[0]:.1%} found, {rates(base)[1]:.2%} false alarms",
        "reported",
        None,
        "the cosine with which the other half has as many false alarms as the self-audit",
    )
    alone = [(draw, flagged(part, draw.owner)) for part in halves for draw in drawn(part, 1, draws)]
    yield Row(
        "the same, photographs of people with one photograph swapped too",
        f"{rates(alone)[0]:.1%} found, {rates(alone)[1]:.2%} false alarms",
        "reported",
        None,
        "a single photograph under a name has nothing to be compared with",
    )


def other_shares(quick: bool) -> Iterator[Row]:
    """Self-audit, fewer and more swapped than the share that it takes to be wrong beforehand."""
    halves = other_peoples_tables(lfw.load())
    told = []
    for share in OTHER_SHARES:
        draws = [
            (p, d) for p in halves for d in drawn(p, at_least=2, draws=4 if quick else DRAWS, share=share)
        ]
        found, alarms = rates([(draw, flagged(part, draw.owner)) for part, draw in draws])
        told.append(f"{share:.1%} swapped: {found:.1%} found, {alarms:.2%} false alarms")
    yield Row(
        "self-audit where another share is swapped",
        "; ".join(told),
        "reported",
        None,
        f"it takes {mislabelled.WRONG:.0%} of all photographs to be wrong beforehand, the share of the row above",
    )


SIZES = (("two", (2, 2)), ("three", (3, 3)), ("four and more", (4, 10**6)))


def other_peoples_tables(half: lfw.Lfw) -> list[Half]:
    """Both halves of the people, each with centre and table of the other one."""
    everybody = np.random.default_rng(0).permutation(np.unique(half.person))
    halves = np.array_split(everybody, 2)
    parts = []
    for mine, theirs in (halves, halves[::-1]):
        centre = centre_of(half, theirs)
        rows = np.isin(half.person, mine)
        person = np.unique(half.person[rows], return_inverse=True)[1]
        vectors = unit(half.flipped[rows] - centre)
        parts.append(Half(vectors, person, calibrate(half, theirs, centre)))
    return parts


def drawn(part: Half, at_least: int, draws: int, share: float = SHARE) -> Iterator[Draw]:
    """Galleries in which photographs of people who have `at_least` change hands, pair by pair."""
    eligible = np.bincount(part.person)[part.person] >= at_least
    pairs = round(share * eligible.sum() / 2)
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        while True:
            a, b = rng.permutation(np.flatnonzero(eligible))[: 2 * pairs].reshape(2, pairs)
            if (part.person[a] != part.person[b]).all():
                break
        owner, swapped = part.person.copy(), np.zeros(len(part.person), bool)
        owner[a], owner[b] = part.person[b], part.person[a]
        swapped[[*a, *b]] = True
        yield Draw(owner, swapped, eligible)


def flagged(part: Half, owner: Rows) -> Mask:
    """Faces that the self-audit names as somebody else, alone or with one more."""
    _, wrong, either = mislabelled.find(part.vectors, owner, part.person.max() + 1, part.calibration)
    return wrong | either


def left_out(part: Half, owner: Rows) -> npt.NDArray[np.float64]:
    """(n,) cosine to the mean of the person's other faces, NaN where there are none."""
    counts = np.ones(len(owner), bool)
    return own(part.vectors, owner, counts, Sums.of(part.vectors, owner, part.person.max() + 1, counts))[0]


def below(part: Half, owner: Rows, limit: float) -> Mask:
    return np.nan_to_num(left_out(part, owner), nan=1.0) < limit


def fixed_limit(part: Half, alarms: float, draws: int) -> float:
    """The cosine with that share of false alarms in the same kind of galleries."""
    right = [left_out(part, d.owner)[d.eligible & ~d.swapped] for d in drawn(part, at_least=2, draws=draws)]
    return float(np.nanquantile(np.concatenate(right), alarms))


def rates(scored: list[tuple[Draw, Mask]], photos: tuple[int, int] = (1, 10**6)) -> tuple[float, float]:
    """Share of swapped faces that are flagged, and of the other eligible ones, under names with so many photographs."""
    hits, alarms = [], []
    for draw, flags in scored:
        size = np.bincount(draw.owner)[draw.owner]
        among = (size >= photos[0]) & (size <= photos[1])
        hits.append(flags[draw.swapped & among])
        alarms.append(flags[draw.eligible & ~draw.swapped & among])
    return float(np.concatenate(hits).mean()), float(np.concatenate(alarms).mean())


def poisoned_gallery(quick: bool) -> Iterator[Row]:
    """30 smears are enrolled by force beside 100 people; strangers, the enrolled and other smears are looked for."""
    half, engine = lfw.load(), default_engine()
    calibration = Calibration.from_card(engine.embedder.card.decision, engine.embedder.card.name)
    rng = np.random.default_rng(0)
    people = rng.permutation(np.unique(half.person))
    first = np.array([np.flatnonzero(half.person == person)[0] for person in people])
    poison = smears(engine, half, first[: SMEARS - BLOBS].tolist(), BLOBS, seed=1)
    sound = first[np.bincount(half.person)[half.person[first]] > 1]
    sound = sound[~np.isin(sound, first[:200])][:BYSTANDERS]
    vectors = unit(half.flipped - engine.embedder.centre)
    templates = np.concatenate([*(s.face.embeddings for s in poison), vectors[sound]])
    quality = [float(s.face.quality[0]) for s in poison] + [1.0] * len(sound)
    names = [f"smear {i}" for i in range(SMEARS)] + [str(half.person[row]) for row in sound]
    probes, truth = looked_for(half, first, sound)
    reach = sum(q >= ENROL_QUALITY for q in quality[:SMEARS])
    for rule in (True, False):
        near = Gallery(calibration, templates, quality if rule else [1.0] * len(quality), names)
        named = [near.name(face) for face in probes]
        to_smears = sum(name is not None and name.startswith("smear") for name in named)
        right = np.mean([name == true for name, true in zip(named, truth, strict=True) if true])
        yield Row(
            f"poisoned gallery: {SMEARS} smears of 22 x 28 pixels enrolled by force"
            + ("" if rule else ", without the rule on poor enrolments"),
            f"{to_smears} of {len(probes):,} probes named as one of them",
            "0" if rule else "reported",
            to_smears == 0 if rule else None,
            f"{BYSTANDERS} people beside them are recognised in {right:.1%} of their other photographs "
            f"({alone(near, probes, truth):.1%} without the smears); smears whose "
            f"quality is {ENROL_QUALITY} or more, which makes them photographs: {reach}",
        )


@dataclass(frozen=True, eq=False)
class Gallery:
    """People as arrays: templates (m, d) of one photograph each, quality and names (m)."""

    calibration: Calibration
    templates: Vectors
    quality: list[float]
    names: list[str]

    def name(self, face: Faces) -> str | None:
        """Whose name the decision gives to a face with its embedding."""
        assert face.embeddings is not None
        cosines = self.templates @ face.embeddings[0]
        nearest = np.argsort(-cosines)[:NEAREST].tolist()
        near = [Neighbour(self.names[i], float(cosines[i]), 1, self.quality[i]) for i in nearest]
        limit = threshold(self.calibration, [len(self.names), 0, 0], 0.01)
        verdict = decide(self.calibration, near, limit, len(self.names), face)
        return verdict.name if verdict.answer is Answer.MATCH else None


def alone(gallery: Gallery, probes: list[Faces], truth: list[str | None]) -> float:
    """How often the enrolled are recognised in the same gallery without the smears."""
    clean = replace(
        gallery,
        templates=gallery.templates[SMEARS:],
        quality=gallery.quality[SMEARS:],
        names=gallery.names[SMEARS:],
    )
    known = [(face, true) for face, true in zip(probes, truth, strict=True) if true]
    return float(np.mean([clean.name(face) == true for face, true in known]))


def looked_for(half: lfw.Lfw, first: Rows, sound: Rows) -> tuple[list[Faces], list[str | None]]:
    """Probes with their true names: all of LFW that is not enrolled, Grace, Eileen, and 60 other smears.

    Those of whom a smear is enrolled are strangers too: nothing may be said on the ground of a smear.
    """
    engine = default_engine()
    vectors = unit(half.single - engine.embedder.centre)
    rows = np.setdiff1d(np.arange(len(half.files)), sound)
    one = np.ones(1, np.float32)
    plain = Faces(100 * np.ones((1, 4), np.float32), np.zeros((1, 5, 2), np.float32), one, one)
    probes = [plain.having(embeddings=vectors[[row]]) for row in rows]
    enrolled = {half.person[row]: str(half.person[row]) for row in sound}
    truth = [enrolled.get(half.person[row]) for row in rows]
    others = [s.face for s in smears(engine, half, first[100:154].tolist(), BLOBS, seed=2)]
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        grace = np.asarray(Pictures.open(file).convert("RGB"))
    pictures = [engine.embed(image, engine.detect(image).largest()) for image in (grace, data.astronaut())]
    return [*probes, *others, *pictures], [*truth, *[None] * (len(others) + 2)]


def audit_at_scale(quick: bool) -> Iterator[Row]:
    """Time and memory of a whole audit: made-up faces, 2.5 for each person, 2 % of them under a wrong name."""
    faces = 10_000 if quick else 100_000
    people = faces * 2 // 5
    card = models.card("sface")
    rng = np.random.default_rng(0)
    centres = unit(rng.standard_normal((people, card.dim or 0), np.float32))
    owner = rng.integers(0, people, faces)
    vectors = unit(centres[owner] + 0.08 * rng.standard_normal((faces, card.dim or 0), np.float32))
    moved = rng.choice(faces, round(SHARE * faces), replace=False)
    owner[moved] = np.roll(owner[moved], 1)
    gallery = Enrolled(
        np.arange(faces), owner, vectors, np.ones(faces, np.float32), ("",) * faces, ((),) * faces
    )
    calibration = Calibration.from_card(card.decision, card.name)
    process = psutil.Process()
    before, start = process.memory_info().rss, time.process_time()
    found = audit(gallery, calibration, 0.01)
    seconds, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    yield Row(
        f"self-audit of {faces:,} faces of {people:,} people",
        f"{seconds:.0f} CPU-s, at most {max(peak - before, 0) / 1e6:.0f} MB above the faces themselves",
        "reported",
        None,
        f"{len(found):,} findings; one thread",
    )
