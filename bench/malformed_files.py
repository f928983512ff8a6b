"""Writes a folder of malformed media, the same ones for the same seed: cut, flipped, disguised, exploding."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

from bench.bombs import bombs
from bench.media_seeds import Seeds, images, videos


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


def _any_of(seeds: Seeds, chance: random.Random) -> tuple[str, bytes]:
    return chance.choice(sorted(seeds.items()))


def _write(path: Path, how: str, name: str, data: bytes) -> Path:
    target = path.with_name(f"{path.name}-{how}-{name}")
    target.write_bytes(data)
    return target
