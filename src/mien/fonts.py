"""Finds a font on this machine that has the characters of a text."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

    Font = ImageFont.FreeTypeFont

# Stems of files, best first; they are looked for below the usual folders.
_PREFERRED = (
    *("NotoSans-Bold", "NotoSans-Regular", "NotoSans[wdth,wght]", "DejaVuSans-Bold", "DejaVuSans"),
    *("Arial Bold", "arialbd", "Arial", "segoeuib", "LiberationSans-Bold", "Roboto-Bold", "Ubuntu-B"),
    *(
        "HelveticaNeue",
        "Arial Unicode",
        "NotoSansCJK-Bold",
        "NotoSansCJK-Regular",
        "PingFang",
        "Hiragino Sans GB",
    ),
    *("msgothic", "YuGothB", "msyhbd", "malgunbd", "wqy-zenhei", "wqy-microhei", "DroidSansFallbackFull"),
    *(
        "NotoSansArabic-Bold",
        "NotoSansHebrew-Bold",
        "NotoSansDevanagari-Bold",
        "NotoSansThai-Bold",
        "Nirmala",
    ),
)
_MISSING = "\U0010fffe"  # a code point without a character: every font shows its sign for "not there"


def font_for(text: str, size: int) -> Font:
    """The first usable font that has all characters of the text, or else the one that lacks fewest.

    size: height of the letters in pixels. Where the machine has no font at all, it is Pillow's own, which has
    Latin letters only; characters that are not there show as boxes.
    """
    wanted = frozenset(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return _load(_best(wanted), size)


@lru_cache(maxsize=1024)
def _best(wanted: frozenset[str]) -> str | None:
    best, fewest = None, len(wanted) + 1
    for path in _candidates():
        lacking = sum(not _has(path, character) for character in wanted)
        if lacking < fewest:
            best, fewest = path, lacking
        if not lacking:
            break
    return best


@lru_cache(maxsize=4096)
def _has(path: str, character: str) -> bool:
    font = _load(path, 16)
    return bytes(font.getmask(character)) != bytes(font.getmask(_MISSING))


@lru_cache(maxsize=256)
def _load(path: str | None, size: int) -> Font:
    from PIL import ImageFont

    if path is None:
        return ImageFont.load_default(size)  # type: ignore[return-value]
    return ImageFont.truetype(path, size)


@lru_cache(maxsize=1)
def _candidates() -> tuple[str, ...]:
    """Files of the preferred fonts that are there and can be opened, best first."""
    from PIL import ImageFont

    found: dict[str, str] = {}
    for folder in _folders():
        for where, _, names in os.walk(folder):
            for name in names:
                stem, extension = os.path.splitext(name)  # noqa: PTH122 - stems may have dots and brackets
                if extension.lower() in (".ttf", ".ttc", ".otf"):
                    found.setdefault(stem, os.path.join(where, name))  # noqa: PTH118
    usable = []
    for stem in _PREFERRED:
        if stem in found:
            try:
                ImageFont.truetype(found[stem], 16)
            except OSError:
                continue  # damaged, or of a kind that FreeType does not read
            usable.append(found[stem])
    return tuple(usable)


def _folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        yield from (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    elif sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts")
        yield home / "AppData/Local/Microsoft/Windows/Fonts"
    else:
        yield from (home / ".fonts", home / ".local/share/fonts")
        yield from (Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))
