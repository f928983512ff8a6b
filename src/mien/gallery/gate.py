"""What may be enrolled: one clear face of sufficient quality from a picture that was not enrolled before."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import numpy as np

from mien.errors import ArgumentError, MediaError, ModelMismatch
from mien.faces import FaceEngine
from mien.faces.quality import ENROL_WIDTH
from mien.gallery.identify import ENROL_QUALITY
from mien.gallery.stores.records import Model, NewFace
from mien.media import read_image
from mien.media.files import open_regular
from mien.types import Faces, Issue, Picture

DOMINANT = 1.5  # times as wide as the next face, and the largest face is the one that is meant


@dataclass(frozen=True)
class Rejected:
    """A picture that was not enrolled, and why; the reason does not say the source again."""

    source: str
    reason: str


def examine(
    engine: FaceEngine,
    model: Model,
    picture: Picture,
    known: set[str],
    accept_poor: bool,
) -> NewFace | Rejected:
    """The face to enrol from a picture, or the reason why there is none.

    known: SHA-256 of pictures of the same person that are enrolled already.
    """
    if not isinstance(picture, str | os.PathLike | np.ndarray):
        raise ArgumentError(
            f"A picture is {type(picture).__name__}; expected a path or an RGB array (h, w, 3)."
        )
    source = "an image" if isinstance(picture, np.ndarray) else os.fspath(picture)
    try:
        image = picture if isinstance(picture, np.ndarray) else read_image(picture)
        digest = _digest(picture)
    except MediaError as error:
        return Rejected(source, str(error).removeprefix(f"{source}: ").removesuffix("."))
    if digest in known:
        return Rejected(source, "this picture is enrolled already")
    faces = engine.detect(image)
    problem = _unclear(faces) or ("" if accept_poor else _poor(faces.largest()))
    if problem:
        return Rejected(source, problem)
    face = engine.embed(image, faces.largest(), flip=True)
    assert face.embeddings is not None
    assert face.quality is not None
    assert face.issues is not None
    x0, y0, x1, y1 = face.boxes[0].tolist()
    vectors = {model: face.embeddings[0]}
    return NewFace(vectors, source, digest, (x0, y0, x1, y1), float(face.quality[0]), face.issues[0])


def require_same_model(held: tuple[Model, ...], model: Model) -> None:
    """ModelMismatch where a gallery holds templates, but none of the model in use."""
    if held and model.sha256 not in {other.sha256 for other in held}:
        names = ", ".join(f"{other.name} {other.version} ({other.sha256[:8]})" for other in held)
        raise ModelMismatch(
            f"The gallery holds templates of {names}, but {model.name} {model.version} ({model.sha256[:8]}) is in "
            "use; templates of different models cannot be compared. Open it with that model, or enrol anew."
        )


def _unclear(faces: Faces) -> str:
    """Why it is not clear whose face is meant, or nothing."""
    if not len(faces):
        return "no face found"
    widths = np.sort(faces.widths)[::-1]
    if len(faces) > 1 and widths[0] < DOMINANT * widths[1]:
        return f"{len(faces)} faces, and none is clearly the largest; crop the picture to one person"
    return ""


def _poor(face: Faces) -> str:
    """Why a face is too poor to be enrolled, or nothing."""
    assert face.issues is not None
    assert face.quality is not None
    small = face.widths[0] < ENROL_WIDTH
    told = " and ".join(i for i in face.issues[0] if i is not Issue.SMALL_BOUNDING_BOX)
    if small:
        width = f"the face is {face.widths[0]:.0f} pixels wide, {ENROL_WIDTH:.0f} are needed"
        return f"{width}, and it is {told}" if told else width
    if told:
        return f"the face is {told}"
    if face.quality[0] < ENROL_QUALITY:  # nothing stands out, and together it is too much
        return f"the face is of quality {face.quality[0]:.2f}, {ENROL_QUALITY:.2f} is needed"
    return ""


def _digest(picture: Picture) -> str:
    """SHA-256 of the file's bytes, or of an array's pixels."""
    if isinstance(picture, np.ndarray):
        return hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()
    with open_regular(picture) as file:
        return hashlib.sha256(file.read()).hexdigest()
