"""Where Mien keeps what it makes on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder for weights that were added and graphs that were prepared: ``$MIEN_HOME``, or ``~/.mien``.

    It is named here and created by whoever first writes into it.
    """
    return Path(os.environ.get("MIEN_HOME") or "~/.mien").expanduser()


def default_gallery() -> Path:
    """The gallery that is meant where none is named: ``people.mien`` in Mien's home."""
    return home() / "people.mien"
