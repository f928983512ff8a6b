"""Small files that unfold to gigabytes of pixels, frames, text or work."""

from __future__ import annotations

import struct
import zlib
from functools import cache

from bench.media_seeds import Seeds, clip, images, videos


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
