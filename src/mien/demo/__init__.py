"""Shows on real faces, within seconds, what Mien does and whether it is right."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import mien
from mien.demo import folder, packaged
from mien.demo.page import HEAD, headline, page, percent
from mien.demo.photographs import SOURCES, STRANGERS
from mien.demo.steps import Check, DemoResult, Step
from mien.gallery import Gallery
from mien.media import write_image

__all__ = ["DemoResult", "run"]


def run(photos: Path | None, out: Path, say: Callable[[str], None]) -> DemoResult:
    """Runs the demo and writes a page with pictures.

    photos: the user's own folder, in which each sub-folder holds photographs of one person, or a folder of
        photographs; None for those that arrive with packages. They are only read.
    out: folder for `index.html`, `clip.mp4` and `pictures/`, made where it does not exist.
    say: called with each line of the report as soon as it is known.

    The gallery is a temporary one. Raises MediaNotFound where the packages, or photographs in the folder, are
    missing; MediaError where `out` cannot be written.
    """
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary, mien.open(Path(temporary, "demo.mien")) as people:
        out.joinpath("pictures").mkdir(parents=True, exist_ok=True)
        play = packaged.steps(people, out) if photos is None else folder.steps(people, photos)
        steps: list[Step] = []
        for step in _timed(play):
            _tell(step, len(steps) + 1, say)
            steps.append(step)
        provenance = _provenance(people, own=photos is not None)
    result = DemoResult(out / "index.html", tuple(steps), time.perf_counter() - begun)
    files = [_write_pictures(step, number, out / "pictures") for number, step in enumerate(steps, 1)]
    result.page.write_text(page(result, files, provenance), "utf-8")
    say(f"{headline(result)}, in {result.seconds:.1f} s.")
    say(f"The page with all pictures: {result.page}")
    return result


def _timed(steps: Iterator[Step]) -> Iterator[Step]:
    """The steps with the seconds that each took."""
    begun = time.perf_counter()
    for step in steps:
        yield replace(step, seconds=time.perf_counter() - begun)
        begun = time.perf_counter()


def _tell(step: Step, number: int, say: Callable[[str], None]) -> None:
    say(f"{number}. {step.title}  ({step.seconds:.1f} s)")
    rows = [HEAD, *map(_cells, step.checks)] if step.checks else []
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        say("   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    say("")


def _cells(check: Check) -> tuple[str, ...]:
    mark = {True: "ok", False: "NOT OK", None: "-"}[check.ok]
    return mark, check.what, check.expected, check.answered, percent(check.probability), check.reason


def _write_pictures(step: Step, number: int, where: Path) -> list[Path]:
    files = [where / f"{number}-{i}.jpg" for i in range(1, len(step.pictures) + 1)]
    for file, picture in zip(files, step.pictures, strict=True):
        write_image(file, picture.image, quality=85)
    return files


def _provenance(people: Gallery, *, own: bool) -> list[str]:
    """Models, threshold and, for the packaged photographs, whose they are."""
    engine = people.engine
    lines = [
        f"{card.title}, version {card.version}, licence {card.licence}"
        for card in (engine.detector.session.card, engine.embedder.card)
    ]
    lines.append(
        f"Allowed share of strangers who are called by a name: {100 * people.fpir:g} %, whatever the gallery's size"
    )
    if not own:
        lines += [source.credit for source in (*SOURCES.values(), STRANGERS)]
    return lines
