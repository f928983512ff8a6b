"""Opens a gallery file once more and asks whether it is whole."""

from mien.gallery.stores.sqlite import SQLiteStore


def problems(path) -> list[str]:
    """One sentence for each thing that is wrong in the file."""
    with SQLiteStore.open(path) as store:
        return store.problems()
