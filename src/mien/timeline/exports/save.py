"""Puts a whole file in place, or none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from mien.errors import TimelineError


def save(path: Path, parts: Iterable[str | bytes]) -> Path:
    """Write the parts (text as UTF-8) to a file beside, then rename it; `TimelineError` where that cannot be done."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with new.open("xb") as file:
            for part in parts:
                file.write(part.encode() if isinstance(part, str) else part)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise TimelineError(
            f"{str(path)!r} cannot be written: {error.strerror or error}. Choose a folder that exists, may be "
            "written to and has room."
        ) from error
    finally:
        new.unlink(missing_ok=True)
    return path
