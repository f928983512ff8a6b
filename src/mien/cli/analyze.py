"""`mien analyze`: everything that can be measured of the people in these files, on one timeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.galleries import existing
from mien.cli.output import complain, counted, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.analyze import Progress
    from mien.features.voice.words import Recogniser as Listener

EPILOG = """
Examples:

\b
  mien models add emotion landmarks pose hands voice     once: the networks that are not there by default
  mien analyze interview.mp4 --with emotion,landmarks,voice -o interview.parquet
  mien analyze day1.mp4 day2.mp4 --people family.mien --with emotion -o both.parquet
  mien analyze interview.mp4 --with words --words-model whisper-tiny/
  mien analyze long.mp4 --with landmarks,pose,hands --budget 25

\b
What can be asked for, separated by commas:
  emotion     seven expressions of each face, and when somebody smiles
  landmarks   478 points of each face, openings of eyes and mouth, brows, the head's pose
  pose        33 points of each body
  hands       21 points of each hand, and the pose
  pulse       heart rate from the skin's colour
  scene       brightness, contrast, colourfulness, sharpness, shots
  voice       speech and pauses, pitch, energy, rate
  words       what is said, with the time of each word
Faces, tracks and who is who are there always.

What was computed is kept in the feature cache (mien features): after a kill the same command goes on where it was,
and what was measured before is not measured again. Look at the result with mien timeline.

Exit codes: 0 done; 2 an error; 130 interrupted.
"""


def analyze(
    paths: Annotated[
        list[Path], typer.Argument(help="Videos, recordings, images, or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The timeline. Default: the first file's name with .parquet, in this folder.",
            show_default=False,
        ),
    ] = None,
    measures: Annotated[
        str, typer.Option("--with", metavar="WHAT", help="What to measure, separated by commas; see below.")
    ] = "emotion",
    people: Annotated[
        str | None,
        typer.Option(
            metavar="GALLERY",
            help="A gallery's file or address, so that lanes have names.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="FPS",
            help="Keep to so many frames a second: hands, pose, mesh and emotion are then measured on fewer frames.",
            show_default=False,
        ),
    ] = None,
    words_model: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A Whisper model in the form of CTranslate2, for words.",
            show_default=False,
        ),
    ] = None,
    case: Annotated[
        str, typer.Option(metavar="TEXT", help="Why you search the gallery, for its log.", show_default=False)
    ] = "",
) -> None:
    """Measure people in videos over time: who, when, how."""
    import mien
    from mien.batch import one_core_each

    asked = [name.strip() for name in measures.split(",") if name.strip()]
    with ExitStack() as stack:
        gallery = stack.enter_context(mien.open(existing(people), case=case)) if people else None
        files = [
            path for place in paths for path in (mien.find_media([place]) if place.is_dir() else [place])
        ]
        target = out or Path(f"{files[0].stem}.parquet" if files else "timeline.parquet")
        stack.enter_context(one_core_each())
        told = stack.enter_context(bar())
        timeline = mien.analyze_files(
            files,
            target,
            measures=asked,
            people=gallery,
            budget=budget,
            listener=listener(words_model) if "words" in asked else None,
            progress=told,
        )
    for row in timeline.media.to_pylist():
        for note in row["notes"]:
            complain(note)
    tracks = timeline.tracks
    lanes = len(set(tracks["lane"].to_pylist()))
    say(
        f"{counted(lanes, 'person', 'people')} in {counted(len(tracks), 'track')}, "
        f"{counted(len(timeline.segments), 'segment')}, {counted(len(timeline.samples), 'table')} of samples: {target}"
    )
    say(f"To look at it: mien timeline show {target}")


def listener(folder: Path | None) -> Listener:
    """What turns speech to words."""
    from mien.errors import ArgumentError
    from mien.features.voice.whisper import Whisper

    if folder is None:
        raise ArgumentError("For words, --words-model FOLDER names a Whisper model that is on this machine.")
    return Whisper(folder)


@contextmanager
def bar() -> Iterator[Callable[[Progress], None]]:
    """A progress bar on stderr, where that is a terminal; what is called after each chunk."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as shown:
        tasks: dict[tuple[Path, str], TaskID] = {}

        def told(one: Progress) -> None:
            key = one.path, one.stage
            if key not in tasks:
                tasks[key] = shown.add_task(f"{one.path.name}: {one.stage}", total=one.duration)
            shown.update(tasks[key], completed=one.seconds)

        yield told
