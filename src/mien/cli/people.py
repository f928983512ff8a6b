"""`mien people`: who is in the gallery."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.galleries import GalleryOption, existing, open_store
from mien.cli.output import complain, counted, day, say, show_help, shown, table
from mien.home import default_gallery

EPILOG = """
Examples:

\b
  mien people list
  mien people show "Grace Hopper"
  mien people rename "Grace" "Grace Hopper" --gallery family.mien
  mien people forget "Grace Hopper" --yes

Forgetting removes the faces and templates from the gallery's file, also from its free space and logs. The
photographs themselves are not Mien's and stay where they are.
"""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.", show_default=False)]

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="List, show, rename and forget people.",
    epilog=EPILOG,
)


@app.command("list")
def list_people(gallery: GalleryOption = None) -> None:
    """List everybody in the gallery."""
    path = gallery or default_gallery()
    people = []
    if path.exists():
        with open_store(gallery) as store:
            people = store.people()
    if not people:
        option = f" --gallery {path}" if gallery else ""
        say(f"Nobody is enrolled in {path}. To enrol somebody: mien enroll NAME PHOTOGRAPHS...{option}")
        return
    table(
        ("name", "photographs", "enrolled", "last changed"),
        [(p.name, str(p.faces), day(p.created), day(p.updated)) for p in people],
    )


@app.command("show")
def show(name: Name, gallery: GalleryOption = None) -> None:
    """Show what is enrolled of a person."""
    with open_store(gallery) as store:
        person, faces = store.person(name), store.faces(name)
        models = ", ".join(f"{model.name} {model.version}" for model in store.info().models)
    say(person.name)
    say(f"  gallery   {existing(gallery)}")
    say(f"  enrolled  {day(person.created)}, last changed {day(person.updated)}")
    say(f"  models    {models or 'none'}")
    table(
        ("photograph", "quality", "issues", "face", "enrolled"),
        [
            (
                face.source,
                f"{face.quality:.2f}",
                ", ".join(face.issues) or "none",
                f"{face.box[2] - face.box[0]:.0f} x {face.box[3] - face.box[1]:.0f} pixels",
                day(face.enrolled),
            )
            for face in faces
        ],
    )


@app.command("rename")
def rename(
    old: Annotated[str, typer.Argument(help="The name now.", show_default=False)],
    new: Annotated[str, typer.Argument(help="The name from now on.", show_default=False)],
    gallery: GalleryOption = None,
) -> None:
    """Give a person another name."""
    with open_store(gallery) as store:
        person = store.rename(old, new)
    say(f"{old} is now called {person.name}.")


@app.command("forget")
def forget(
    name: Name,
    gallery: GalleryOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a person with every face and template, for good."""
    with open_store(gallery) as store:
        person = store.person(name)
        question = (
            f"Remove {person.name} with {counted(person.faces, 'face')} from {existing(gallery)} for good?"
        )
        if not yes and not typer.confirm(shown(question)):
            say("Nothing was removed.")
            raise typer.Exit(1)
        gone = store.forget(name)
    say(
        f"Forgot {person.name}: {counted(gone.faces, 'face')} and {counted(gone.templates, 'template')} removed."
    )
    if not gone.cleaned:
        complain("another program has the gallery open: its log is cleaned when that program closes it.")
