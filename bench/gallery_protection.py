"""What protection costs, and what it leaves to a thief: sealing, the secret rotation and the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from bench import lfw
from bench.report import Row
from bench.timing import wall_and_cpu
from mien.faces.embed import unit
from mien.gallery.protection import chain
from mien.gallery.protection.envelope import Sealed
from mien.gallery.protection.rotation import rotation, turn

Vectors = npt.NDArray[np.float64]
MASTER = bytes(range(32))
TEMPLATE = 128 * 4  # bytes


def sealing(quick: bool) -> Iterator[Row]:
    """What opening a sealed gallery costs: a data key and a template for each face."""
    n = 10_000 if quick else 100_000
    keeper = Sealed(MASTER)
    keys = [keeper.new_data_key() for _ in range(n)]
    plain = np.random.default_rng(0).bytes(TEMPLATE)
    sealed = [keeper.opened(key).seal(plain, b"face %d template" % i) for i, key in enumerate(keys)]

    def unseal() -> None:
        for i, key in enumerate(keys):
            keeper.opened(key).unseal(sealed[i], b"face %d template" % i)

    _, cpu = wall_and_cpu(unseal)
    micro = 1e6 * cpu / n
    yield Row(
        f"{n:,} sealed templates of {TEMPLATE} bytes opened, each with its own data key",
        f"{cpu:.2f} CPU-s, {micro:.1f} µs each",
        "≤ 20 µs each",
        micro <= 20,
        f"{len(sealed[0]) - TEMPLATE + len(keys[0])} bytes more a face; once, when a gallery is opened",
    )


def rotating(quick: bool) -> Iterator[Row]:
    """The rotation keeps what a gallery answers, and galleries with the same people cannot be compared."""
    half = lfw.load()
    vectors = half.flipped[half.detected].astype(np.float64)
    vectors = unit(vectors - vectors.mean(axis=0)).astype(np.float64)
    here, there = rotation(b"here", 128), rotation(b"there", 128)
    yield kept(half, here)
    first, second = two_photographs(half.person[half.detected])
    one, two = vectors[first], vectors[second]
    n = len(one)
    most = 5  # chance finds one; more than five once in 1,700 times (Poisson)
    clear, turned = linked(one, two), linked(turn(one, here), turn(two, there))
    same = linked(turn(one, here), turn(one, there))
    yield Row(
        f"two galleries of the same {n} people: how many a thief finds again by the nearest template",
        f"other photographs: {clear} in the clear, {turned} turned; the same photographs: {same} turned",
        f"turned: at most {most}, as by chance",
        max(turned, same) <= most,
    )
    permuted = signed_permutation(one)
    magnitudes = [np.sort(np.abs(v)) for v in (one, permuted, turn(one, here), turn(one, there))]
    by_permutation, by_turn = near(*magnitudes[:2]), near(*magnitudes[2:])
    yield Row(
        "two galleries of the same photographs, by sorted magnitudes",
        f"{by_permutation} of {n} if the turn were a signed permutation, {by_turn} as it is",
        f"at most {most}",
        by_turn <= most,
    )
    others = linked(aligned(turn(one, here)), aligned(turn(two, there)))
    same = linked(aligned(turn(one, here)), aligned(turn(one, there)))
    yield Row(
        "two whole galleries lined up by their principal axes",
        f"{others} of {n} from other photographs, {same} of {n} from the same ones",
        "reported",
        None,
        "a rotation keeps the cosines within a gallery; against this, seal it",
    )


def kept(half: lfw.Lfw, matrix: Vectors) -> Row:
    """Scores and nearest people, before and after."""
    vectors = half.flipped.astype(np.float32)
    turned = turn(vectors, matrix).astype(np.float32)
    before, after = vectors @ vectors.T, turned @ turned.T
    worst = float(np.abs(before - after).max())
    for scores in (before, after):
        np.fill_diagonal(scores, -2)
    changed = int((before.argmax(axis=1) != after.argmax(axis=1)).sum())
    return Row(
        f"{len(vectors):,} faces of LFW against each other, turned and not",
        f"scores differ by {worst:.1e} at most, {changed} have another nearest",
        "≤ 1e-6, 0",
        worst <= 1e-6 and not changed,
    )


def two_photographs(person: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of the first and second photographs of all who have two."""
    order = np.argsort(person, kind="stable")
    _, start, count = np.unique(person[order], return_index=True, return_counts=True)
    start = start[count > 1]
    return order[start], order[start + 1]


def linked(ours: Vectors, theirs: Vectors) -> int:
    """How many rows have the row of the same number in the other as the one of highest cosine."""
    return int(((ours @ theirs.T).argmax(axis=1) == np.arange(len(ours))).sum())


def near(ours: Vectors, theirs: Vectors) -> int:
    """The same by Euclidean distance."""
    nearest = (ours @ theirs.T - (theirs**2).sum(axis=1) / 2).argmax(axis=1)
    return int((nearest == np.arange(len(ours))).sum())


def signed_permutation(vectors: Vectors) -> Vectors:
    """The cheaper turn that protects nothing."""
    rng = np.random.default_rng(0)
    return (vectors * rng.choice([-1, 1], vectors.shape[1]))[:, rng.permutation(vectors.shape[1])]


def aligned(vectors: Vectors) -> Vectors:
    """Vectors in the axes of their own spread, each pointing to the side with the longer tail."""
    _, axes = np.linalg.eigh(np.cov(vectors.T))
    skew = (((vectors - vectors.mean(axis=0)) @ axes) ** 3).mean(axis=0)
    return vectors @ (axes * np.where(skew < 0, -1, 1))


def logging(quick: bool) -> Iterator[Row]:
    """What an entry of the audit log costs, to write and to verify."""
    n = 2_000 if quick else 20_000
    sign = Sealed(MASTER).sign
    start = head = chain.origin("bench", sign)
    detail = {"probe": "ab" * 32, "candidates": [12, 7, 3], "scores": [0.71, 0.42, 0.4], "answer": "match"}
    entries: list[chain.Entry] = []

    def write() -> None:
        nonlocal head
        for _ in range(n):
            entries.append(chain.following(head, datetime.now(UTC), "bench", "search", detail, sign))
            head = chain.Head(entries[-1].seq, entries[-1].link)

    _, writing = wall_and_cpu(write)
    broken: list[chain.Break | None] = []
    _, verifying = wall_and_cpu(lambda: broken.append(chain.verify(entries, sign, start, head)))
    written, verified = 1e6 * writing / n, 1e6 * verifying / n
    yield Row(
        f"an entry of the audit log ({n:,} of them)",
        f"{written:.0f} µs to bind, {verified:.0f} µs to verify",
        "≤ 200 µs, whole",
        max(written, verified) <= 200 and broken == [None],
        "without writing it to the disk",
    )
