"""Where results are written to: files and stdout."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from mien.errors import ArgumentError, MediaError

STDOUT = Path("-")


def require_targets(targets: Mapping[str, Path | None]) -> None:
    """ArgumentError unless results can go to each target, which stands under its extension (".json").

    A photograph is never overwritten, as it would be by ``--json a.jpg b.jpg`` where the name was forgotten.
    """
    given = {extension: target for extension, target in targets.items() if target is not None}
    if len({*given.values()}) < len(given):
        raise ArgumentError("Results of two kinds were asked for at one place; give another to one of them.")
    for extension, target in given.items():
        if target == STDOUT:
            continue
        if target.suffix.lower() != extension and target.exists():
            raise ArgumentError(
                f"{target}: exists and does not end in {extension}; it is not overwritten with results. "
                f"Give the name of a {extension} file, or - for stdout."
            )
        if not target.parent.is_dir():
            raise ArgumentError(f"{target}: cannot be written, as there is no folder {str(target.parent)!r}.")


def write_json(record: Mapping[str, Any], target: Path) -> None:
    """Write JSON as UTF-8, lists of numbers on one line, to a file or to stdout (see `write_text`)."""
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"\[\n[^][{}\"]+\]", lambda numbers: " ".join(numbers[0].split()), text)
    write_text(text + "\n", target)


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
