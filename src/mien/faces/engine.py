"""Detector, aligner, quality and embedder as one object: images in, `Faces` out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.faces import align, quality
from mien.faces.detect import Detector, check_image
from mien.faces.embed import Embedder
from mien.types import Faces, Image


class FaceEngine:
    """Finds, judges and embeds faces; safe to share between threads.

    >>> engine = FaceEngine()                                        # doctest: +SKIP
    >>> faces = engine.embed(image, engine.detect(image))            # doctest: +SKIP
    """

    def __init__(
        self,
        detector: str = "yunet",
        embedder: str = "sface",
        *,
        provider: str | None = None,
        strict: bool = False,
    ) -> None:
        self.detector = Detector(detector, provider=provider, strict=strict)
        self.embedder = Embedder(embedder, provider=provider, strict=strict)

    def detect(self, image: Image, *, min_face: float = 24, search_orientation: bool = True) -> Faces:
        """All faces with their quality and issues; see `Detector.detect` for the options."""
        faces = self.detector.detect(image, min_face=min_face, search_orientation=search_orientation)
        faces = quality.assess(image, faces, align.crops(image, faces))
        return faces.having(provenance=self.provenance)

    def embed(self, image: Image, faces: Faces, *, flip: bool = False) -> Faces:
        """The faces with their embeddings; flip averages with the mirror image (for enrolment)."""
        return faces.having(embeddings=self.embedder.embed(self.crops(image, faces), flip=flip))

    def crops(self, image: Image, faces: Faces) -> npt.NDArray[np.uint8]:
        """The aligned faces, (n, 112, 112, 3) uint8 RGB."""
        check_image(image)
        return align.crops(image, faces)

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Which detector and embedder run, on what."""
        return {
            "detector": self.detector.session.provenance(),
            "embedder": self.embedder.session.provenance(),
        }


def default_engine() -> FaceEngine:
    """The engine of the default models, opened once for each process, however many threads ask at once."""
    with _opening:
        return _opened()


_opening = threading.Lock()


@cache
def _opened() -> FaceEngine:
    return FaceEngine()
