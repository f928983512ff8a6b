"""`mien forget`: a person with all there is of them, for good, and a receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.galleries import GalleryOption, existing, open_store, told
from mien.cli.output import complain, counted, say, shown
from mien.cli.targets import write_text

EPILOG = """
Examples:

\b
  mien forget "Grace Hopper"
  mien forget "Grace Hopper" --receipt grace.json --yes
  mien gallery verify-deletion receipt.json

Removed are faces, templates, kept pictures, consents and names in the history of repairs; also from free space,
logs and search files. The photographs themselves are not Mien's and stay where they are.
"""


def forget(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The person's name.", show_default=False)],
    gallery: GalleryOption = None,
    receipt: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to write the receipt. Default: receipt.json, or the next free name.",
            show_default=False,
        ),
    ] = None,
    also_alike: Annotated[
        bool, typer.Option("--also-alike", help="Remove faces of nobody that look like the person too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a person with every face, and write a receipt."""
    from mien.gallery import leftovers
    from mien.gallery.protection.receipt import to_json

    with open_store(gallery) as store:
        person = store.person(name)
        alike = leftovers.alike(store, person)
        also = len(alike) if also_alike else 0
        faces = counted(person.faces + person.found + also, "face")
        question = f"Remove {person.name} with {faces} from {told(existing(gallery))} for good?"
        if not yes and not typer.confirm(shown(question)):
            say("Nothing was removed.")
            raise typer.Exit(1)
        target = receipt or free_name(Path("receipt.json"))
        write_text("", target)  # a receipt that cannot be written is an error before anything is gone
        try:
            if also:
                leftovers.claim(store, person, alike)
            gone = store.forget(name)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        write_text(to_json(gone.receipt), target)
    say(
        f"Forgot {person.name}: {counted(gone.faces, 'face')} and {counted(gone.templates, 'template')} removed. "
        f"Receipt: {target}"
    )
    if alike and not also:
        complain(
            f"{counted(len(alike), 'face')} of nobody may be the same person and stay: numbers "
            f"{', '.join(map(str, alike[:20]))}. Forgetting with --also-alike removes such faces."
        )
    for place, clean in gone.receipt.cleaned.items():
        if not clean:
            complain(
                f"not clean yet: {place}; `mien gallery sweep` cleans it once nobody else uses the gallery."
            )


def free_name(path: Path) -> Path:
    """The path, or the first one like it with a number that is not taken."""
    number = 2
    free = path
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free
