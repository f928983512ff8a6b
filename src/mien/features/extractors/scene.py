"""Measures each picture as a whole: brightness, contrast, colourfulness, sharpness, and where shots begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mien.features.extractor import State, View
from mien.types import Column, Family, Image, Rows

WIDTH = 320  # pixels; pictures are averaged down to at most this width before they are measured

FAMILY = Family(
    "scene",
    (
        Column("brightness", meaning="mean luma (Rec. 601) in [0, 1]"),
        Column("contrast", meaning="standard deviation of that luma, in [0, 0.5]"),
        Column("colourfulness", meaning="Hasler and Süsstrunk's C, from 0 (grey); 33 is moderate, 82 high"),
        Column(
            "sharpness",
            meaning="variance of the Laplacian of the luma (0 to 255) of a copy at most 320 pixels wide, from 0",
        ),
        Column("cut", "bool", meaning="whether the frame is the first of a new shot"),
    ),
    tracked=False,
)


class Scene:
    """The extractor of the family "scene"; one row for each frame."""

    family = FAMILY
    needs: tuple[str, ...] = ()
    facts: Mapping[str, Any] = {"width": WIDTH}

    def see(self, view: View) -> Rows:
        """The row of this frame."""
        measures = measure(view.frame.image)
        rows = {name: np.array([value], np.float32) for name, value in measures.items()}
        return rows | {"cut": np.array([view.cut])}

    def state(self) -> State:
        """Nothing is carried from frame to frame."""
        return {}

    def resume(self, state: State) -> None:
        """Nothing was carried."""

    def close(self) -> None:
        """Nothing is held."""


def measure(image: Image) -> dict[str, float]:
    """Brightness, contrast, colourfulness and sharpness of a picture, as the columns of `FAMILY` define them.

    Colourfulness (Hasler and Süsstrunk 2003, Measuring colourfulness in natural images, equation 4) with
    rg = R - G, yb = (R + G) / 2 - B, and sigma, mu their standard deviation and mean over the picture:

        C = sqrt(sigma_rg^2 + sigma_yb^2) + 0.3 sqrt(mu_rg^2 + mu_yb^2)
    """
    import cv2

    small = reduced(image)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    red, green, blue = cv2.split(small.astype(np.int16))
    opponents = cv2.merge([red - green, red + green - 2 * blue])  # rg, and yb doubled, so that both are whole
    mean, spread = cv2.meanStdDev(opponents)
    brightness, contrast = cv2.meanStdDev(luma)
    half = np.array([[1.0], [0.5]])
    _, laplacian = cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))
    return {
        "brightness": float(brightness[0, 0]) / 255,
        "contrast": float(contrast[0, 0]) / 255,
        "colourfulness": float(np.linalg.norm(half * spread) + 0.3 * np.linalg.norm(half * mean)),
        "sharpness": float(laplacian[0, 0]) ** 2,
    }


def reduced(image: Image) -> Image:
    """The picture averaged over blocks of k x k pixels, the smallest k for which it is at most `WIDTH` wide.

    What is left of the last block to the right and below is not looked at.
    """
    import cv2

    h, w = image.shape[:2]
    k = -(-w // WIDTH)
    if k == 1:
        return image
    columns, lines = w // k, max(1, h // k)
    return np.asarray(
        cv2.resize(image[: lines * k, : columns * k], (columns, lines), interpolation=cv2.INTER_AREA),
        np.uint8,
    )
