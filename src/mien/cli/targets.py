"""Where results are written to: files and stdout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from mien.errors import ArgumentError, MediaError

STDOUT = Path("-")


def require_writable(target: Path | None, extension: str) -> None:
    """ArgumentError where a result would overwrite a photograph, as when the file name was forgotten."""
    if target not in (None, STDOUT) and target.suffix.lower() != extension and target.exists():
        raise ArgumentError(
            f"{target}: exists and does not end in {extension}; it is not overwritten with results. "
            f"Give the name of a {extension} file, or - for stdout."
        )


def write_json(record: Mapping[str, Any], target: Path) -> None:
    """Write JSON as UTF-8 to a file, or to stdout where the target is "-"."""
    write_text(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n", target)


def write_text(text: str, target: Path) -> None:
    """Write text as UTF-8 to a file, or to stdout where the target is "-"; MediaError where that fails."""
    data = text.encode("utf-8", "backslashreplace")  # a file name that is no Unicode: JSON's own escapes
    if target == STDOUT:
        typer.echo(data, nl=False)
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise MediaError(f"{target}: cannot be written ({error.strerror or error}).") from error
