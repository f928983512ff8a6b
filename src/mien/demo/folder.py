"""The demo on the user's own photographs: sub-folders are people, a flat folder is looked through in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mien.demo.packaged import shown
from mien.demo.steps import UNKNOWN, Check, Picture, Step, judge
from mien.errors import MediaNotFound, MienError, NoFaceFound
from mien.gallery import Gallery
from mien.gallery.stores.records import clean_name
from mien.media import find_media, is_video, read_image
from mien.types import Answer, Faces, Image

PICTURES = 60  # that are shown on the page; the table tells of all


def steps(people: Gallery, photos: Path) -> Iterator[Step]:
    """The steps, each when it is done.

    Raises MediaNotFound where there is no such folder, or no photographs in it.
    """
    if not photos.is_dir():
        raise MediaNotFound(
            f"{photos}: is no folder; expected one with photographs, or with a folder for each person."
        )
    named = {clean_name(folder.name): found for folder in _folders(photos) if (found := _stills([folder]))}
    loose = _stills([photos], recursive=False)
    if named:
        yield enrolling(people, named)
        known = {person.name for person in people.people()}
        yield testing(people, {n: files[-1] for n, files in named.items() if n in known and len(files) > 1})
        if loose:
            yield looking(people, loose)
    elif loose:
        yield browsing(people, loose)
    else:
        raise MediaNotFound(
            f"{photos}: has no photographs; expected some (JPEG, PNG, HEIC, WebP, ...), or a folder with some "
            "for each person."
        )


def enrolling(people: Gallery, named: dict[str, list[Path]]) -> Step:
    """All photographs but the last of each person are enrolled; the only one where there is one."""
    checks = []
    for name, files in named.items():
        given = files[:-1] or files
        held = "1 held out" if len(files) > 1 else "none held out: at least 2 are needed to test"
        try:
            done = people.enroll(name, given)
            accepted, rejected = len(done.accepted), done.rejected
        except NoFaceFound as error:
            accepted, rejected = 0, error.rejected
        told = f"{accepted} of {len(given)} enrolled"
        reasons = [f"{Path(file).name}: {why.removeprefix(f'{file}: ')}" for file, why in rejected]
        checks.append(Check(name, UNKNOWN, told, None, reason="; ".join([held, *reasons])))
    about = "Each folder is one person. All photographs but the last of each are enrolled, the last is for the test."
    return Step("Enrol", about, tuple(checks))


def testing(people: Gallery, held: dict[str, Path]) -> Step:
    """The held-out photographs are identified."""
    asked = [_identified(people, path, name) for name, path in held.items()]
    told = (
        "The last photograph of each person, which was not enrolled. With so few photographs this is a try, no "
        "measurement: one more or one less right answer means little."
    )
    return _step("Who is in the photographs that were held out?", told, asked)


def looking(people: Gallery, loose: list[Path]) -> Step:
    """Photographs of whoever: answers, with nothing to compare them with."""
    asked = [_identified(people, path, UNKNOWN) for path in loose]
    return _step(
        "Who is in the others?", "Photographs beside the folders; who is in them was not said.", asked
    )


def browsing(people: Gallery, loose: list[Path]) -> Step:
    """A flat folder: whoever is new and alone in a picture is enrolled under its file name and looked for after."""
    asked = []
    for path in loose:
        check, marked = _identified(people, path, UNKNOWN)
        if check.answered == str(Answer.NO_MATCH):
            try:
                people.enroll(path.stem, path)
                check = Check(check.what, UNKNOWN, f"new: enrolled as {path.stem}", None)
            except NoFaceFound as error:
                check = Check(check.what, UNKNOWN, check.answered, None, reason=error.rejected[0][1])
        asked.append((check, marked))
    told = (
        "Who is who was not said, so the photographs are looked through in order: somebody who is new and alone in a "
        "picture is enrolled under its file name, and looked for in those that follow."
    )
    return _step("Who is seen again?", told, asked)


def _identified(people: Gallery, path: Path, expected: str) -> tuple[Check, Image | None]:
    """The answer for one file, whatever is wrong with it."""
    try:
        image = read_image(path)
        faces = people.identify(image)
    except MienError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Check(path.name, expected, "not read", None, reason=reason), None
    check = judge(path.name, expected, faces if expected == UNKNOWN else _meant(faces, expected))
    return check, shown(image, faces)


def _meant(faces: Faces, expected: str) -> Faces:
    """The face that a photograph of a person shows: whoever got that name, or else the largest."""
    assert faces.names is not None
    named = faces[[i for i, name in enumerate(faces.names) if name == expected][:1]]
    return named if len(named) else faces.largest()


def _step(title: str, told: str, asked: list[tuple[Check, Image | None]]) -> Step:
    pictures = [
        Picture(f"{check.what}: {check.answered}", image, check.ok)
        for check, image in asked
        if image is not None
    ]
    if len(pictures) > PICTURES:
        told += f" The first {PICTURES} of {len(pictures)} pictures are shown."
    return Step(title, told, tuple(check for check, _ in asked), tuple(pictures[:PICTURES]))


def _folders(photos: Path) -> list[Path]:
    return sorted(path for path in photos.iterdir() if path.is_dir() and not path.name.startswith("."))


def _stills(paths: list[Path], *, recursive: bool = True) -> list[Path]:
    return [path for path in find_media(paths, recursive=recursive) if not is_video(path)]
