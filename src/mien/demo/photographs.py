"""The photographs that the demo runs on: real ones, which arrive inside two packages."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mien.errors import MediaNotFound
from mien.media import read_image
from mien.types import Image

GRACE, EILEEN = "Grace Hopper", "Eileen Collins"


@dataclass(frozen=True)
class Source:
    """A file inside an installed package, and whose photograph it is."""

    module: str
    distribution: str
    file: str
    credit: str

    def path(self) -> Path:
        """Where the file is; the package is located, not imported.

        Raises MediaNotFound, which says what to install, where the package or its data are missing.
        """
        spec = find_spec(self.module)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            if (path := Path(folder, self.file)).is_file():
                return path
        raise MediaNotFound(
            f"The demo's photograph {self.file!r} comes with the package {self.distribution}, which is "
            f"{'installed without it' if spec else 'not installed'}; "
            "run: pip install matplotlib scikit-image (or use your own: mien demo --photos DIR)."
        )


SOURCES = {
    GRACE: Source(
        "matplotlib",
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        "Grace Hopper, 1984: United States Navy, public domain",
    ),
    EILEEN: Source(
        "skimage", "scikit-image", "data/astronaut.png", "Eileen Collins, 1992: NASA, public domain"
    ),
    "cat": Source("skimage", "scikit-image", "data/chelsea.png", "Chelsea the cat: Stéfan van der Walt, CC0"),
    "coffee": Source("skimage", "scikit-image", "data/coffee.png", "A cup of coffee: Rachel Michetti, CC0"),
    "photographer": Source("skimage", "scikit-image", "data/camera.png", "A photographer: Lav Varshney, CC0"),
}
STRANGERS = Source(
    "skimage", "scikit-image", "data/lfw_subset.npy", "Strangers: Labeled Faces in the Wild, 2007"
)


def load() -> dict[str, Image]:
    """All photographs by name, RGB. Raises MediaNotFound as `Source.path`."""
    return {name: read_image(source.path()) for name, source in SOURCES.items()}


def strangers() -> list[Image]:
    """100 faces of unrelated people in scikit-image's sample of LFW: (25, 25, 3), grey, cut out tightly."""
    crops = np.load(STRANGERS.path())[:100]  # (200, 25, 25) in [0, 1]; the others show no faces
    return [np.repeat((crop * 255).astype(np.uint8)[..., None], 3, axis=2) for crop in crops]
