"""What all networks of bodies are fed: a region of the picture, at their size and in their range of values."""

from __future__ import annotations

import numpy as np

from mien.bodies.regions import Points, Region, crop
from mien.models.catalogue import Card
from mien.types import Floats, Image


def seen(card: Card, image: Image, region: Region, *, black: bool = False) -> Floats:
    """(1, size, size, 3) float32, the region as the card's network wants it. black: see `regions.crop`."""
    size = int(card.input.shape[1])
    scale = np.tile(
        1 / np.asarray(card.input.std, np.float32), size
    )  # of a row, as three numbers at a time are slow
    shift = np.tile(np.asarray(card.input.mean, np.float32), size) * scale
    rows = np.multiply(crop(image, region, size, black=black).reshape(size, -1), scale, dtype=np.float32)
    return np.asarray((rows - shift).reshape(1, size, size, 3), np.float32)


def sigmoid(logits: Points) -> Floats:
    """Of each logit; float32 in [0, 1]."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))), np.float32)  # beyond, float32 overflows
