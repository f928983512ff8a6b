"""A place for runs that must not find anything computed before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.home import home


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder with a cache of its own, so that nothing is there already; networks are taken from where they are."""
    before, networks = os.environ.get("MIEN_HOME"), home() / "models"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        if networks.is_dir():
            (folder / "home" / "models").symlink_to(networks.resolve(), target_is_directory=True)
        os.environ["MIEN_HOME"] = str(folder / "home")
        try:
            yield folder
        finally:
            os.environ.pop("MIEN_HOME") if before is None else os.environ.update(MIEN_HOME=before)
