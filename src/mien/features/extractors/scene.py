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
            meaning="variance of the Laplacian of the luma (0 to 255) of a copy 160 to 320 pixels wide, from 0",
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

    Colourfulness (Hasler and Süsstrunk 2003, Measuring colourfulness in natural images) with
    rg = R - G, yb = (R + G) / 2 - B, and sigma, mu their standard deviation and mean over the picture:

        C = sqrt(sigma_rg^2 + sigma_yb^2) + 0.3 sqrt(mu_rg^2 + mu_yb^2)
    """
    import cv2

    small = reduced(image)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    red, green, blue = cv2.split(small)
    difference = cv2.subtract(red, green, dtype=cv2.CV_16S)
    sums = cv2.add(red, green, dtype=cv2.CV_16S), cv2.add(blue, blue, dtype=cv2.CV_16S)
    rg, rg_spread = cv2.meanStdDev(difference)
    yb, yb_spread = (
        0.5 * value for value in cv2.meanStdDev(cv2.subtract(*sums))
    )  # of the doubles, which are whole
    brightness, contrast = cv2.meanStdDev(luma)
    _, laplacian = cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))
    return {
        "brightness": float(brightness[0, 0]) / 255,
        "contrast": float(contrast[0, 0]) / 255,
        "colourfulness": float(np.hypot(rg_spread, yb_spread)[0, 0] + 0.3 * np.hypot(rg, yb)[0, 0]),
        "sharpness": float(laplacian[0, 0]) ** 2,
    }


def reduced(image: Image) -> Image:
    """The picture halved, by the means of 2 x 2 pixels, until it is at most `WIDTH` wide.

    An odd last column or line is not looked at. (Halving several times is three times as fast as one larger step.)
    """
    import cv2

    while (w := image.shape[1]) > WIDTH:
        lines = max(1, image.shape[0] // 2)
        even = image[: 2 * lines, : w // 2 * 2]
        image = np.asarray(cv2.resize(even, (w // 2, lines), interpolation=cv2.INTER_AREA), np.uint8)
    return image
