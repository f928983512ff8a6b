"""Turns decoded pictures of any mode and depth into upright RGB uint8 arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mien.types import Image

if TYPE_CHECKING:
    import PIL.Image

_WHITE = (255, 255, 255)
_BAND = 2**21  # pixels converted at a time: they stay in the cache, and large pictures need no second copy


def to_rgb(picture: PIL.Image.Image) -> Image:
    """The (h, w, 3) uint8 RGB array of a loaded Pillow image of any mode.

    Transparent parts are laid on white. Integers of 16 bits and more and floats are scaled as `to_8_bit`
    says. CMYK is converted without its colour profile. Raises ValueError for modes that have no RGB (LAB).
    """
    width, height = picture.size
    image = np.empty((height, width, 3), np.uint8)
    if picture.mode.startswith(("I", "F")):
        image[:] = to_8_bit(np.asarray(picture))[..., None]
        return image
    for rows in _bands(height, width):
        band = picture.crop((0, rows.start, width, rows.stop))
        if band.mode != "RGB" or "transparency" in band.info:
            band = _opaque(band)
        image[rows] = np.frombuffer(band.tobytes(), np.uint8).reshape(-1, width, 3)
    return image


def to_8_bit(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """(h, w) grey values of any type as uint8, scaled from the smallest range that holds them.

    16-bit integers always span 0..65535. Wider integers and floats are read as 0..1 (floats only), 0..255,
    0..65535 or 0..maximum, whichever is the first that no value exceeds. Negative values, infinite ones and
    NaN become 0.
    """
    if values.dtype.itemsize == 2:
        full = 65535.0
    else:
        ranges = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0)
        top = float(np.max(values, initial=0, where=np.isfinite(values)))
        full = next((r for r in ranges if top <= r), top)
    grey = np.empty(values.shape, np.uint8)
    for rows in _bands(*values.shape):
        finite = np.nan_to_num(values[rows], nan=0.0, posinf=0.0, neginf=0.0)
        grey[rows] = np.rint(np.clip(finite, 0, full) * (255.0 / full))
    return grey


def upright(image: npt.NDArray[np.uint8], orientation: int) -> Image:
    """Undo an EXIF orientation (tag 0x0112, values 1 to 8; others are taken as 1)."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)


def _bands(height: int, width: int) -> Iterator[slice]:
    step = max(1, _BAND // width)
    return (slice(top, min(top + step, height)) for top in range(0, height, step))


def _opaque(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture in RGB, on white where it is transparent."""
    from PIL import Image as Pillow

    if picture.mode not in ("RGBA", "LA", "PA", "La", "RGBa") and "transparency" not in picture.info:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    ground = Pillow.new("RGB", picture.size, _WHITE)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
