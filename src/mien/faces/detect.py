"""Finds faces: one network, run at the sizes and orientations that a picture needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.faces import align, orient, yunet
from mien.models import Session, open_session
from mien.types import Faces, Image

MIN_SCORE = 0.6  # LFW: no face missed in 3,811 pictures at this score
HINT_SCORE = 0.2  # below MIN_SCORE, yet a reason to look again at another size
NETWORK_FACE = 16  # pixels; YuNet finds 9 of 10 faces of this width, and half at 12
LARGE_FACE = 120  # pixels; above it a covered face is found better in a smaller picture
SMALL_PASS = 256  # long side of that smaller picture
TILE = 1280  # pixels; keeps memory flat on large pictures
SAME = 0.3  # intersection over union from which two boxes are one face
OVERLAP = 160  # pixels shared by neighbouring tiles
BORDER = 16  # pixels; what is found nearer to where a tile was cut may be half a face
WHOLE = OVERLAP - 2 * BORDER  # pixels; a face no longer than this lies whole and clear in some tile
COARSER = 5  # times; a longer face is still 20 pixels wide at so much lower a resolution


class Detector:
    """YuNet on ONNX Runtime; one object serves any number of threads.

    >>> Detector().detect(image).boxes          # doctest: +SKIP
    """

    def __init__(self, model: str = "yunet", *, provider: str | None = None, strict: bool = False) -> None:
        self.session: Session = open_session(model, provider=provider, strict=strict)

    def detect(self, image: Image, *, min_face: float = 24, search_orientation: bool = True) -> Faces:
        """All faces of a picture, best score first.

        min_face: width in pixels of the smallest face that matters; large pictures are searched at the
            lowest resolution that shows it, in tiles where one pass would need too much memory.
        search_orientation: where a picture seems to lie on its side or upside down, or shows no face, search it
            again at quarter turns; off for the frames of a video. Faces that are found are turned upright in
            any case.
        """
        check_image(image)
        if not min_face > 0:
            raise ArgumentError(f"min_face is {min_face}; expected a width in pixels, such as 24.")
        if min(image.shape[:2]) < NETWORK_FACE:
            return Faces.empty()  # no face fits, and a strip of a hundred megapixels would take minutes
        faces = orient.turn_upright(self.look, image, self._search(image, min_face))
        for quarter in orient.quarters_to_try(faces) if search_orientation else []:
            turned = np.ascontiguousarray(np.rot90(image, quarter))
            found = orient.turn_back(self._search(turned, min_face), quarter, turned.shape[:2])
            new = found[[yunet.iou(box, faces.boxes).max(initial=0) < SAME for box in found.boxes]]
            faces = Faces.concatenate([faces, orient.turn_upright(self.look, image, new)])
        return _merge([faces])

    def once(self, image: Image, min_score: float = MIN_SCORE) -> Faces:
        """The faces that one pass at the picture's own size finds; what `cv2.FaceDetectorYN` does."""
        faces = self.look(image, min_score)
        return faces[yunet.suppress(faces.boxes, faces.scores)]

    def look(self, image: Image, min_score: float = 0.1) -> Faces:
        """Every cell of the network that reaches the score, before suppression: many for each face."""
        blob = yunet.blob(image)
        outputs = self.session.run({"input": blob})
        boxes, keypoints, scores = yunet.decode(outputs, (blob.shape[2], blob.shape[3]), min_score)
        return Faces(boxes, keypoints, scores, align.rolls(keypoints))

    def _search(self, image: Image, min_face: float) -> Faces:
        """Upright faces, at as many sizes as the picture needs."""
        long_side = max(image.shape[:2])
        base = min(1.0, max(NETWORK_FACE / min_face, 640 / long_side))
        found = self._at(image, base)
        unsure = (found.scores < MIN_SCORE) & (found.widths * base > LARGE_FACE)
        sure = found[found.scores >= MIN_SCORE]
        if long_side * base > SMALL_PASS and (unsure.any() or not len(sure)):
            small = self._scaled(image, SMALL_PASS / long_side)
            sure = _merge([sure, small[small.scores >= MIN_SCORE]])
        return sure

    def _at(self, image: Image, scale: float) -> Faces:
        """Faces at this scale: in one pass, or in tiles where that would take too much memory."""
        return (self._scaled if max(image.shape[:2]) * scale <= TILE else self._tiled)(image, scale)

    def _scaled(self, image: Image, scale: float) -> Faces:
        """One pass over the picture at the given scale; coordinates are the picture's own."""
        import cv2

        if scale == 1:
            return self.once(image, HINT_SCORE)
        h, w = image.shape[:2]
        size = (max(1, round(w * scale)), max(1, round(h * scale)))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        found = self.once(small, HINT_SCORE)
        return _mapped(found, w / size[0], h / size[1], 0, 0)

    def _tiled(self, image: Image, scale: float) -> Faces:
        """Overlapping tiles for the faces that one of them is sure to show whole, a coarser look for larger ones."""
        h, w = image.shape[:2]
        side, step = int(TILE / scale), int((TILE - OVERLAP) / scale)
        parts = [self._at(image, max(scale / COARSER, 640 / max(h, w)))]
        for y in range(0, max(h - side, 0) + step, step):
            for x in range(0, max(w - side, 0) + step, step):
                tile = np.ascontiguousarray(image[y : y + side, x : x + side])
                found = _mapped(self._scaled(tile, scale), 1, 1, x, y)
                small = np.maximum(found.widths, found.heights) * scale <= WHOLE
                clear = _clear_of_cuts(found, (x, y), (x + side, y + side), (w, h), BORDER / scale)
                parts.append(found[small & clear])
        return _merge(parts)


def check_image(image: Image) -> None:
    """Raises ArgumentError unless the image is (h, w, 3) uint8 with at least one pixel."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        found = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise ArgumentError(
            f"image is {found}; expected an RGB array, uint8 (h, w, 3). mien.read_image makes one."
        )
    if not image.size:
        raise ArgumentError(f"image has no pixels: shape {image.shape}.")


def _mapped(faces: Faces, sx: float, sy: float, x: float, y: float) -> Faces:
    """The faces in coordinates scaled by (sx, sy), then shifted by (x, y)."""
    scale, shift = np.array([sx, sy], np.float32), np.array([x, y], np.float32)
    boxes = faces.boxes * np.tile(scale, 2) + np.tile(shift, 2)
    return faces.having(boxes=boxes.astype(np.float32), keypoints=faces.keypoints * scale + shift)


def _clear_of_cuts(
    faces: Faces, first: tuple[int, int], last: tuple[int, int], size: tuple[int, int], border: float
) -> npt.NDArray[np.bool_]:
    """(n,) whether each face keeps `border` away from where the tile between two corners (x, y) was cut out of a
    picture of that size (w, h); its own edges are no cuts."""
    low = [corner + border if corner > 0 else -np.inf for corner in first]
    high = [corner - border if corner < end else np.inf for corner, end in zip(last, size, strict=True)]
    return np.asarray(np.all((faces.boxes[:, :2] >= low) & (faces.boxes[:, 2:] <= high), axis=1))


def _merge(parts: list[Faces]) -> Faces:
    """All faces of several passes, each once, best score first."""
    merged = Faces.concatenate(parts)
    return merged[yunet.suppress(merged.boxes, merged.scores)]
