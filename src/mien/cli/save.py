"""Writes annotated copies of what was identified."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mien.errors import MediaError

if TYPE_CHECKING:
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
        """Write the annotated picture of a still."""
        import mien

        if result.faces is not None:
            self._write(
                mien.annotate(mien.read_image(result.path), result.faces), f"{result.path.stem}-faces"
            )

    def _write(self, image: Image, stem: str) -> None:
        """Write a picture; files of the same name in different folders are numbered."""
        from mien.media import write_image

        self._taken[stem] += 1
        number = f"-{self._taken[stem]}" if self._taken[stem] > 1 else ""
        write_image(self.folder / f"{stem}{number}.jpg", image)
        self.written += 1
