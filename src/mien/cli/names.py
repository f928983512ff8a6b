"""The table of groups in which names are filled in: written as CSV, and read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.targets import write_text
from mien.errors import ArgumentError

if TYPE_CHECKING:
    from mien.gallery.stores.base import Store
    from mien.gallery.stores.records import Person

HEAD = ("group", "name", "faces", "example")


def write_names(store: Store, groups: list[Person], path: Path) -> None:
    """Write a row for each group, its name empty."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEAD)
    for one in groups:
        example = next((face.source for face in store.faces(one.name)), "")
        rows.writerow((one.name, "", one.faces + one.found, example))
    write_text(text.getvalue(), path)


def read_names(path: Path) -> list[tuple[str, str]]:
    """(group, name) of the rows in which a name is filled in; ArgumentError where the file is no such table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ArgumentError(f"{path}: cannot be read as a table ({error}).") from error
    if not rows or not {"group", "name"} <= rows[0].keys():
        raise ArgumentError(
            f"{path}: no columns 'group' and 'name'; expected the table that `mien cluster` writes."
        )
    return [(row["group"], row["name"].strip()) for row in rows if (row["name"] or "").strip()]
