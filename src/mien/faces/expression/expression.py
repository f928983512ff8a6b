"""Runs a network of expressions on faces: an upright, square, grey crop goes in, shares of the classes come out."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError, ModelError
from mien.faces import align
from mien.faces.detect import check_image
from mien.models.tflite import open_lite
from mien.types import Faces, Floats, Image

CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt")
"""All that a network of expressions may tell apart; each tells some of them."""

MARGIN = 1.1  # side of the crop over the longer side of the box, as the notes on the network's published use have it
FLOOR = 1e-7  # of shares, so that they have a logarithm


class Expression:
    """Tells expressions; may be used by any number of threads at once.

    labels: the classes that its network tells apart, in the order of its output.

    >>> with Expression() as expression:                             # doctest: +SKIP
    ...     shares = expression.shares(image, faces)
    """

    def __init__(self, model: str = "fer-mini-xception", *, weights: Path | None = None) -> None:
        """Open the network of that name; raises as `open_lite`, and `ModelError` where its card does not fit."""
        self.session = open_lite(model, weights=weights)
        card = self.session.card
        self.labels = card.labels
        shape = card.input.shape
        square = len(shape) == 4 and shape[1] == shape[2] and shape[3] == 1
        if not set(self.labels) <= set(CLASSES) or not self.labels or not square:
            self.session.close()
            raise ModelError(
                f"The card of {card.name!r} has the classes {list(self.labels)} and an input of {list(shape)}; "
                f"expected are classes out of {', '.join(CLASSES)}, and an input of [1, side, side, 1]."
            )
        self._side = int(shape[1])
        self._sharpness = 1 / float(card.decision.get("temperature", 1.0))

    def shares(self, image: Image, faces: Faces) -> Floats:
        """(n, classes) float32 in [0, 1], each row with the sum 1; the columns are `labels`.

        The network's own shares p, tempered: p ** (1 / T) over their sum, with the card's temperature T (Guo et al.
        2017, On Calibration of Modern Neural Networks; the logarithms of p are its logits but for a constant). The
        card says on what T was measured, and so for which classes these are probabilities.
        """
        check_image(image)
        shares = np.zeros((len(faces), len(self.labels)), np.float32)
        for i in range(len(faces)):
            shares[i] = self.share(image, faces[i])
        return shares

    def share(self, image: Image, face: Faces) -> Floats:
        """The same for one face, a `Faces` of length 1: (classes,) float32."""
        if len(face) != 1:
            raise ArgumentError(f"One face is expected; these are {len(face)}.")
        card = self.session.card
        pixels = crop(image, face, self._side).astype(np.float32)
        (output,) = self.session.run(((pixels - card.input.mean[0]) / card.input.std[0])[None, :, :, None])
        powers = np.maximum(output[0], FLOOR) ** self._sharpness
        return np.asarray(powers / powers.sum(), np.float32)

    def close(self) -> None:
        """Free the network."""
        self.session.close()

    def __enter__(self) -> Expression:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def crop(image: Image, face: Faces, side: int) -> npt.NDArray[np.uint8]:
    """(side, side) uint8 luma: the square about the box's middle, `MARGIN` times its longer side, turned upright.

    What lies outside of the picture is black. Luma is Rec. 601's, as networks of grey faces are trained with.
    """
    import cv2

    x0, y0, x1, y1 = (float(v) for v in face.boxes[0])
    scale = side / (MARGIN * max(x1 - x0, y1 - y0, 1.0))
    turn = np.radians(float(face.rolls[0]))
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    rotate = np.array([[c, s], [-s, c]])  # the face is turned clockwise, so it is turned back
    shift = np.full(2, (side - 1) / 2) - rotate @ [(x0 + x1 - 1) / 2, (y0 + y1 - 1) / 2]
    upright = align.warp(image, np.column_stack([rotate, shift]), side)
    return np.asarray(cv2.cvtColor(upright, cv2.COLOR_RGB2GRAY), np.uint8)
