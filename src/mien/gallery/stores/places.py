"""Galleries as bare tables, from which rows are copied as they lie: no key is needed, and sealed bytes stay sealed."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mien.gallery.stores import SERVERS
from mien.gallery.stores.sql.session import Db


class Pool(Protocol):
    """Connections to the tables of one gallery."""

    def reading(self) -> AbstractContextManager[Db]:
        """A transaction that sees one state."""

    def writing(self) -> AbstractContextManager[Db]:
        """The one transaction that writes."""

    def close(self) -> None:
        """Let go of all connections."""


@dataclass(frozen=True)
class Place:
    """A file or an address, as errors call it, with connections to its tables."""

    name: str
    pool: Pool


def source(where: str | os.PathLike[str]) -> Place:
    """The tables of a gallery that is there: GalleryNotFound, GalleryCorrupt, GalleryNewer, GalleryLost."""
    if str(where).startswith(SERVERS):
        from mien.gallery.stores.postgres import installation

        return Place(*installation.bare(str(where), create=False, sealed=False))
    from mien.gallery.stores.sqlite import store as files

    return Place(str(where), files.bare(Path(where), create=False))


def target(where: str | os.PathLike[str], *, sealed: bool) -> Place:
    """Tables to copy rows of a gallery into, made where there are none; sealed: whether that gallery is."""
    if str(where).startswith(SERVERS):
        from mien.gallery.stores.postgres import installation

        return Place(*installation.bare(str(where), create=True, sealed=sealed))
    from mien.gallery.stores.sqlite import store as files

    return Place(str(where), files.bare(Path(where), create=True))
