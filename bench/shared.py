"""Where the benches find test data, and where they keep what takes long to compute."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien import models
from mien.home import home

ROOT = Path(__file__).parent.parent


def shared(path: str) -> Path:
    """A file or folder of the test data (`MIEN_SHARED`, by default ../shared); FileNotFoundError where absent."""
    found = Path(os.environ.get("MIEN_SHARED", ROOT.parent / "shared")) / "data" / path
    if not found.exists():
        raise FileNotFoundError(
            f"The test data {path!r} is not there; set MIEN_SHARED to the folder that has it."
        )
    return found


def cached(
    name: str, compute: Callable[[], dict[str, npt.NDArray[np.generic]]]
) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays that compute makes, kept from run to run while weights and code of the face engine are the same."""
    key = hashlib.sha256()
    for path in sorted((ROOT / "src/mien/faces").glob("*.py")):
        key.update(path.read_bytes())
    for model in ("yunet", "sface"):
        key.update(models.card(model).weights.sha256.encode())
    file = home() / "bench" / f"{name}-{key.hexdigest()[:16]}.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, **compute())
    with np.load(file) as arrays:
        return {key: arrays[key] for key in arrays.files}
