"""The 33 points of a body in a region: BlazePose's landmark network (Bazarevsky et al. 2020)."""

from __future__ import annotations

import numpy as np

from mien.bodies.networks import seen, sigmoid
from mien.bodies.parts import POSE_POINTS, Poses
from mien.bodies.regions import Points, Region, around, moved, to_picture
from mien.models.tflite import LiteSession
from mien.types import Floats, Image, Keypoints

# All numbers are those of MediaPipe 0.10.21's graph "pose_landmark".
SIZE = 256
ALL = 39  # 33 of the body, two for the next region, four that nobody uses
HIPS, TIP = 33, 34  # see `Poses.axis`
MARGIN = 1.25
KERNEL = 7  # cells of the heat map around a point that are looked at
CONFIDENT = 0.5  # least peak of a heat map that moves a point
# Heights of a face from its middle. Measured on the faces of group photographs: their own body is found at the first
# look under 88 of 100; with 2 it is 83, with 3 it is 79, as neighbours come into view.
HIPS_BELOW, TIP_ABOVE = 2.5, 1.0


def find(network: LiteSession, image: Image, region: Region) -> Poses:
    """The one body in a region, whether it is there or not (`presence` tells); n = 1."""
    values, presence, heat, world = network.run(seen(network.card, image, region))
    table = values.reshape(ALL, 5).astype(np.float64)  # x, y, z, visibility, presence
    flat = refine(table[:, :2], heat[0])
    points = to_picture(np.concatenate([flat, table[:, 2:3]], axis=1), region, SIZE)
    kept = len(POSE_POINTS)
    return Poses(
        points=points[None, :kept],
        visibility=sigmoid(table[None, :kept, 3]),
        presence=presence[0],
        world=turned(world.reshape(ALL, 3)[None, :kept], float(region[3])),
        axis=points[None, [HIPS, TIP], :2],
    )


def around_axis(axis: Floats) -> Region:
    """The region of the body with that axis, see `Poses.axis`; (2, 2)."""
    return moved(around(*axis), MARGIN)


def axis_under(keypoints: Keypoints, height: float) -> Floats:
    """The axis (2, 2) of the body that belongs to an upright or turned face, roughly: it is refined by looking.

    keypoints: (5, 2) of the face. height: of its box, in pixels, before it is turned.
    """
    eyes, mouth = keypoints[:2].mean(axis=0), keypoints[3:].mean(axis=0)
    middle, down = (eyes + mouth) / 2, (mouth - eyes) / max(float(np.hypot(*(mouth - eyes))), 1e-6)
    return np.stack([middle + HIPS_BELOW * height * down, middle - TIP_ABOVE * height * down]).astype(
        np.float32
    )


def refine(points: Points, heat: Floats) -> Points:
    """Points (39, 2) in pixels of the input, moved to the mean of their heat maps (64, 64, 39) around them.

    A point stays where it is if it lies outside, or its map is nowhere confident there.
    """
    cells, reach = heat.shape[0], KERNEL // 2
    scale = SIZE / cells
    column, row = np.trunc(points / scale).astype(int).T
    steps = np.arange(-reach, reach + 1)
    rows, columns = row[:, None, None] + steps[:, None], column[:, None, None] + steps
    inside = (rows >= 0) & (rows < cells) & (columns >= 0) & (columns < cells)
    which = np.arange(len(points))[:, None, None]
    logits = heat[np.clip(rows, 0, cells - 1), np.clip(columns, 0, cells - 1), which]
    weights = np.where(inside, sigmoid(logits), 0)
    total = np.maximum(weights.sum(axis=(1, 2)), 1e-9)
    means = [(weights * grid).sum(axis=(1, 2)) / total * scale for grid in (columns, rows)]
    within = (column >= 0) & (column < cells) & (row >= 0) & (row < cells)
    sure = within & (weights.max(axis=(1, 2)) >= CONFIDENT)
    return np.where(sure[:, None], np.stack(means, axis=1), points)


def turned(world: Floats, turn: float) -> Floats:
    """World points (..., 3) with the turn of the region given back to x and y."""
    cos, sin = np.cos(turn), np.sin(turn)
    x, y, z = np.moveaxis(world, -1, 0)
    return np.stack([cos * x - sin * y, sin * x + cos * y, z], axis=-1).astype(np.float32)
