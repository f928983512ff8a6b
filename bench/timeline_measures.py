"""How good expressions, the pulse and the measures of pictures are, and what they cost."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from bench.lfw import middle
from bench.pulsing import SCENES, Film, film, stills
from bench.report import Row
from bench.shared import shared
from mien.faces import FaceEngine
from mien.faces.expression import Expression
from mien.features.extractor import View
from mien.features.extractors.pulse import Skin
from mien.features.extractors.scene import measure
from mien.features.pulse import TRUSTED, pulse
from mien.media import read_image
from mien.types import Faces, Frame, Image

Array = npt.NDArray[np.float64]

LABELS = Path(__file__).parent / "smiles.csv"
TEMPERATURES = np.geomspace(0.3, 6, 200)
CLIPS = "expression/pyfeat"
CLOSE = 2.0  # beats a minute
FIRST = 100  # seed of the films; those below were looked at while the method was chosen


def smiles(quick: bool) -> Iterator[Row]:
    """A smile or not, on photographs of other people than those that the temperature is taken from."""
    smile, happy = labelled(step=4 if quick else 1)
    clear = smile != 0.5
    chance, number = np.zeros(len(smile)), np.arange(len(smile))
    for half in (0, 1):
        best = temperature(happy[number % 2 != half], smile[number % 2 != half])
        chance[number % 2 == half] = tempered(happy[number % 2 == half], best)
    right = float(((chance > 0.5) == (smile == 1))[clear].mean())
    auc = roc_auc_score(smile[clear] == 1, chance[clear])
    always = float((smile[clear] == 0).mean())
    yield Row(
        f"expression: a smile or not, {int(clear.sum())} LFW photographs of as many people",
        f"right {right:.1%}, AUC {auc:.3f}; wrongly a smile {(chance > 0.5)[smile == 0].mean():.1%}",
        "reported",
        None,
        f'"happy" above 0.5; always the same answer is right in {always:.1%}; labels and rule in bench/smiles.csv',
    )
    plain = tempered(happy, 1.0)
    constant = loss(np.full(len(smile), smile.mean()), smile)
    yield Row(
        f"expression: calibration of happy, {len(smile)} photographs, {int((~clear).sum())} of them unclear",
        f"ECE {ece(chance, smile):.3f} (network {ece(plain, smile):.3f}), "
        f"log loss {loss(chance, smile):.3f} ({loss(plain, smile):.3f})",
        "better than the network's own",
        bool(loss(chance, smile) < loss(plain, smile)),
        f"temperature from the other half of the people; on all {temperature(happy, smile):.2f}; "
        f"unclear counts as half a smile; a constant has log loss {constant:.3f}",
    )


def labelled(step: int) -> tuple[Array, Array]:
    """(n,) 1 for a smile, 0 for none, 0.5 where it is unclear; (n, 7) logarithms of the network's own shares."""
    with LABELS.open() as lines:
        rows = list(csv.DictReader(lines))[::step]
    smile = np.array([{"yes": 1.0, "no": 0.0, "unclear": 0.5}[row["smile"]] for row in rows])
    engine, logs = FaceEngine(), []
    with Expression() as expression:
        back = expression.session.card.decision["temperature"]
        for row in rows:
            image = read_image(shared("faces/lfw") / row["file"])
            share = expression.share(image, middle(engine.detect(image)))
            logs.append(np.log(np.maximum(share, 1e-30)) * back)
        place = expression.labels.index("happy")
    ordered = np.roll(np.array(logs, np.float64), -place, axis=1)  # happy first
    return smile, ordered


def tempered(logs: Array, by: float) -> Array:
    """(n,) the share of the first class at a temperature."""
    powers = np.exp((logs - logs.max(axis=1, keepdims=True)) / by)
    return np.asarray(powers[:, 0] / powers.sum(axis=1))


def temperature(logs: Array, truth: Array) -> float:
    """The temperature with the least log loss."""
    return float(min(TEMPERATURES, key=lambda by: loss(tempered(logs, by), truth)))


def loss(chance: Array, truth: Array) -> float:
    """Log loss; a truth of 0.5 is half of each."""
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-np.mean(truth * np.log(chance) + (1 - truth) * np.log(1 - chance)))


def ece(chance: Array, truth: Array, bins: int = 10) -> float:
    """Expected calibration error with bins of equal width."""
    place = np.minimum((chance * bins).astype(int), bins - 1)
    inside = [place == b for b in range(bins) if (place == b).any()]
    return float(sum(abs(chance[b].mean() - truth[b].mean()) * b.mean() for b in inside))


def pulses(quick: bool) -> Iterator[Row]:
    """Films of faces with a known pulse, each method on each scene, and how far quality tells what failed."""
    pictures = stills()
    error: dict[str, dict[str, Array]] = {}
    quality: dict[str, dict[str, Array]] = {}
    for scene in SCENES:
        count = 4 if quick else 24 if scene.startswith("moving") else 12
        films = [(film(FIRST + k, scene, 24.0), pictures[k % len(pictures)]) for k in range(count)]
        seen = [(one, *skin(one, still)) for one, still in films]
        error[scene], quality[scene] = {}, {}
        for method in ("pos", "chrom", "green"):
            judged = [windows(one, times, rgb, method) for one, times, rgb in seen]
            error[scene][method], quality[scene][method] = np.concatenate(judged, axis=1)
        yield result(scene, error[scene], quality[scene], of=2 * count)
    yield trust(error, quality)


def result(scene: str, error: dict[str, Array], quality: dict[str, Array], of: int) -> Row:
    """The row of one scene."""
    close = {method: float((values <= CLOSE).mean()) for method, values in error.items()}
    trusted = quality["pos"] >= TRUSTED
    n = len(trusted)
    if SCENES[scene].depth[1] == 0:
        return Row(
            f"pulse: {scene}, {n} windows of 20 s",
            f"trusted {trusted.mean():.0%}",
            "reported",
            None,
            f"a quality of {TRUSTED:g} dB or more, which would be wrong here each time",
        )
    bar = scene.startswith("moving")
    right = (error["pos"][trusted] <= CLOSE).mean() if trusted.any() else np.nan
    return Row(
        f"pulse: {scene}, {n} windows of 20 s",
        f"within 2 beats: POS {close['pos']:.0%}, CHROM {close['chrom']:.0%}, green {close['green']:.0%}",
        "POS ≥ 90 %" if bar else "reported",
        close["pos"] >= 0.9 if bar else None,
        f"50 to 120 a minute; POS median error {np.median(error['pos']):.2f}; "
        f"{n} of {of} windows had a face throughout; trusted {trusted.mean():.0%}, of which right {right:.0%}",
    )


def trust(error: dict[str, dict[str, Array]], quality: dict[str, dict[str, Array]]) -> Row:
    """Whether quality tells right windows from wrong ones, over all scenes; without a pulse all are wrong."""
    right = np.concatenate([(error[s]["pos"] <= CLOSE) & (SCENES[s].depth[1] > 0) for s in error])
    values = np.concatenate([quality[s]["pos"] for s in error])
    auc = roc_auc_score(right, values)
    trusted = values >= TRUSTED
    return Row(
        f"pulse: quality of POS against what is right, {len(right)} windows of all scenes",
        f"AUC {auc:.3f}; of the trusted {right[trusted].mean():.0%} right, of the others {right[~trusted].mean():.0%}",
        "AUC ≥ 0.9",
        bool(auc >= 0.9),
        "0.5 would be chance; windows of films without a pulse count as wrong",
    )


def windows(one: Film, times: Array, rgb: Array, method: str) -> Array:
    """(2, m) error against the mean rate of each window, in beats a minute, and quality."""
    found = pulse(times, rgb, method=method, step=2.0)
    truth = [one.beats[(one.times >= t - 10) & (one.times < t + 10)].mean() for t in found["time"]]
    return np.stack([np.abs(found["bpm"] - np.array(truth)), found["quality"]]).astype(np.float64)


def skin(one: Film, still: Image) -> tuple[Array, Array]:
    """Times and colours of skin, with a look at each third frame and the face interpolated between."""
    detector, extractor = FaceEngine().detector, Skin()
    times, colours = [], []
    for group in grouped(list(one.frames(still)), 3):
        before, after = (detector.detect(group[k].image, search_orientation=False).largest() for k in (0, -1))
        if len(before) and len(after):
            for k, frame in enumerate(group[:-1]):
                face = between(before, after, k / (len(group) - 1))
                rows = extractor.see(View(frame, face, np.zeros(1, np.int32)))
                times += [frame.time] * len(rows["track"])
                colours += list(np.stack([rows["r"], rows["g"], rows["b"]], axis=1))
    return np.array(times), np.reshape(np.array(colours, np.float64), (-1, 3))


def grouped(frames: list[Frame], size: int) -> Iterator[list[Frame]]:
    """Runs of frames, each beginning with the last of the one before."""
    edges = [*range(0, len(frames) - 1, size), len(frames) - 1]
    return (frames[i : j + 1] for i, j in pairwise(edges))


def between(a: Faces, b: Faces, share: float) -> Faces:
    """A face on the way from one to the other."""
    pairs = ((getattr(a, name), getattr(b, name)) for name in ("boxes", "keypoints", "scores", "rolls"))
    return Faces(*(np.asarray((1 - share) * x + share * y, np.float32) for x, y in pairs))


def cost(quick: bool) -> Iterator[Row]:
    """Processor time of one call, the median of many."""
    picture = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    spent = median(lambda: measure(picture), 20 if quick else 200)
    yield Row("scene: all measures of a picture of 1280 x 720", f"{spent:.2f} ms", "≤ 1 ms", spent <= 1)
    photograph = stills()[1]
    face = FaceEngine().detect(photograph).largest()
    with Expression() as expression:
        spent = median(lambda: expression.share(photograph, face), 20 if quick else 200)
    yield Row("expression: one face", f"{spent:.2f} ms", "reported", None)
    view = View(Frame(photograph), face, np.zeros(1, np.int32))
    extractor = Skin()
    spent = median(lambda: extractor.see(view), 20 if quick else 200)
    yield Row("pulse: colour of one face's skin", f"{spent:.2f} ms", "reported", None)


def median(work: Callable[[], object], times: int) -> float:
    """Milliseconds of processor time of a call."""
    spent = []
    for _ in range(times):
        start = process_time()
        work()
        spent.append(process_time() - start)
    return 1000 * float(np.median(spent))
