"""Which gallery a command works on, and how it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from mien.errors import GalleryNotFound
from mien.home import default_gallery

if TYPE_CHECKING:
    from mien.gallery.stores.sqlite import SQLiteStore

GalleryOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--gallery",
        "-g",
        envvar="MIEN_GALLERY",
        metavar="FILE",
        help="The gallery file. Default: people.mien in MIEN_HOME.",
        show_default=False,
    ),
]


def existing(gallery: Path | None) -> Path:
    """The gallery's file; GalleryNotFound, with what to do, where there is none."""
    path = gallery or default_gallery()
    if not path.exists():
        option = f" --gallery {path}" if gallery else ""
        raise GalleryNotFound(
            f"There is no gallery {str(path)!r} yet: nobody is enrolled. "
            f"To begin: mien enroll NAME PHOTOGRAPHS...{option}"
        )
    return path


def open_store(gallery: Path | None) -> SQLiteStore:
    """The people in an existing gallery, without opening a model."""
    from mien.gallery.stores.sqlite import SQLiteStore

    return SQLiteStore.open(existing(gallery))
