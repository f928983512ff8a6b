"""Expands files and folders into the images and videos in them, told by content."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mien.errors import MediaError
from mien.media.files import content_of

# Where the content says nothing, a file of such a name is still listed, so that whoever reads it learns that
# it is damaged.
_EXTENSIONS = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".heic", ".heif", ".hif", ".tif", ".tiff"),
    *(
        ".bmp",
        ".gif",
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".mpg",
        ".mpeg",
        ".ts",
        ".mts",
        ".m2ts",
    ),
    *(".flv", ".wmv", ".asf", ".ogv", ".mxf", ".3gp"),
}


def find_media(paths: Iterable[str | Path], *, recursive: bool = True) -> Iterator[Path]:
    """Yield the images and videos that the paths name or contain.

    A path that is not a folder is yielded as it is, whatever it holds: it was asked for, so reading it gives
    the result or the error. In folders, in natural order ("img2" before "img10"), files are yielded whose
    content is an image or a video, or whose content is unknown while the extension says so. Hidden files and
    folders are skipped, linked folders are not followed, pipes and devices are never opened.
    """
    for path in map(Path, paths):
        if path.is_dir():
            yield from _in_folder(path, recursive)
        else:
            yield path


def _in_folder(folder: Path, recursive: bool) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted((f for f in folders if not f.startswith(".") and recursive), key=_natural)
        for name in sorted((n for n in names if not n.startswith(".")), key=_natural):
            if _is_media(Path(where, name)):
                yield Path(where, name)


def _is_media(path: Path) -> bool:
    try:
        content = content_of(path)
    except MediaError:
        return path.is_file() and path.suffix.lower() in _EXTENSIONS  # unreadable: let the reader say why
    return content.kind in ("image", "video") or path.suffix.lower() in _EXTENSIONS


def _natural(name: str) -> list[tuple[int, str]]:
    """A sort key in which numbers count as numbers and case does not matter."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
