"""Tells the caller that a medium was read only in part."""

from __future__ import annotations

import warnings

from mien.errors import MediaWarning


def warn_incomplete(name: str, what: str) -> None:
    """Issue a `MediaWarning` that names the medium and what is missing of it."""
    warnings.warn(MediaWarning(f"{name}: the medium is cut off or damaged; {what}"), stacklevel=4)
