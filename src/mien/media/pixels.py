"""Turns decoded pictures of any mode and depth into upright RGB uint8 arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mien.types import Image

if TYPE_CHECKING:
    import PIL.Image

_WHITE = (255, 255, 255)


def to_rgb(picture: PIL.Image.Image) -> Image:
    """The (h, w, 3) uint8 RGB array of a loaded Pillow image of any mode.

    Transparent parts are laid on white. Integers of 16 bits and more and floats are scaled as `to_8_bit`
    says. CMYK is converted without its colour profile. Raises ValueError for modes that have no RGB (LAB).
    """
    if picture.mode.startswith(("I", "F")):
        grey = to_8_bit(np.asarray(picture))
        return np.repeat(grey[..., None], 3, axis=2)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return _on_white(picture.convert("RGBA"))
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"), np.uint8)


def to_8_bit(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Grey values of any integer or float type as uint8, scaled from the smallest range that holds them.

    16-bit integers always span 0..65535. Wider integers and floats are read as 0..1 (floats only), 0..255,
    0..65535 or 0..maximum, whichever is the first that no value exceeds. Negative values and NaN become 0.
    """
    if values.dtype.itemsize == 2 and values.dtype.kind == "u":
        table: Image = ((np.arange(65536) * 255 + 32767) // 65535).astype(np.uint8)
        return np.asarray(table[values], np.uint8)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0))
    ranges = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0)
    full = next((r for r in ranges if top <= r), top)
    scaled = np.clip(values, 0, full) * np.float32(255.0 / full)
    return np.asarray(np.rint(scaled), np.uint8)


def upright(image: npt.NDArray[np.uint8], orientation: int) -> Image:
    """Undo an EXIF orientation (tag 0x0112, values 1 to 8; others are taken as 1)."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)


def _on_white(picture: PIL.Image.Image) -> Image:
    from PIL import Image as Pillow

    ground = Pillow.new("RGB", picture.size, _WHITE)
    ground.paste(picture, mask=picture.getchannel("A"))
    return np.asarray(ground, np.uint8)
