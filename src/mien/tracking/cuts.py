"""Where one shot of a film ends and the next begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.types import Floats, Image

THUMBNAIL = (32, 18)  # pixels, width and height
BLUR = 1.5  # pixels of the thumbnail; what moves by less than that changes little
FLAT = 1.5  # standard deviation of the blurred thumbnail, grey levels; less is noise
CELLS = 8  # of each colour channel's histogram
OTHER_PICTURE = 25.0  # mean absolute difference of the thumbnails, grey levels
OTHER_COLOURS = 0.25  # half the L1 distance of the histograms, in [0, 1]
# Correlation of the thumbnails' grey values, which brightness does not change. In a pan by half a picture a second
# it falls to 0.66 from one look to the next; 4 of 5 pairs of unrelated portraits have less than this.
OTHER_ARRANGEMENT = 0.5


class Cuts:
    """Told one frame after the other, says which begins a new shot.

    That is one where light and dark lie elsewhere, or where the picture and its colours have changed.
    """

    def __init__(self) -> None:
        self._last: Floats | None = None

    def state(self) -> Floats | None:
        """All that is remembered from frame to frame."""
        return self._last

    def resume(self, state: Floats | None) -> None:
        """Go on from what `state` gave."""
        self._last = state

    def is_cut(self, image: Image) -> bool:
        """Whether this frame follows a cut; the first frame does not."""
        import cv2

        small = np.asarray(cv2.resize(image, THUMBNAIL, interpolation=cv2.INTER_AREA), np.float32)
        last, self._last = self._last, small
        if last is None:
            return False
        if correlation(small, last) < OTHER_ARRANGEMENT:
            return True
        moved = float(np.abs(small - last).mean())
        recoloured = float(np.abs(histogram(small) - histogram(last)).sum()) / 2
        return moved > OTHER_PICTURE and recoloured > OTHER_COLOURS


def correlation(a: Floats, b: Floats) -> float:
    """Of the grey values of two (h, w, 3) pictures, blurred, in [-1, 1]; 0 where one is flat, 1 where both are."""
    import cv2

    greys = [cv2.GaussianBlur(picture.mean(axis=2), (0, 0), BLUR) for picture in (a, b)]
    x, y = (grey - grey.mean() for grey in greys)
    spread = float(x.std()), float(y.std())
    if max(spread) < FLAT:
        return 1.0
    return float((x * y).mean()) / max(spread[0] * spread[1], FLAT**2)


def histogram(picture: Floats) -> npt.NDArray[np.float64]:
    """Of the colours of an (h, w, 3) picture, summing to one."""
    counts = [np.histogram(picture[..., c], CELLS, (0, 256))[0] for c in range(3)]
    return np.concatenate(counts) / picture.size
