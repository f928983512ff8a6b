"""How far a run is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Progress:
    """stage: "pictures" or "sound". seconds: of the medium, that are done; duration: of it, if declared."""

    path: Path
    stage: str
    seconds: float
    duration: float | None
