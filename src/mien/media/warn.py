"""Tells the caller that a medium was read only in part."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

from mien.errors import MediaWarning

Told: TypeAlias = Callable[[str], None]


def warn_incomplete(name: str, what: str, tell: Told | None = None) -> None:
    """Tell what is missing of the medium of that name; as a `MediaWarning` where nobody listens."""
    message = f"{name}: the medium is cut off or damaged; {what}"
    if tell:
        tell(message)
    else:
        warnings.warn(MediaWarning(message), stacklevel=4)
