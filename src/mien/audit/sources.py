"""What is to be compared with what: a folder for each person, or a table of pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mien.audit.collect import File
from mien.audit.intervals import Ints, Mask
from mien.audit.tables import Table, TableRow, read_table
from mien.errors import AuditError, MediaError, TableInvalid
from mien.media import find_media
from mien.media.files import content_of
from mien.types import Objects, objects

TOLD = 3  # examples of what is wrong in a message
SAME = {
    "1": True,
    "true": True,
    "yes": True,
    "same": True,
    "0": False,
    "false": False,
    "no": False,
    "different": False,
}


@dataclass(frozen=True, eq=False)
class Source:
    """Photographs and what is known of them.

    files: n photographs. person: (n,) number of the person of each. named: whether people are known for certain;
        in a table of pairs without names, photographs that no pair calls the same may yet be of one person.
    a, b, same: (m,) the pairs of a table, as rows of files, or None where all are compared with all.
    columns: (m,) text by name, what else the table says of each pair.
    tables: SHA-256 by name of the tables that were read. left_out: files that are of nobody.
    """

    files: tuple[File, ...]
    person: Ints
    named: bool
    a: Ints | None = None
    b: Ints | None = None
    same: Mask | None = None
    columns: Mapping[str, Objects] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0


def people_in(folder: str | Path) -> Source:
    """The photographs in the folders of a folder, one for each person, whose name is the folder's.

    Raises AuditError where it is no folder, or has not two people with photographs.
    """
    root = Path(folder)
    if not root.is_dir():
        raise AuditError(
            f"{folder}: is no folder; expected one with a folder of photographs for each person."
        )
    files, stray = [], 0
    for own in sorted(path for path in root.iterdir() if not path.name.startswith(".")):
        if not own.is_dir():
            stray += 1
            continue
        for path in find_media([own]):
            if _video(path):
                stray += 1
            else:
                files.append(File(path, path.relative_to(root).as_posix(), own.name))
    names = sorted({file.person for file in files})
    if len(names) < 2:
        raise AuditError(
            f"{folder}: has photographs of {len(names)} people; expected a folder of photographs for each of at least "
            f"two people, as in {folder}/Grace Hopper/1.jpg."
        )
    numbers = {name: i for i, name in enumerate(names)}
    person = np.array([numbers[file.person] for file in files])
    return Source(tuple(files), person, named=True, left_out=stray)


def _video(path: Path) -> bool:
    try:
        return content_of(path).kind == "video"
    except MediaError:
        return False  # it counts as a photograph that cannot be read


def read_pairs(table: str | Path, images: str | Path) -> Source:
    """The pairs of a CSV file with the columns a, b and same, and photographs below the folder `images`.

    same: 1 or 0, true or false, yes or no, same or different. person_a and person_b: names, both or neither;
    without them, photographs that are joined by pairs of one person are one person's.

    Raises TableInvalid, which names the line, and tells how many photographs are missing.
    """
    table, images = Path(table), Path(images)
    below = Path(images)
    read = read_table(Path(table), required=("a", "b", "same"))
    same = np.array([_same(read, row) for row in read.rows], bool)
    names = list(dict.fromkeys(row.values[side] for row in read.rows for side in ("a", "b")))
    if missing := [name for name in names if not (below / name).is_file()]:
        raise TableInvalid(
            f"{table}: {len(missing):,} of {len(names):,} photographs are not in {images}, such as "
            f"{', '.join(missing[:TOLD])}. Give the folder that the names in the table start from with --images."
        )
    number = {name: i for i, name in enumerate(names)}
    a, b = (np.array([number[row.values[side]] for row in read.rows]) for side in ("a", "b"))
    named = {"person_a", "person_b"} <= set(read.columns)
    people = _named(read, names) if named else _joined(read, names, a, b, same)
    person = np.unique(people, return_inverse=True)[1]
    _require_agreement(read, same, person[a] == person[b])
    files = tuple(
        File(below / name, name, one if named else "") for name, one in zip(names, people, strict=True)
    )
    more = [column for column in read.columns if column not in ("a", "b", "same", "person_a", "person_b")]
    return Source(
        files,
        person,
        named,
        a,
        b,
        same,
        {column: objects([row.values[column] for row in read.rows]) for column in more},
        {read.path.name: read.sha256},
    )


def _same(table: Table, row: TableRow) -> bool:
    said = row.values["same"].casefold()
    if said not in SAME:
        raise TableInvalid(
            f"{table.path}, line {row.line}: same is {row.values['same']!r}; expected 1 (one person) or 0 (two people)."
        )
    return SAME[said]


def _named(table: Table, names: Sequence[str]) -> list[str]:
    """The name of the person on each photograph; TableInvalid where it has two."""
    people: dict[str, str] = {}
    for row in table.rows:
        for side in ("a", "b"):
            name = row.values[f"person_{side}"]
            if people.setdefault(row.values[side], name) != name:
                raise TableInvalid(
                    f"{table.path}, line {row.line}: {row.values[side]} is of {name!r} here and of "
                    f"{people[row.values[side]]!r} before; a photograph is of one person."
                )
    return [people[name] for name in names]


def _joined(table: Table, names: Sequence[str], a: Ints, b: Ints, same: Mask) -> list[str]:
    """For each photograph the first one of its person: of those that are joined by pairs of one person."""
    first = list(range(len(names)))

    def root(i: int) -> int:
        while first[i] != i:
            first[i] = first[first[i]]
            i = first[i]
        return i

    for i, j in zip(a[same].tolist(), b[same].tolist(), strict=True):
        low, high = sorted((root(i), root(j)))
        first[high] = low
    return [names[root(i)] for i in range(len(names))]


def _require_agreement(table: Table, same: Mask, one_person: Mask) -> None:
    """TableInvalid where a pair is called two people, and its photographs one person's, or the other way round."""
    wrong = np.flatnonzero(same != one_person)
    if len(wrong):
        row = table.rows[int(wrong[0])]
        raise TableInvalid(
            f"{table.path}, line {row.line}: same is {row.values['same']}, but other lines or the names of people "
            f"say the opposite of {row.values['a']} and {row.values['b']} ({len(wrong)} such lines). Correct the table."
        )
