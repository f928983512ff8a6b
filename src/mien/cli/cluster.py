"""`mien cluster`: who is the same in a folder of photographs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.galleries import GalleryOption
from mien.cli.names import write_names
from mien.cli.output import counted, say, table

if TYPE_CHECKING:
    from mien.gallery.grouping import Grouping
    from mien.gallery.stores.base import Store
    from mien.gallery.stores.records import Person

LISTED = 30  # groups on the sheet and in the table
SHOWN = 8  # faces of a group on the sheet

EPILOG = """
Examples:

\b
  mien cluster photos/                              look through the folder, group, draw groups.jpg
  mien people name group-12 "Anna"                  give a group a name
  mien people name --from groups.csv                or all of them at once, filled into the table
  mien people merge "Anna" group-31                 the same person twice
  mien people reject "Anna" 207                     that face is not Anna, and never again
  mien people undo                                  take back the last of these

What you say is kept for good: grouping again moves no face that you confirmed, and puts nothing together that
you took apart. Run it again when photographs are added; they join the groups that are there.

Exit codes: 0 there are groups or people, 1 there are none, 2 an error.
"""


def cluster(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Photographs or folders to add first; without any, what is in the gallery is grouped.",
            show_default=False,
        ),
    ] = None,
    gallery: GalleryOption = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes that look through photographs.", show_default=False),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take all groups apart that nobody confirmed, and begin anew.")
    ] = False,
    keep_crops: Annotated[
        bool, typer.Option("--keep-crops", help="Keep a small picture of each face in the gallery.")
    ] = False,
    sheet: Annotated[Path, typer.Option(metavar="FILE", help="The contact sheet to draw.")] = Path(
        "groups.jpg"
    ),
    names: Annotated[
        Path, typer.Option(metavar="FILE", help="The table of groups to write, with names to fill in.")
    ] = Path("groups.csv"),
) -> None:
    """Find who is the same in photographs, and draw a sheet of groups.

    Groups get a number, and names can be filled into a table.
    """
    import mien
    from mien.cli.index import add_photographs

    with mien.open(gallery) as people:
        if paths:
            add_photographs(people, paths, workers, None, keep_crops)
        done = people.group(again=again)
        groups, named = people.store.groups(), [p for p in people.store.people() if p.faces or p.found]
        if groups:  # written first: whoever reads only the first lines of what is told has them too
            drawn = draw(people.store, groups[:LISTED], sheet)
            write_names(people.store, groups, names)
    tell(done, groups, named)
    if not groups:
        say("There are no groups: no two faces without a name are alike enough to be one person.")
        raise typer.Exit(0 if named else 1)
    say(f"{drawn} on {sheet}, names to fill in in {names}: mien people name --from {names}")


def tell(done: Grouping, groups: list[Person], named: list[Person]) -> None:
    """Print what there is now."""
    rows = [(one.name, str(one.faces + one.found), str(one.found) if one.found else "") for one in named]
    rows += [
        (one.name, str(one.faces + one.found), str(one.found) if one.found else "") for one in groups[:LISTED]
    ]
    if rows:
        table(("who", "faces", "not confirmed"), rows)
    if len(groups) > LISTED:
        say(f"and {counted(len(groups) - LISTED, 'smaller group')}")
    say(
        f"{counted(done.moved, 'face')} moved, {done.alone:,} like no other"
        + (f", {done.poor:,} too poor to tell" if done.poor else "")
        + "."
    )
    for pair in done.close[:10]:
        say(
            f"alike: {pair.a} and {pair.b} (similarity {pair.similarity:.2f}; faces {pair.faces[0]} and "
            f"{pair.faces[1]}): one person (mien people merge {pair.a!r} {pair.b!r}), a relative, or a child?"
        )


def draw(store: Store, groups: list[Person], sheet: Path) -> str:
    """Draw the first faces of each group, captioned with their numbers; what was drawn, in words."""
    from mien.draw import group_sheet
    from mien.gallery.portraits import portraits
    from mien.media import write_image

    rows, missing = [], 0
    for one in groups:
        faces = store.faces(one.name)[:SHOWN]
        pictures = list(portraits(store, faces))
        missing += sum(picture is None for picture in pictures)
        shown = [(str(f.id), p) for f, p in zip(faces, pictures, strict=True) if p is not None]
        rows.append((f"{one.name}: {counted(one.faces + one.found, 'face')}", shown))
    write_image(sheet, group_sheet(rows))
    gone = f" ({missing} photographs are no longer where they were)" if missing else ""
    return f"{counted(len(groups), 'group')}{gone}"
