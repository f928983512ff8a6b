"""What YuNet's twelve output maps mean: boxes, keypoints and scores (Wu et al., Machine Intelligence Research 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mien.types import Boxes, Floats, Image, Keypoints

STRIDES = (8, 16, 32)
OUTPUTS = tuple(f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in STRIDES)


def blob(image: Image) -> Floats:
    """The network's input: (1, 3, H, W) float32 BGR in 0..255, padded right and below to multiples of 32."""
    h, w = image.shape[:2]
    padded = np.zeros((1, 3, -(-h // 32) * 32, -(-w // 32) * 32), np.float32)
    padded[0, :, :h, :w] = image[:, :, ::-1].transpose(2, 0, 1)
    return padded


def decode(
    outputs: Sequence[Floats], size: tuple[int, int], min_score: float
) -> tuple[Boxes, Keypoints, Floats]:
    """Boxes (n, 4) xyxy, keypoints (n, 5, 2) and scores (n,) of all cells that reach the score.

    outputs: the maps in the order of `OUTPUTS`. size: (H, W) of the padded input.
    For the cell in row r and column c of the map of stride s:
    score = sqrt(cls * obj), centre = ((c + dx) s, (r + dy) s), width = e^dw s, height = e^dh s,
    keypoint = ((c + kx) s, (r + ky) s).
    """
    cls, obj, box, kps = (
        np.concatenate([part[0] for part in outputs[kind : kind + len(STRIDES)]])
        for kind in range(0, len(OUTPUTS), len(STRIDES))
    )
    scores = np.sqrt(np.clip(cls[:, 0] * obj[:, 0], 0, 1))
    hits = np.flatnonzero(scores >= min_score)
    cells, strides = (table[hits] for table in grid(size))
    centre = (cells + box[hits, :2]) * strides
    half = np.exp(box[hits, 2:]) * (strides / 2)
    points = (cells[:, None] + kps[hits].reshape(-1, 5, 2)) * strides[:, None]
    return np.concatenate([centre - half, centre + half], axis=1), points, scores[hits]


@lru_cache(maxsize=32)
def grid(size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Column and row (n, 2) and stride (n, 1) of every cell for a padded input of (H, W), finest level first."""
    cells, strides = [], []
    for stride in STRIDES:
        rows, columns = np.mgrid[: size[0] // stride, : size[1] // stride]
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def suppress(boxes: Boxes, scores: Floats, max_iou: float = 0.3) -> npt.NDArray[np.intp]:
    """Greedy non-maximum suppression: indices of the boxes that stay, best score first."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[iou(boxes[best], boxes[order]) <= max_iou]
    return np.asarray(kept, np.intp)


def iou(box: Floats, boxes: Boxes) -> Floats:
    """Intersection over union of one box (4,) with each of (n, 4); (n,) float32 in [0, 1]."""
    corner = np.maximum(box[:2], boxes[:, :2])
    overlap = np.prod(np.clip(np.minimum(box[2:], boxes[:, 2:]) - corner, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = np.prod(box[2:] - box[:2]) + areas - overlap
    return np.asarray(overlap / np.maximum(union, 1e-9), np.float32)
