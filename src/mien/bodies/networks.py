"""What all networks of bodies are fed: a region of the picture, at their size and in their range of values."""

from __future__ import annotations

import numpy as np

from mien.bodies.regions import Points, Region, crop
from mien.models.catalogue import Card
from mien.types import Floats, Image


def seen(card: Card, image: Image, region: Region, *, black: bool = False) -> Floats:
    """(1, size, size, 3) float32, the region as the card's network wants it. black: see `regions.crop`."""
    import cv2

    levels = np.arange(256)[:, None]
    table = ((levels - card.input.mean) / np.asarray(card.input.std)).astype(np.float32)
    pixels = crop(image, region, int(card.input.shape[1]), black=black)
    return np.asarray(cv2.LUT(pixels, table[None]), np.float32)[None]


def sigmoid(logits: Points) -> Floats:
    """Of each logit; float32 in [0, 1]."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))), np.float32)  # beyond, float32 overflows
