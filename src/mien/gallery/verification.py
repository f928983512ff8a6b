"""Are these two pictures of the same person?"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import mien
from mien.errors import NoFaceFound
from mien.faces import FaceEngine, default_engine
from mien.gallery.decide import Calibration, posterior, threshold_of_one
from mien.gallery.identify import DOUBT, unfit
from mien.media import read_image
from mien.types import Answer, Faces, Issue, Picture

FMR = 0.001  # one pair of different people in a thousand may be called the same


@dataclass(frozen=True, eq=False)
class Verification:
    """The answer for two pictures; true in a condition where it is a match.

    similarity: cosine in [-1, 1], NaN where nothing was compared. probability: that it is the same person, when
    both are equally likely beforehand. threshold: the cosine from which it is a match. a, b: the faces compared.
    """

    answer: Answer
    reason: str
    similarity: float
    probability: float
    threshold: float
    a: Faces
    b: Faces
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.answer is Answer.MATCH


def verify(a: Picture, b: Picture, *, fmr: float = FMR, engine: FaceEngine | None = None) -> Verification:
    """Compares the largest face of each picture; both are embedded with their mirror image.

    fmr: the false match rate that is allowed, from which the threshold follows.

    Raises NoFaceFound where a picture has no face, ArgumentError for an impossible rate, and what `read_image` raises.
    """
    engine = engine or default_engine()
    card = engine.embedder.card
    calibration = Calibration.from_card(card.decision, card.name)
    limit = threshold_of_one(calibration, fmr)
    faces = [_largest(engine, picture, name) for picture, name in ((a, "the first"), (b, "the second"))]
    similarity, chance = math.nan, 0.0
    small = [f for f in faces if f.issues is not None and Issue.SMALL_BOUNDING_BOX in f.issues[0]]
    if small:
        answer, reason = (
            Answer.CANNOT_SAY,
            f"a face is {small[0].widths[0]:.0f} pixels wide, too small to tell",
        )
    else:
        assert faces[0].embeddings is not None
        assert faces[1].embeddings is not None
        similarity = float(faces[0].embeddings[0] @ faces[1].embeddings[0])
        chance = float(posterior(calibration, [similarity], [1], 1)[0])
        answer, reason = _answer(similarity, limit, chance, faces)
    provenance = {**faces[0].provenance, "mien": mien.__version__, "fmr": fmr, "threshold": limit}
    return Verification(answer, reason, similarity, chance, limit, faces[0], faces[1], provenance)


def _largest(engine: FaceEngine, picture: Picture, which: str) -> Faces:
    image = picture if isinstance(picture, np.ndarray) else read_image(picture)
    face = engine.detect(image).largest()
    if not len(face):
        name = f"{which} image" if isinstance(picture, np.ndarray) else repr(os.fspath(picture))
        raise NoFaceFound(f"No face was found in {name}; a picture with a clear face is needed.")
    return engine.embed(image, face, flip=True)


def _answer(similarity: float, limit: float, chance: float, faces: list[Faces]) -> tuple[Answer, str]:
    told = f"similarity {similarity:.2f}, {limit:.2f} is needed"
    if similarity >= limit:
        return Answer.MATCH, told
    if chance >= DOUBT:
        return Answer.CANNOT_SAY, f"may be the same person: {told}"
    if doubts := list(dict.fromkeys(filter(None, map(unfit, faces)))):
        return Answer.CANNOT_SAY, f"not alike, but a face is {' and one is '.join(doubts)}"
    return Answer.NO_MATCH, told
