"""`mien enroll`: photographs of a person into the gallery."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.galleries import GalleryOption
from mien.cli.output import counted, say
from mien.cli.progress import progress
from mien.errors import MediaError, NoFaceFound

EPILOG = """
Examples:

\b
  mien enroll "Grace Hopper" grace/*.jpg
  mien enroll "Grace Hopper" grace/ --gallery family.mien

Two or three photographs taken on different days recognise a person much better than one. Adding more later
is fine; a photograph that is enrolled already is not added twice.

Exit codes: 0 a photograph was enrolled, 1 none was, 2 an error.
"""


def enroll(
    name: Annotated[str, typer.Argument(help="The person's name, in any script.", show_default=False)],
    files: Annotated[
        list[Path],
        typer.Argument(help="Photographs, or folders of them, of this person.", show_default=False),
    ],
    gallery: GalleryOption = None,
    accept_poor: Annotated[
        bool, typer.Option("--accept-poor", help="Enrol small, blurred or covered faces too.")
    ] = False,
) -> None:
    """Add photographs of a person to the gallery.

    In each, the person's face must be the only one or clearly the largest. What was not enrolled is listed
    with the reason.
    """
    import mien

    photographs, videos = photographs_and_videos(mien.find_media(files))
    accepted: tuple[str, ...] = ()
    with mien.open(gallery) as people:
        pictures = progress(photographs, "enrolling", len(photographs))
        try:
            enrolment = people.enroll(name, pictures, accept_poor=accept_poor)
            accepted, rejected = enrolment.accepted, enrolment.rejected
        except NoFaceFound as error:
            rejected = error.rejected
        for source in accepted:
            say(f"enrolled      {source}")
        for source, reason in (*rejected, *videos):
            say(f"not enrolled  {source}: {reason.removeprefix(f'{source}: ')}")
        if not accepted:
            say(
                f"{name} was not enrolled: none of {counted(len(photographs) + len(videos), 'file')} could be used."
            )
            raise typer.Exit(1)
        person, size = enrolment.person, counted(people.info().people, "person", "people")
        say(f"{person.name} has {counted(person.faces, 'photograph')} in a gallery of {size}.")


def photographs_and_videos(paths: Iterable[Path]) -> tuple[list[Path], list[tuple[str, str]]]:
    """What to try to enrol, and the videos with the reason why not."""
    photographs, videos = [], []
    for path in paths:
        if video(path):
            videos.append(
                (str(path), "is a video; enrolling needs photographs, such as frames saved from it")
            )
        else:
            photographs.append(path)
    return photographs, videos


def video(path: Path) -> bool:
    """Whether the file is a video; a file that cannot be read is none, and is told of when it is enrolled."""
    from mien.media import is_video

    try:
        return is_video(path)
    except MediaError:
        return False
