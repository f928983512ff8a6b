"""A generated clip: faces cut from photographs cross a scene, each at known times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.faces import FaceEngine
from mien.types import Floats, Frame, Image

SIZE = (640, 360)  # pixels, width and height
RATE = 12.0  # frames a second
SECONDS = 12.0


@dataclass(frozen=True)
class Appearance:
    """Somebody crosses the scene: in view for start <= t < end seconds.

    begin, finish: where the middle of the face is at start and end, (x, y) in pixels.
    width: of the face, in pixels.
    """

    name: str
    start: float
    end: float
    begin: tuple[float, float]
    finish: tuple[float, float]
    width: float

    def place(self, time: float) -> tuple[float, float] | None:
        """The middle of the face at that time, or None when the person is not in view."""
        if not self.start <= time < self.end:
            return None
        share = (time - self.start) / (self.end - self.start)
        return tuple(a + share * (b - a) for a, b in zip(self.begin, self.finish, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Cutout:
    """A head: (h, w, 3) uint8, how opaque it is (h, w, 1) in [0, 1], and where its face is, xyxy."""

    image: Image
    alpha: npt.NDArray[np.float32]
    box: Floats


def cutout(image: Image, box: Floats, width: float) -> Cutout:
    """The head around a face, at the size where its face is `width` pixels wide, fading out at its rim."""
    import cv2

    middle, size = box.reshape(2, 2).mean(axis=0), box[2:] - box[:2]
    corners = np.array([middle - 0.95 * size, middle + 0.95 * size])
    (x0, y0), (x1, y1) = np.clip(corners.round().astype(int), 0, image.shape[1::-1])
    scale = width / float(size[0])
    part = cv2.resize(image[y0:y1, x0:x1], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    h, w = part.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, w), np.linspace(-1, 1, h))
    alpha = np.clip((1 - np.hypot(x, y)) / 0.15, 0, 1).astype(np.float32)[..., None]
    face = (box - np.array([x0, y0, x0, y0], np.float32)) * scale
    return Cutout(np.asarray(part, np.uint8), alpha, face.astype(np.float32))


def cast(engine: FaceEngine, photos: Mapping[str, Image]) -> dict[str, tuple[Image, Floats]]:
    """By name each photograph and the box of the largest face in it, as `frames` wants them."""
    return {name: (photo, engine.detect(photo).largest().boxes[0]) for name, photo in photos.items()}


def frames(
    scene: Image, people: Mapping[str, tuple[Image, Floats]], appearances: Sequence[Appearance]
) -> Iterator[Frame]:
    """The frames of the clip. people: by name a photograph and the box of the face in it, xyxy."""
    import cv2

    ground = cv2.GaussianBlur(cv2.resize(scene, SIZE, interpolation=cv2.INTER_AREA), (0, 0), 6)
    heads = [cutout(*people[one.name], one.width) for one in appearances]
    for index in range(round(SECONDS * RATE)):
        canvas, time = ground.astype(np.float32), index / RATE
        for one, head in zip(appearances, heads, strict=True):
            if (place := one.place(time)) is not None:
                _paste(canvas, head, place)
        yield Frame(canvas.round().astype(np.uint8), time, index)


def _paste(canvas: npt.NDArray[np.float32], head: Cutout, place: tuple[float, float]) -> None:
    """Lay the head over the canvas with the middle of its face at the place; what lies outside is cut off."""
    middle = head.box.reshape(2, 2).mean(axis=0)
    left, top = (round(float(v)) for v in np.array(place) - middle)
    h, w = head.image.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + w, SIZE[0]), min(top + h, SIZE[1])
    if x0 >= x1 or y0 >= y1:
        return
    there, here = (slice(y0, y1), slice(x0, x1)), (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    alpha = head.alpha[here]
    canvas[there] = canvas[there] * (1 - alpha) + head.image[here] * alpha
