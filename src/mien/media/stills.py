"""Reads still images of every common format, under limits, into upright RGB arrays."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError, CorruptMedia, MediaError, MediaTooLarge, UnsupportedMedia
from mien.media.files import name_of, open_regular, read_head
from mien.media.jpeg import require_whole_jpeg
from mien.media.limits import DEFAULT_LIMITS, Limits
from mien.media.pixels import to_rgb, upright
from mien.media.sniff import Content, sniff
from mien.types import Image

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_READERS = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("PIL.PngImagePlugin", "PngImageFile"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "tiff": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "bmp": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "heif": ("pi_heif", "HeifImageFile"),
}
ORIENTATION = 0x0112  # the EXIF and TIFF tag

# What Pillow's and libheif's readers raise on damaged input, as found by fuzzing them.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
    UserWarning,  # where the application turns Pillow's warnings into errors
)


def read_image(
    source: str | os.PathLike[str] | bytes | npt.NDArray[np.uint8], *, limits: Limits = DEFAULT_LIMITS
) -> Image:
    """Read a picture as an upright (h, w, 3) uint8 RGB array.

    source: a path; the bytes of an image file; or an array, (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA of
        uint8, which is checked and brought to RGB.
    limits: upper bounds; bytes and pixels are checked before anything is decoded.

    JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP and GIF are told apart by content, whatever the name says. The
    first frame of an animation is taken. EXIF orientation is applied and all metadata dropped.
    Transparency is laid on white, 16 bits are scaled to 8.

    Raises:
        MediaNotFound: no such file, or not a regular one.
        UnsupportedMedia: the content is not one of these formats; a video is read with `read_frames`.
        CorruptMedia: the file is damaged or cut off. Half a picture is never returned (but for other formats
            than JPEG where the application has set Pillow's ``LOAD_TRUNCATED_IMAGES``).
        MediaTooLarge: over the limits.
        ArgumentError: an array of another shape or type.
    """
    if isinstance(source, np.ndarray):
        return _checked(source)
    if isinstance(source, bytes | bytearray | memoryview):
        data, name = bytes(source), f"image of {len(source)} bytes"
        content = _require_image(data, name)
        _check_bytes(len(data), name, limits)
    else:
        name = name_of(source)
        data, content = read_still(source, limits)
    with opened(data, content, name, limits) as picture:
        picture.load()
        return rgb(picture)


def read_still(path: str | os.PathLike[str], limits: Limits) -> tuple[bytes, Content]:
    """All bytes of an image file and what kind of image it is; raises as `read_image` does."""
    name = name_of(path)
    with open_regular(path) as file:
        content = _require_image(read_head(file, path), name)
        _check_bytes(os.fstat(file.fileno()).st_size, name, limits)
        try:
            data = file.read(limits.max_bytes + 1)
        except OSError as error:
            raise MediaError(f"{name}: the file cannot be read ({error.strerror}).") from error
    _check_bytes(len(data), name, limits)
    return data, content


@contextmanager
def opened(data: bytes, content: Content, name: str, limits: Limits) -> Iterator[ImageFile]:
    """A Pillow image whose header has been read and checked, but no pixels; decoder errors become Mien's."""
    from PIL.Image import DecompressionBombError

    if content.name == "jpeg":
        require_whole_jpeg(data, name)
    try:
        picture = _reader(content)(io.BytesIO(data))
        check_pixels(picture.size, name, limits)
        with picture:
            yield picture
    except MediaError:
        raise
    except DecompressionBombError as error:
        raise MediaTooLarge(f"{name}: the {content.name} has too many pixels ({error}).") from error
    except MemoryError as error:
        raise MediaTooLarge(f"{name}: there is not enough memory to decode this {content.name}.") from error
    except DECODER_ERRORS as error:
        raise CorruptMedia(
            f"{name}: the {content.name} cannot be decoded ({error or type(error).__name__}); it is damaged, "
            "cut off or of a rare kind. Get a complete copy, or save it as JPEG or PNG."
        ) from error


def rgb(picture: ImageFile) -> Image:
    """The upright RGB pixels of a loaded picture. Load it first: a TIFF's reader turns it upright by then."""
    return upright(to_rgb(picture), orientation_of(picture))


def orientation_of(picture: ImageFile) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or the EXIF block is damaged."""
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    except DECODER_ERRORS:
        return 1  # a broken block of metadata does not make the picture unreadable


def check_pixels(size: tuple[int, int], name: str, limits: Limits) -> None:
    """Raise MediaTooLarge where width times height is over the limit."""
    width, height = size
    if width * height > limits.max_pixels:
        raise MediaTooLarge(
            f"{name}: {width} x {height} pixels are more than the limit of "
            f"{limits.max_pixels / 1e6:g} million; scale the picture down or raise Limits.max_pixels."
        )


def _check_bytes(size: int, name: str, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise MediaTooLarge(
            f"{name}: {size / 1e6:.1f} MB are more than the limit of {limits.max_bytes / 1e6:.1f} MB "
            "for an image; save it smaller or raise Limits.max_bytes."
        )


def _require_image(head: bytes, name: str) -> Content:
    if not head:
        raise CorruptMedia(f"{name}: the file is empty (0 bytes); an image was expected.")
    content = sniff(head)
    if content.kind == "video":
        raise UnsupportedMedia(
            f"{name}: is a video ({content.name}), an image was expected; use read_frames."
        )
    if content.kind != "image":
        raise UnsupportedMedia(
            f"{name}: the content is {content.name}; "
            "expected JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF (the file's name does not matter)."
        )
    return content


def _reader(content: Content) -> type[ImageFile]:
    """Pillow's reader class. Taken directly, it is free of the process-wide registry and pixel limit."""
    module, name = _READERS[content.name]
    reader: type[ImageFile] = getattr(import_module(module), name)
    return reader


def _checked(array: npt.NDArray[np.uint8]) -> Image:
    if array.dtype != np.uint8 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ArgumentError(
            f"The image array has shape {array.shape} and type {array.dtype}; "
            "expected uint8 of (h, w), (h, w, 3) RGB or (h, w, 4) RGBA."
        )
    if 0 in array.shape:
        raise ArgumentError(f"The image array has no pixels (shape {array.shape}).")
    if array.ndim == 3 and array.shape[2] == 3:
        return np.ascontiguousarray(array)
    from PIL import Image as Pillow

    return to_rgb(Pillow.fromarray(array))
