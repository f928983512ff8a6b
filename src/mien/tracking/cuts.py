"""Where one shot of a film ends and the next begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.types import Image

THUMBNAIL = (32, 18)  # pixels, width and height
CELLS = 8  # of each colour channel's histogram
OTHER_COLOURS = 0.25  # half the L1 distance of the histograms, in [0, 1]
OTHER_PICTURE = 25.0  # mean absolute difference of the thumbnails, grey levels


class Cuts:
    """Told one frame after the other, says which begins a new shot.

    That is one whose picture differs and whose colours do too, or whose picture differs altogether.
    """

    def __init__(self) -> None:
        self._last: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None = None

    def is_cut(self, image: Image) -> bool:
        """Whether this frame follows a cut; the first frame does not."""
        import cv2

        small = np.asarray(cv2.resize(image, THUMBNAIL, interpolation=cv2.INTER_AREA), np.float32)
        counts = [np.histogram(small[..., c], CELLS, (0, 256))[0] for c in range(3)]
        colours = np.asarray(np.concatenate(counts) / (3 * small[..., 0].size), np.float32)
        last, self._last = self._last, (small, colours)
        if last is None:
            return False
        moved = float(np.abs(small - last[0]).mean())
        recoloured = float(np.abs(colours - last[1]).sum()) / 2
        repainted = moved > OTHER_PICTURE and recoloured > OTHER_COLOURS
        return repainted or moved > 2 * OTHER_PICTURE
