"""Small sound images and clips of every format that is read, for tests and to be broken."""

from __future__ import annotations

import io
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from PIL import Image, PngImagePlugin

from bench.heic import heic

Seeds = dict[str, bytes]


@cache
def images() -> Seeds:
    """Small sound images of every format that is read, by a name with the usual extension."""
    from matplotlib import cbook

    with cbook.get_sample_data("grace_hopper.jpg") as file:
        photo = Image.open(file).convert("RGB").resize((128, 150))
    grey16 = Image.fromarray(np.asarray(photo.convert("L"), np.uint16) * 257)
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "a text " * 99, zip=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    moved = [photo.rotate(angle) for angle in range(10, 60, 10)]
    animated = {"save_all": True, "append_images": moved, "duration": 80}
    settings: list[tuple[str, Image.Image, str, dict[str, object]]] = [
        ("plain.jpg", photo, "JPEG", {"exif": exif}),
        ("progressive.jpg", photo, "JPEG", {"progressive": True}),
        ("grey.jpg", photo.convert("L"), "JPEG", {}),
        ("cmyk.jpg", photo.convert("CMYK"), "JPEG", {}),
        ("plain.png", photo, "PNG", {"pnginfo": note, "exif": exif, "icc_profile": bytes(400)}),
        ("alpha.png", photo.convert("RGBA"), "PNG", {}),
        ("palette.png", photo.quantize(64), "PNG", {"transparency": 3}),
        ("grey16.png", grey16, "PNG", {}),
        ("moving.png", photo, "PNG", animated),
        ("lossy.webp", photo, "WEBP", {"exif": exif}),
        ("lossless.webp", photo, "WEBP", {"lossless": True}),
        ("moving.webp", photo, "WEBP", animated),
        ("plain.avif", photo, "AVIF", {"exif": exif}),
        ("moving.avif", photo, "AVIF", animated),
        ("raw.tif", photo, "TIFF", {}),
        ("lzw.tif", photo, "TIFF", {"compression": "tiff_lzw"}),
        ("deflate.tif", photo, "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("jpeg.tif", photo, "TIFF", {"compression": "jpeg"}),
        ("grey16.tif", grey16, "TIFF", {}),
        ("float.tif", photo.convert("F"), "TIFF", {}),
        ("plain.bmp", photo, "BMP", {}),
        ("palette.bmp", photo.quantize(), "BMP", {}),
        ("plain.gif", photo, "GIF", {}),
        ("moving.gif", photo, "GIF", animated),
    ]
    made = {name: _encoded(picture, kind, options) for name, picture, kind, options in settings}
    return made | {"plain.heic": heic(np.asarray(photo))}


@cache
def videos() -> Seeds:
    """Short sound clips in usual containers and codecs."""
    return {
        "moov_first.mp4": clip("mp4", "libx264", {"movflags": "faststart"}),
        "moov_last.mp4": clip("mp4", "libx264"),
        "fragments.mp4": clip("mp4", "mpeg4", {"movflags": "frag_keyframe+empty_moov"}),
        "hevc.mov": clip("mov", "libx265"),
        "clip.mkv": clip("matroska", "libx264"),
        "clip.webm": clip("webm", "libvpx-vp9"),
        "clip.avi": clip("avi", "mpeg4"),
        "clip.ts": clip("mpegts", "libx264"),
        "clip.mpg": clip("mpeg", "mpeg2video"),
        "clip.flv": clip("flv", "flv"),
        "photos.avi": clip("avi", "mjpeg", pixels="yuvj420p"),
    }


def clip(container: str, codec: str, options: dict[str, str] | None = None, pixels: str = "yuv420p") -> bytes:
    """Two seconds of a moving gradient, 96 x 64 pixels, 25 frames a second."""
    quiet = {"x265-params": "log-level=none:pools=1"} if codec == "libx265" else {}
    exact = {"fflags": "+bitexact"} | (options or {})  # no random numbers in headers
    with tempfile.NamedTemporaryFile() as out:
        _film(out.name, container, codec, pixels, exact, quiet)
        return Path(out.name).read_bytes()


def _film(
    path: str, container: str, codec: str, pixels: str, options: dict[str, str], encoder: dict[str, str]
) -> None:
    with av.open(path, mode="w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=25, options=encoder)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixels
        y, x = np.mgrid[:64, :96]
        for i in range(50):
            picture = np.stack([x * 2, y * 3, (x + y + 8 * i) % 256], axis=2).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def _encoded(picture: Image.Image, kind: str, options: dict[str, object]) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
