"""`mien gallery index`: makes the index by which a server searches a large gallery."""

from __future__ import annotations

from mien.cli.galleries import GalleryOption, existing, open_store
from mien.cli.output import say
from mien.errors import GalleryError

EPILOG = """
Example:

\b
  mien gallery index --gallery postgresql://db/faces?gallery=family

It pays from some ten thousand people on. What it finds is compared in full; a near person in some thousands of
searches it may miss. Writers wait while it is made.
"""


def index(gallery: GalleryOption = None) -> None:
    """Make the index (HNSW) for searches of people on a PostgreSQL server, anew where there is one."""
    place = existing(gallery)
    if "://" not in place:
        raise GalleryError(
            f"{place}: a gallery in a file keeps its index itself; this is for PostgreSQL servers."
        )
    from mien.gallery.stores.base import Kind
    from mien.gallery.stores.postgres import PostgresStore

    with open_store(gallery) as store:
        assert isinstance(store, PostgresStore)  # which is what an address opens
        models = store.info().models
        for model in models:
            store.make_index(model, Kind.PERSON)
        name = store.name
    say(f"Made {len(models)} in {name}: searches of people use it from now on.")
