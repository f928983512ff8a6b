"""`mien timeline plot`, `export` and `import`: a timeline as a figure, for other programs, and back from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import complain, counted, say
from mien.cli.timelines import TimelineFile, load
from mien.errors import ArgumentError

if TYPE_CHECKING:
    from mien.timeline import Timeline

FIGURES = (".png", ".pdf", ".svg")
VIDEO = ("link", "embed", "none")

PLOT = """
Examples:

\b
  mien timeline plot interview.parquet -o interview.png
  mien timeline plot interview.parquet -o smile.pdf --measure emotion.happy --from 12 --to 20
"""
EXPORT = """
Examples:

\b
  mien timeline export interview.parquet --to html           a page to look through it, in any browser
  mien timeline export interview.parquet --to eaf,csv -o for-the-coders/
  mien timeline export interview.parquet --to html --video embed

Formats: eaf (ELAN), csv, vtt (WebVTT), json, textgrid (Praat), labelstudio, rerun, html. The page of html plays the
media from where they are, if they are still there; with --video embed it carries them (64 MiB at most).
"""
IMPORT = """
Examples:

\b
  mien timeline import corrected.eaf
  mien timeline import coder-a.eaf coder-b.TextGrid -o coders.parquet
  mien timeline import pyfeat.csv --rate 25

Reads Parquet, JSON and CSV as Mien writes them, ELAN (EAF), Praat (TextGrid), tables of segments with a header,
transcripts (WebVTT, SubRip, Whisper's JSON), and what py-feat, OpenFace, iMotions and Affectiva recorded.
What annotators said stays marked as theirs.
"""


def plot(
    file: TimelineFile,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="A .png, .pdf or .svg file.", show_default=False),
    ],
    measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAMILY.NAME",
            help="A curve to draw; may be given again. Default: the first ones.",
            show_default=False,
        ),
    ] = None,
    medium: Annotated[int, typer.Option(metavar="N", help="Which medium, from 0.")] = 0,
    start: Annotated[float, typer.Option("--from", metavar="SECONDS", help="Where the figure begins.")] = 0.0,
    end: Annotated[
        float | None,
        typer.Option(
            "--to", metavar="SECONDS", help="Where it ends. Default: at the end.", show_default=False
        ),
    ] = None,
) -> None:
    """Draw people, segments and curves into a picture."""
    if out.suffix.lower() not in FIGURES:
        raise ArgumentError(f"{out}: figures are written as {', '.join(FIGURES)}; give the file such a name.")
    timeline = load(file)

    from mien.timeline import plot as plots

    made = plots.figure(timeline, measure, medium=medium, start=start, end=end)
    plots.save(made, out)
    say(f"Wrote {out}.")


def export(
    file: TimelineFile,
    to: Annotated[
        str, typer.Option(metavar="FORMATS", help="One or several, as eaf,csv,html.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Default: beside the file.", show_default=False),
    ] = None,
    video: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="How a page plays the media: link, embed or none. Default: link, if they are there.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a timeline for other programs, or as a page to look through."""
    timeline = load(file)

    from mien.timeline import exports, report

    kinds = [one.strip().lower() for one in to.split(",")]
    suffixes = exports.SUFFIXES | {"html": ".html"}
    if unknown := [one for one in kinds if one not in suffixes]:
        raise ArgumentError(
            f"--to {', '.join(unknown)}: expected some of {', '.join(suffixes)}, with commas between."
        )
    folder = file.parent if out is None else out
    targets = {one: folder / f"{file.stem}{suffixes[one]}" for one in kinds}
    if file.resolve() in [target.resolve() for target in targets.values()]:
        raise ArgumentError(f"{file}: would be overwritten; give another folder with -o.")
    how = chosen_video(timeline, video) if "html" in targets else None
    make_folder(folder)
    for one, target in targets.items():
        if one == "html":
            report.write(timeline, target, video=how)
            written = [target]
        else:
            written = exports.write(timeline, target, one)
        say(f"Wrote {', '.join(map(str, written))}.")


def chosen_video(timeline: Timeline, video: str | None) -> str | None:
    """How the page plays the media; portraits stand in for those that are gone, which is told."""
    if video not in (None, *VIDEO):
        raise ArgumentError(f"--video {video}: expected {', '.join(VIDEO)}.")
    if video is not None:
        return None if video == "none" else video
    gone = [path for path in timeline.media.column("path").to_pylist() if not Path(path).is_file()]
    if gone:
        complain(f"warning: {gone[0]} is not there, so the page shows portraits and plays nothing.")
    return None if gone else "link"


def make_folder(folder: Path) -> None:
    """Make the folder for results, if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"{folder}: the folder cannot be made ({error.strerror}).") from error


def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="What annotators or other tools wrote.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The timeline to write, a .parquet file. Default: beside the first file, by its name.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="FPS",
            help="Frames a second, for tables that number frames and tell no times, as py-feat's.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make a timeline of what annotators and other tools wrote."""
    if out is None:
        out = files[0].with_suffix(".parquet")
        if out.exists():
            raise ArgumentError(f"{out}: is there already; give the name of another file with -o.")
    if out.suffix.lower() != ".parquet":
        raise ArgumentError(f"{out}: a timeline's file ends in .parquet; give it such a name.")
    if out.resolve() in [file.resolve() for file in files]:
        raise ArgumentError(f"{out}: would be overwritten; give another file with -o.")
    timelines = [load(file, rate) for file in files]

    from mien.timeline import join, write

    timeline = join.joined(timelines)
    write(timeline, out)
    held = (
        counted(timeline.media.num_rows, "medium", "media"),
        counted(timeline.segments.num_rows, "segment"),
        f"{counted(len(timeline.samples), 'family', 'families')} of measures",
    )
    say(f"Wrote {out}: {', '.join(held)}.")
