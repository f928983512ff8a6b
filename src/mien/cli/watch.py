"""`mien watch`: who comes and goes before a camera?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.galleries import GalleryOption, existing
from mien.cli.output import clock, complain, counted, say

if TYPE_CHECKING:
    from mien.gallery import Gallery
    from mien.media import Camera

EPILOG = """
Examples:

\b
  mien watch 0                              the first camera of this machine
  mien watch rtsp://door.local/main
  mien watch http://door.local/stream --seconds 60
  mien watch clip.mp4                       a file, played as if it were live

Ctrl-C ends it. The newest frame is looked at, always: where this machine is slower than the camera, frames
are dropped, and how many is told at the end. A stream that breaks is connected to again.

Exit codes: 0 it ended, also with Ctrl-C; 2 an error, such as a camera that is not there.
"""


def watch(
    source: Annotated[
        str, typer.Argument(help="Number of a camera, address of a stream, or a file.", show_default=False)
    ],
    gallery: GalleryOption = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0, metavar="N", help="End after this time. Default: never.", show_default=False),
    ] = None,
) -> None:
    """Say who appears before a camera and who leaves.

    Each line has the time since the beginning.
    """
    import mien
    from mien.media import open_camera

    with mien.open(existing(gallery)) as people, open_camera(source) as camera:
        with contextlib.suppress(KeyboardInterrupt):
            follow(people, camera, seconds)
        complain(f"{counted(camera.dropped, 'frame')} dropped, {counted(camera.reconnects, 'reconnection')}.")


def follow(people: Gallery, camera: Camera, seconds: float | None) -> None:
    """Print a line for everybody who appears or leaves, until the camera ends or the time is over."""
    import mien

    for view in mien.watch(people, camera):
        for who, time in view.arrived:
            say(f"{clock(time)}  {who} appears")
        for who, time in view.left:
            say(f"{clock(time)}  {who} leaves")
        if seconds is not None and view.frame.time >= seconds:
            return
