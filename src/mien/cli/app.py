"""The command `mien`: which commands it has, and what becomes of their errors."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import mien
from mien.cli import (
    analyze,
    audit,
    cluster,
    demo,
    doctor,
    enroll,
    features,
    forget,
    gallery,
    identify,
    index,
    models,
    people,
    timeline,
    verify,
    watch,
)
from mien.cli.output import complain, show_help

EPILOG = """
Begin with:

\b
  mien enroll "Grace Hopper" grace/*.jpg    who is who
  mien identify party.jpg holiday/ clip.mp4 who is there
  mien analyze talk.mp4 --with emotion      who is how, and when
  mien cluster photos/                      who is the same, of people nobody enrolled
  mien demo                                 or watch it work first

Exit codes: 0 done; 1 done, but the answer is no (nobody enrolled, no file readable, something broken);
2 an error, told in one line on stderr; 130 interrupted. `verify` has its own, see its help.

\b
Environment:
  MIEN_HOME     folder for the default gallery and for models (default: ~/.mien)
  MIEN_GALLERY  the gallery to use where --gallery is not given
  MIEN_KEY      where the key of a sealed gallery is: file:PATH, env:NAME or keyring:SERVICE
  MIEN_MODELS   folder with copies of model files, looked in first

Licence of the code: Apache-2.0; `mien models list` tells those of the models.
"""


class Commands(TyperGroup):
    """The group of all commands, which tells a user's error in one line."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a `MienError` ends it with exit code 2, all others are not caught."""
        try:
            return super().invoke(ctx)
        except mien.MienError as error:
            if ctx.params["debug"]:
                raise
            complain(str(error))
            raise typer.Exit(2) from error


os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")  # its threads spin, which costs more than they bring

app = typer.Typer(
    name="mien",
    cls=Commands,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
app.command(epilog=enroll.EPILOG)(enroll.enroll)
app.command(epilog=identify.EPILOG)(identify.identify)
app.command(epilog=verify.EPILOG)(verify.verify)
app.command(epilog=watch.EPILOG)(watch.watch)
app.command(epilog=analyze.EPILOG)(analyze.analyze)
app.command(epilog=index.EPILOG)(index.index)
app.command(epilog=cluster.EPILOG)(cluster.cluster)
app.add_typer(people.app, name="people")
app.command(epilog=forget.EPILOG)(forget.forget)
app.add_typer(gallery.app, name="gallery")
app.add_typer(timeline.app, name="timeline")
app.add_typer(audit.app, name="audit")
app.add_typer(features.app, name="features")
app.add_typer(models.app, name="models")
app.command(epilog=doctor.EPILOG)(doctor.doctor)
app.command(epilog=demo.EPILOG)(demo.demo)


def show_version(wanted: bool) -> None:
    """Print the version and end, where it was asked for."""
    if wanted:
        typer.echo(f"mien {mien.__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="Where the key of a sealed gallery is kept.", show_default=False),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """Who is in the picture? Finds faces in images, videos and cameras, and says whose they are."""
    if key:
        os.environ["MIEN_KEY"] = key
    show_help(ctx)


def main() -> None:
    """What runs when `mien` is typed."""
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal cannot show must not end a run
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # it tells of every camera that it does not find
    logging.basicConfig(format="mien: %(message)s", level=logging.WARNING)
    warnings.showwarning = warn
    with contextlib.suppress(BrokenPipeError):
        app()


def warn(message: Warning | str, *where: Any, **more: Any) -> None:
    """Tell a warning in one line, without the place in the code that it comes from."""
    complain(f"warning: {message}")
