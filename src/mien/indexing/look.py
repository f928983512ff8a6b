"""Looks at one picture: bytes in, a `Photograph` with all faces out."""

from __future__ import annotations

import io
from dataclasses import dataclass

from mien.errors import MediaError
from mien.faces import FaceEngine
from mien.faces.quality import MIN_WIDTH
from mien.gallery.stores.records import Model, NewFace, Photograph
from mien.indexing.reading import Picture
from mien.media import read_image
from mien.types import Faces, Image

JPEG_QUALITY = 92


@dataclass(frozen=True)
class Look:
    """What was found in a picture.

    small: faces left out as they are narrower than `MIN_WIDTH` pixels. read: whether it could be read at all.
    """

    photograph: Photograph
    small: int = 0
    read: bool = True


@dataclass(frozen=True)
class Recipe:
    """What another process needs to know to look at pictures as this one does.

    detector, embedder: names of models. provider: as ONNX Runtime names it. crops: whether to keep them.
    """

    detector: str
    embedder: str
    provider: str
    crops: bool

    @classmethod
    def of(cls, engine: FaceEngine, crops: bool) -> Recipe:
        """The recipe of an engine."""
        embedder = engine.embedder.session
        return cls(engine.detector.session.card.name, embedder.card.name, embedder.provider, crops)


class Looker:
    """An engine, made from a recipe, that looks at pictures; model names what its vectors may be compared with."""

    def __init__(self, recipe: Recipe) -> None:
        self.engine = FaceEngine(recipe.detector, recipe.embedder, provider=recipe.provider)
        self.crops = recipe.crops
        card = self.engine.embedder.card
        self.model = Model(card.name, card.version, self.engine.embedder.identity, card.dim or 0)

    def look(self, picture: Picture) -> Look:
        """See `look`."""
        return look(self.engine, self.model, picture, crops=self.crops)


def look(engine: FaceEngine, model: Model, picture: Picture, *, crops: bool = False) -> Look:
    """All faces of a picture that are wide enough, poor ones with their issues; or the problem with it.

    crops: keep the aligned faces, 112 x 112 pixels, as JPEG.
    Each face is embedded together with its mirror image, as for enrolment: it may become a person's.
    """
    try:
        image = read_image(picture.data)
    except MediaError as error:
        what = f"image of {len(picture.data)} bytes: "  # what the reader calls a picture without a path
        problem = str(error).removeprefix(what).removesuffix(".")
        return Look(Photograph(picture.source, picture.sha256, (), problem), read=False)
    found = engine.detect(image)
    faces = found[found.widths >= MIN_WIDTH]
    small = len(found) - len(faces)
    if not len(faces):
        narrow = f"; {small} narrower than {MIN_WIDTH:.0f} pixels left out" if small else ""
        problem = f"no face found{narrow}"
        return Look(Photograph(picture.source, picture.sha256, (), problem), small)
    aligned = engine.crops(image, faces) if crops else [None] * len(faces)
    embedded = engine.embed(image, faces, flip=True)
    new = tuple(_face(model, picture, face, crop) for face, crop in zip(embedded, aligned, strict=True))
    return Look(Photograph(picture.source, picture.sha256, new), small)


def _face(model: Model, picture: Picture, face: Faces, crop: Image | None) -> NewFace:
    assert face.embeddings is not None
    assert face.quality is not None
    assert face.issues is not None
    x0, y0, x1, y1 = face.boxes[0].tolist()
    return NewFace(
        {model: face.embeddings[0]},
        picture.source,
        picture.sha256,
        (x0, y0, x1, y1),
        float(face.quality[0]),
        face.issues[0],
        b"" if crop is None else _jpeg(crop),
    )


def _jpeg(image: Image) -> bytes:
    """An RGB image as the bytes of a JPEG file."""
    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.fromarray(image).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
