"""Which gallery a command works on, and how it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from mien.errors import GalleryNotFound
from mien.home import default_gallery

if TYPE_CHECKING:
    from mien.gallery.stores.base import Store

GalleryOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--gallery",
        "-g",
        envvar="MIEN_GALLERY",
        metavar="FILE",
        help="The gallery's file, or its address on a server (postgresql://…). Default: people.mien in MIEN_HOME.",
        show_default=False,
    ),
]


def existing(gallery: str | None) -> str:
    """The gallery's file or address; GalleryNotFound, with what to do, where there is no such file."""
    place = gallery or str(default_gallery())
    if "://" not in place and not Path(place).exists():
        option = f" --gallery {place}" if gallery else ""
        raise GalleryNotFound(
            f"There is no gallery {place!r} yet: nobody is enrolled. "
            f"To begin: mien enroll NAME PHOTOGRAPHS...{option}"
        )
    return place


def open_store(gallery: str | None) -> Store:
    """The people in an existing gallery, without opening a model."""
    from mien.gallery import stores
    from mien.gallery.protection.keys import key_at

    return stores.open_store(existing(gallery), key=key_at())


def told(place: str) -> str:
    """A gallery's file or address as it may be shown: without the password that an address may hold."""
    if "://" not in place:
        return place
    from mien.gallery.stores.postgres.address import parse

    return parse(place).shown
