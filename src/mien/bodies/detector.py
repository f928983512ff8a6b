"""Finds people in a picture by their faces: BlazePose's detector, a single-shot network with anchors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mien.bodies.networks import seen, sigmoid
from mien.bodies.parts import Rows
from mien.bodies.regions import to_picture, whole
from mien.models.tflite import LiteSession
from mien.types import Boxes, Floats, Image

# All numbers are those of MediaPipe 0.10.21's graph "pose_detection".
SIZE = 224
CELLS = (
    (28, 2),
    (14, 2),
    (7, 6),
)  # cells along a side, and anchors in each; strides of 8, 16 and three times 32
MIN_SCORE = 0.5
SAME = 0.3  # intersection over union from which two boxes are one person


@dataclass(frozen=True, eq=False)
class Found(Rows):
    """People that the detector found, best first.

    boxes: (n, 4) float32 xyxy pixels, of the head. scores: (n,) float32 in [0, 1]; not calibrated.
    axis: (n, 2, 2) float32, see `Poses`.
    """

    boxes: Boxes
    scores: Floats
    axis: Floats


def detect(detector: LiteSession, image: Image) -> Found:
    """The people in a picture whose faces can be seen, with where their bodies should be."""
    region = whole(image)
    coordinates, logits = detector.run(seen(detector.card, image, region, black=True))
    boxes, points, scores = decode(coordinates[0], logits[0, :, 0])
    boxes, points, scores = merge(boxes, points, scores)
    corners = to_picture(boxes.reshape(-1, 2, 2), region, SIZE)
    ends = to_picture(points, region, SIZE)
    return Found(corners.reshape(-1, 4), scores, ends[:, :2])


def decode(coordinates: Floats, logits: Floats) -> tuple[Boxes, Floats, Floats]:
    """Boxes (n, 4) xyxy, four points (n, 4, 2) in pixels of the network's input, and scores (n,) of sure anchors.

    coordinates: (2254, 12), of a box x, y, width and height, of four points x and y, all from the anchor.
    The points: middle of the hips, a point that gives the body's size and turn, and the same of the upper body.
    """
    scores = sigmoid(logits)
    sure = np.flatnonzero(scores >= MIN_SCORE)
    centre = anchors()[sure] * SIZE
    middle, half = coordinates[sure, :2] + centre, coordinates[sure, 2:4] / 2
    points = coordinates[sure, 4:].reshape(-1, 4, 2) + centre[:, None]
    return np.concatenate([middle - half, middle + half], axis=1), points, scores[sure]


@lru_cache(maxsize=1)
def anchors() -> Floats:
    """(2254, 2) centres x and y in [0, 1] of the network's cells, finest first; all anchors are of size 1."""
    tables = []
    for cells, each in CELLS:
        rows, columns = np.mgrid[:cells, :cells]
        centres = np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5
        tables.append(np.repeat(centres / cells, each, axis=0))
    return np.concatenate(tables).astype(np.float32)


def merge(boxes: Boxes, points: Floats, scores: Floats) -> tuple[Boxes, Floats, Floats]:
    """Non-maximum suppression by weighted means: what overlaps the best box is averaged with it, by its score.

    The score that a mean is given is the best one's (BlazeFace, Bazarevsky et al. 2019, section 3.3).
    """
    everything = np.concatenate([boxes, points.reshape(-1, 8)], axis=1)
    order = np.argsort(-scores, kind="stable")
    means, best = [], []
    while len(order):
        same = overlaps(boxes[order[0]], boxes[order]) > SAME
        same[0] = True
        group = order[same]
        means.append(np.average(everything[group], axis=0, weights=scores[group]))
        best.append(scores[order[0]])
        order = order[~same]
    merged = np.array(means, np.float32).reshape(-1, 12)
    return merged[:, :4], merged[:, 4:].reshape(-1, 4, 2), np.array(best, np.float32)


def overlaps(box: Floats, boxes: Boxes) -> Floats:
    """(n,) intersection over union of one box with each of (n, 4)."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = np.prod(box[2:] - box[:2]) + areas - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float32)
