"""Writes annotated copies of what was identified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.output import clock
from mien.errors import MediaError

if TYPE_CHECKING:
    from mien.analyze import Appearance
    from mien.batch import FileResult
    from mien.types import Image


class Saver:
    """Writes pictures into a folder, under names that no original has: party.jpg becomes party-faces.jpg."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0
        self._taken: Counter[str] = Counter()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MediaError(f"{folder}: the folder cannot be made ({error.strerror}).") from error

    def owns(self, path: Path) -> bool:
        """Whether the file is in the folder, and so not one to identify."""
        return self.folder.resolve() in path.resolve().parents

    def save(self, result: FileResult) -> None:
        """Write the annotated picture of a still; of a video each person's best frame, and all on one sheet."""
        import mien

        if result.faces is not None:
            picture = mien.annotate(mien.read_image(result.path), result.faces)
            self._write(picture, f"{result.path.stem}-faces")
        elif result.video is not None and result.video.appearances:
            self._best_frames(result.path, result.video.appearances)
            self._sheet(result.path.stem, result.video.appearances)

    def _best_frames(self, path: Path, appearances: Sequence[Appearance]) -> None:
        """Read the video again up to the last best look: only one frame of it is ever in memory."""
        import mien

        waiting = sorted(enumerate(appearances, 1), key=lambda one: -one[1].time)
        for frame in mien.read_frames(path):
            while waiting and frame.time >= waiting[-1][1].time:
                number, one = waiting.pop()
                self._write(mien.annotate(frame.image, one.face), f"{path.stem}-person-{number}")
            if not waiting:
                break

    def _sheet(self, stem: str, appearances: Sequence[Appearance]) -> None:
        from mien.draw import contact_sheet, label_of

        captions = [f"{label_of(one.face, 0)}, {clock(one.time)}" for one in appearances]
        self._write(contact_sheet([one.portrait for one in appearances], captions), f"{stem}-people")

    def _write(self, image: Image, stem: str) -> None:
        """Write a picture; files of the same name in different folders are numbered."""
        from mien.media import write_image

        self._taken[stem] += 1
        number = f"-{self._taken[stem]}" if self._taken[stem] > 1 else ""
        write_image(self.folder / f"{stem}{number}.jpg", image)
        self.written += 1
