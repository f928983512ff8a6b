"""`mien people`: who is in the gallery, and repairs of who is who."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.galleries import GalleryOption, existing, open_store, told
from mien.cli.names import read_names
from mien.cli.output import counted, day, say, show_help, table
from mien.errors import ArgumentError
from mien.home import default_gallery

EPILOG = """
Examples:

\b
  mien people list
  mien people show "Grace Hopper"
  mien people name group-12 "Grace Hopper"
  mien people merge "Grace Hopper" group-31 "Gracie"
  mien people split "Grace Hopper" 207 208          faces of one other person
  mien people reject "Grace Hopper" 311             not this person, and never again
  mien people undo

Faces are named by their numbers, which `show` and the contact sheet of `mien cluster` tell. What is said here
holds for good, through every later grouping, until it is undone. To remove a person: mien forget NAME
"""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.", show_default=False)]
Who = Annotated[str, typer.Argument(help="The person or group.", show_default=False)]
FaceNumbers = Annotated[list[int], typer.Argument(help="Numbers of the faces.", show_default=False)]

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="List, show, name, merge and split people, and undo it.",
    epilog=EPILOG,
)


@app.command("list")
def list_people(gallery: GalleryOption = None) -> None:
    """List everybody in the gallery."""
    place = gallery or str(default_gallery())
    people, groups = [], []
    if "://" in place or Path(place).exists():
        with open_store(gallery) as store:
            people, groups = store.people(), store.groups()
    if not people:
        option = f" --gallery {told(place)}" if gallery else ""
        say(
            f"Nobody is enrolled in {told(place)}. To enrol somebody: mien enroll NAME PHOTOGRAPHS...{option}"
        )
    else:
        table(
            ("name", "photographs", "not confirmed", "enrolled", "last changed"),
            [(p.name, str(p.faces), str(p.found or ""), day(p.created), day(p.updated)) for p in people],
        )
    if groups:
        faces = sum(one.faces + one.found for one in groups)
        say(f"{counted(len(groups), 'group')} without a name, of {counted(faces, 'face')}: mien cluster")


@app.command("show")
def show(name: Name, gallery: GalleryOption = None) -> None:
    """Show what is enrolled of a person."""
    with open_store(gallery) as store:
        person, faces = store.person(name), store.faces(name)
        models = ", ".join(f"{model.name} {model.version}" for model in store.info().models)
        consents = store.consents(name)
    say(person.name)
    say(f"  gallery   {told(existing(gallery))}")
    say(f"  enrolled  {day(person.created)}, last changed {day(person.updated)}")
    say(f"  models    {models or 'none'}")
    for consent in consents:
        end = f", withdrawn {day(consent.withdrawn)}" if consent.withdrawn else ""
        until = f" until {day(consent.expires)}" if consent.expires else ""
        given = day(consent.given) if consent.given else ""
        say(f"  consent   {consent.version}, {given}{until}{end}: {consent.proof}")
    table(
        ("face", "photograph", "quality", "issues", "size", "enrolled", ""),
        [
            (
                str(face.id),
                face.source,
                f"{face.quality:.2f}",
                ", ".join(face.issues) or "none",
                f"{face.box[2] - face.box[0]:.0f} x {face.box[3] - face.box[1]:.0f} pixels",
                day(face.enrolled),
                "" if face.confirmed else "not confirmed",
            )
            for face in faces
        ],
    )


@app.command("name")
def name(
    who: Annotated[
        str | None, typer.Argument(help="A person's name, or a group such as group-12.", show_default=False)
    ] = None,
    new: Annotated[str | None, typer.Argument(help="The name from now on.", show_default=False)] = None,
    table_of_names: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="The table of `mien cluster`, filled in.", show_default=False
        ),
    ] = None,
    gallery: GalleryOption = None,
) -> None:
    """Give a person or a group a name, or several groups theirs; the faces of a group are confirmed by that."""
    from mien.gallery import repair

    if table_of_names and not who:
        pairs = read_names(table_of_names)
    elif who and new and not table_of_names:
        pairs = [(who, new)]
    else:
        raise ArgumentError("Either WHO and NEW are needed, or --from FILE.")
    with open_store(gallery) as store:
        for old, called in pairs:
            taken = {person.name for person in store.people()}
            if table_of_names and called in taken:  # two groups given one name are one person
                repair.merge(store, called, [old])
                say(f"{old} was merged with {called}.")
            else:
                say(f"{old} is now called {repair.name(store, old, called).name}.")


@app.command("merge")
def merge(
    into: Annotated[str, typer.Argument(help="The person or group that stays.", show_default=False)],
    others: Annotated[list[str], typer.Argument(help="Who is the same person.", show_default=False)],
    gallery: GalleryOption = None,
) -> None:
    """Make one person of several; all their faces are confirmed to be of that person."""
    from mien.gallery import repair

    with open_store(gallery) as store:
        step = repair.merge(store, into, others)
        person = store.person(into)
    say(f"{person.name} now has {counted(person.faces, 'face')}. To undo: mien people undo {step}")


@app.command("split")
def split(
    who: Who,
    faces: FaceNumbers,
    gallery: GalleryOption = None,
) -> None:
    """Take faces out that are one other person: they become a group of their own."""
    from mien.gallery import repair

    with open_store(gallery) as store:
        new = repair.split(store, who, faces)
    say(
        f"{counted(new.faces, 'face')} of {who} are now {new.name}. To name it: mien people name {new.name} NAME"
    )


@app.command("reject")
def reject(
    who: Who,
    faces: FaceNumbers,
    gallery: GalleryOption = None,
) -> None:
    """Say that faces are not this person; they never will be again, and faces like them are no match."""
    from mien.gallery import repair

    with open_store(gallery) as store:
        step = repair.reject(store, who, faces)
    say(f"{counted(len(set(faces)), 'face')} no longer {who}. To undo: mien people undo {step}")


@app.command("same")
def same(
    faces: Annotated[list[int], typer.Argument(help="Numbers of two faces or more.", show_default=False)],
    gallery: GalleryOption = None,
) -> None:
    """Say that faces are of one person, for good."""
    from mien.gallery import repair

    with open_store(gallery) as store:
        for face in faces[1:]:
            repair.same(store, faces[0], face)
        owner = store.faces_by_id([faces[0]])[faces[0]].person_id
        person = store.people_by_id([owner or 0])[owner or 0]
    say(f"{counted(len(faces), 'face')} are {person.name}.")


@app.command("apart")
def apart(
    a: Annotated[int, typer.Argument(help="Number of a face.", show_default=False)],
    b: Annotated[int, typer.Argument(help="Number of a face of somebody else.", show_default=False)],
    gallery: GalleryOption = None,
) -> None:
    """Say that two faces are of different people, for good."""
    from mien.gallery import repair

    with open_store(gallery) as store:
        step = repair.apart(store, a, b)
    say(f"The faces {a} and {b} stay apart. To undo: mien people undo {step}")


@app.command("undo")
def undo(
    step: Annotated[
        int | None, typer.Argument(help="Number of a step. Default: the last one.", show_default=False)
    ] = None,
    gallery: GalleryOption = None,
) -> None:
    """Take back a repair."""
    from mien.gallery import repair

    with open_store(gallery) as store:
        done = store.step(repair.undo(store, step))
    say(f"Step {done.undoes} was undone.")


@app.command("history")
def history(
    gallery: GalleryOption = None,
    last: Annotated[int, typer.Option(min=1, metavar="N", help="How many steps.")] = 20,
) -> None:
    """List repairs, the newest first."""
    with open_store(gallery) as store:
        steps = store.steps(last=last)
        undone = {step.undoes for step in store.steps(last=100_000)}
    table(
        ("step", "when", "who", "what", ""),
        [
            (
                str(step.number),
                day(step.time) if step.time else "",
                step.actor,
                step.action + (f" {step.undoes}" if step.undoes else ""),
                "undone" if step.number in undone else "",
            )
            for step in steps
        ],
    )


@app.command("consent")
def consent(
    who: Name,
    version: Annotated[str, typer.Option(help="Which text was agreed to.", show_default=False)],
    proof: Annotated[str, typer.Option(help="What proves it, such as a file's name.", show_default=False)],
    expires: Annotated[
        datetime | None, typer.Option(help="When it ends.", formats=["%Y-%m-%d"], show_default=False)
    ] = None,
    gallery: GalleryOption = None,
) -> None:
    """Note that a person agreed to be enrolled."""
    from mien.gallery.stores.records import Consent

    until = expires.replace(tzinfo=UTC) if expires else None
    with open_store(gallery) as store:
        store.give_consent(who, Consent(version, proof, expires=until))
    say(f"Noted the consent of {who} to {version}.")


@app.command("withdraw")
def withdraw(who: Name, gallery: GalleryOption = None) -> None:
    """Note that a person no longer agrees."""
    with open_store(gallery) as store:
        store.withdraw_consent(who)
        swept = store.sweep()
    say(
        f"Noted that {who} withdrew."
        + (f" {counted(len(swept), 'person', 'people')} forgotten." if swept else "")
    )
