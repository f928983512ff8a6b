"""Pictures of the faces in a gallery: as they were kept, or cut from the photographs where those still lie."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np

from mien.errors import MediaError
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Face
from mien.media import read_image
from mien.types import Image

MARGIN = 0.35  # of the box's size, around it


def portraits(store: Store, faces: list[Face]) -> Iterator[Image | None]:
    """(h, w, 3) uint8 RGB for each face, None where no picture was kept and the photograph is not there any more."""
    source, image = "", None
    for face in faces:
        kept = store.crop(face.id)
        if kept:
            yield _decoded(kept)
            continue
        if face.source != source:
            source, image = face.source, _read(face.source)
        yield None if image is None else _cut(image, face.box)


def _read(source: str) -> Image | None:
    try:
        return read_image(source)
    except MediaError:
        return None


def _decoded(jpeg: bytes) -> Image:
    from PIL import Image as Pillow

    with Pillow.open(io.BytesIO(jpeg)) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def _cut(image: Image, box: tuple[float, float, float, float]) -> Image:
    x0, y0, x1, y1 = box
    dx, dy = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    h, w = image.shape[:2]
    left, top = max(0, round(x0 - dx)), max(0, round(y0 - dy))
    right, bottom = min(w, max(left + 1, round(x1 + dx))), min(h, max(top + 1, round(y1 + dy)))
    return image[top:bottom, left:right]
