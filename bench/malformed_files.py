"""Writes a folder of malformed media, the same ones for the same seed: cut, flipped, disguised, exploding."""

from __future__ import annotations

import io
import os
import random
import struct
import tempfile
import zipfile
import zlib
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from PIL import Image, PngImagePlugin

from bench.heic import heic

Seeds = dict[str, bytes]


def corpus(folder: Path, n: int = 1000, seed: int = 0) -> list[Path]:
    """Write n malformed files, folders and pipes into the folder, the same for the same seed."""
    chance = random.Random(seed)
    seeds = images() | videos()
    bombs_ = bombs()
    makers = {
        lambda path: _truncated(path, chance, seeds): 30,
        lambda path: _flipped(path, chance, seeds): 30,
        lambda path: _overwritten(path, chance, seeds): 10,
        lambda path: _disguised(path, chance, seeds): 6,
        lambda path: _foreign(path, chance): 8,
        lambda path: _bomb(path, chance, bombs_): 8,
        lambda path: _special(path, chance): 8,
    }
    drawn = chance.choices(list(makers), weights=list(makers.values()), k=n)
    return [make(folder / f"{i:04d}") for i, make in enumerate(drawn)]


def _truncated(path: Path, chance: random.Random, seeds: Seeds) -> Path:
    name, data = _any_of(seeds, chance)
    return _write(path, "cut", name, data[: chance.randrange(1, len(data))])


def _flipped(path: Path, chance: random.Random, seeds: Seeds) -> Path:
    name, data = _any_of(seeds, chance)
    flipped = bytearray(data)
    first = chance.choice((64, 512, len(data)))  # headers are more worth hitting than pixels
    for _ in range(chance.choice((1, 2, 8, 64))):
        flipped[chance.randrange(min(first, len(data)))] ^= 1 << chance.randrange(8)
    return _write(path, "flip", name, bytes(flipped))


def _overwritten(path: Path, chance: random.Random, seeds: Seeds) -> Path:
    name, data = _any_of(seeds, chance)
    start = chance.randrange(len(data))
    length = chance.choice((4, 64, 1024))
    patch = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))
    return _write(path, "patch", name, data[:start] + patch + data[start + length :])


def _disguised(path: Path, chance: random.Random, seeds: Seeds) -> Path:
    """Sound content under a name of another format; it should be read."""
    _, data = _any_of(seeds, chance)
    return _write(path, "named", chance.choice(sorted(seeds)), data)


def _foreign(path: Path, chance: random.Random) -> Path:
    """Content that is no medium under a name that says so."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    contents = [
        archive.getvalue(),
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"<svg><image href='file:///etc/passwd'/></svg>",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\x7fELF\2\1\1" + chance.randbytes(500),
        "Grüße aus Köln\n".encode() * 20,
        b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        chance.randbytes(3000),
        bytes(5000),
        b"\xff\xd8\xff" + chance.randbytes(2000),
        b"\x89PNG\r\n\x1a\n" + chance.randbytes(2000),
        b"\0\0\0\x18ftypisom" + chance.randbytes(2000),
        b"\x1aE\xdf\xa3" + chance.randbytes(2000),
        b"RIFF" + chance.randbytes(4) + b"WEBP" + chance.randbytes(2000),
    ]
    return _write(
        path, "foreign", chance.choice(("x.jpg", "x.png", "x.mp4", "x.heic")), chance.choice(contents)
    )


def _bomb(path: Path, chance: random.Random, made: Seeds) -> Path:
    name, data = _any_of(made, chance)
    return _write(path, "bomb", name, data)


def _special(path: Path, chance: random.Random) -> Path:
    """What is no regular file, or an empty one."""
    target = path.with_name(f"{path.name}-special.jpg")
    kind = chance.choice(("empty", "folder", "pipe", "loop", "dangling", "missing", "device"))
    match kind:
        case "empty":
            target.touch()
        case "folder":
            target.mkdir()
        case "pipe":
            os.mkfifo(target)
        case "loop":
            target.symlink_to(target)
        case "dangling":
            target.symlink_to(target.with_name("nowhere.jpg"))
        case "device":
            target.symlink_to("/dev/zero")
    return target


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


@cache
def bombs() -> Seeds:
    """Files of a few kilobytes to megabytes that unfold to gigabytes of pixels, frames, text or work."""
    seeds = images()
    jpeg, progressive, bmp = seeds["plain.jpg"], seeds["progressive.jpg"], seeds["plain.bmp"]
    start = jpeg.index(b"\xff\xc0") + 5
    end_of_image = progressive.rindex(b"\xff\xd9")
    return {
        "claimed.png": png(50_000, 50_000, b""),
        "real.png": png(20_000, 20_000, zlib.compress(bytes(20_001 * 20_000 // 8), 9), depth=1),
        "just_allowed.png": png(9_990, 9_990, zlib.compress(bytes(9_991 * 9_990), 9)),
        "text.png": png(
            8, 8, zlib.compress(bytes(72)), [(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**28), 9))]
        ),
        "profile.png": png(
            8, 8, zlib.compress(bytes(72)), [(b"iCCP", b"a\0\0" + zlib.compress(bytes(2**28), 9))]
        ),
        "frames.png": png(8, 8, zlib.compress(bytes(72)), [(b"acTL", struct.pack(">II", 2**31 - 1, 0))]),
        "claimed.jpg": jpeg[:start] + struct.pack(">HH", 65_500, 65_500) + jpeg[start + 4 :],
        "scans.jpg": progressive[:end_of_image] + b"\xff\xda\0\x08\1\1\0\1\x3f\0" * 20_000 + b"\xff\xd9",
        "claimed.bmp": bmp[:18] + struct.pack("<ii", 60_000, 60_000) + bmp[26:],
        "claimed.gif": gif(65_535, 65_535, 1),
        "frames.gif": gif(1, 1, 100_000),
        "large_frames.gif": gif(5_000, 5_000, 1_000),
        "claimed.webp": b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/"
        + struct.pack("<I", 16382 | 16382 << 14)
        + bytes(8),
        "claimed.tif": tiff(60_000, 60_000, 1),
        "strips.tif": tiff(1_000, 1_000, 500_000),
        "claimed.heic": seeds["plain.heic"].replace(
            struct.pack(">II", 128, 150), struct.pack(">II", 60_000, 60_000)
        ),
        "claimed.avif": seeds["plain.avif"].replace(
            struct.pack(">II", 128, 150), struct.pack(">II", 60_000, 60_000)
        ),
        "samples.mp4": _samples("moov_last.mp4", b"stsz", struct.pack(">III", 0, 1, 2**31)),
        "samples_of_fragment.mp4": _samples("fragments.mp4", b"trun", struct.pack(">II", 0, 2**31)),
        "claimed.avi": clip("avi", "mpeg4").replace(
            struct.pack("<II", 96, 64), struct.pack("<II", 60_000, 60_000)
        ),
        "claimed.mp4": clip("mp4", "mpeg4").replace(
            struct.pack(">HH", 96, 64), struct.pack(">HH", 60_000, 60_000)
        ),
    }


def png(
    width: int, height: int, pixels: bytes, chunks: list[tuple[bytes, bytes]] | None = None, depth: int = 8
) -> bytes:
    """A grey PNG with the given compressed pixels and additional chunks, check sums right."""
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *(chunks or []), (b"IDAT", pixels), (b"IEND", b"")]
    framed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def gif(width: int, height: int, frames: int) -> bytes:
    """A GIF of the given canvas whose frames have one pixel each."""
    header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    control = b"\x21\xf9\4\0\5\0\0\0"
    return header + (control + b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0") * frames + b";"


def tiff(width: int, height: int, strips: int) -> bytes:
    """A grey TIFF whose strips all point at the same few bytes."""
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 32773), (262, 3, 1, 1)]
    table = 8 + 2 + 12 * 8 + 4
    entries += [(273, 4, strips, table), (278, 4, 1, 1), (279, 4, strips, table + 4 * strips)]
    if strips == 1:
        entries[5], entries[7] = (273, 4, 1, 8), (279, 4, 1, 4)
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    arrays = struct.pack("<I", 8) * strips + struct.pack("<I", 4) * strips
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + directory + bytes(4) + arrays


def _samples(name: str, box: bytes, content: bytes) -> bytes:
    """A clip with the first words of a box (version, flags, a number of samples) replaced."""
    data = bytearray(videos()[name])
    start = data.index(box) + 4
    data[start : start + len(content)] = content
    return bytes(data)


def _encoded(picture: Image.Image, kind: str, options: dict[str, object]) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _any_of(seeds: Seeds, chance: random.Random) -> tuple[str, bytes]:
    return chance.choice(sorted(seeds.items()))


def _write(path: Path, how: str, name: str, data: bytes) -> Path:
    target = path.with_name(f"{path.name}-{how}-{name}")
    target.write_bytes(data)
    return target
