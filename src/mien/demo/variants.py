"""Turns, darkens, shrinks and crops a photograph, and sets several side by side."""

from __future__ import annotations

import numpy as np

from mien.types import Boxes, Faces, Floats, Image

PAPER = 244  # grey level of the ground on which pictures are laid
WIDTHS = (64, 32, 20)  # pixels of face width; below 24 Mien declines to say


def variants(image: Image, box: Floats) -> dict[str, Image]:
    """Versions of a photograph with one face, by name. box: (4,) of the face, xyxy."""
    small = {f"shrunk until the face is {w} px wide": shrunk(image, box, w) for w in WIDTHS}
    return {
        "turned by 90°": np.ascontiguousarray(np.rot90(image)),
        "upside down": np.ascontiguousarray(np.rot90(image, 2)),
        "turned by 37°": turned(image, 37),
        "darkened to a fifth": (image * 0.2).astype(np.uint8),
        "cropped to brow and chin": cropped(image, box),
        **small,
    }


def turned(image: Image, degrees: float) -> Image:
    """The picture turned counter-clockwise about its middle, on a canvas that holds it whole."""
    import cv2

    h, w = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(h * sin + w * cos), round(h * cos + w * sin))
    matrix[:, 2] += np.array(size) / 2 - (w / 2, h / 2)
    return np.asarray(cv2.warpAffine(image, matrix, size, borderValue=(PAPER,) * 3), np.uint8)


def shrunk(image: Image, box: Floats, width: int) -> Image:
    """The picture made smaller until the face is `width` pixels wide."""
    return scaled(image, width / float(box[2] - box[0]))


def cropped(image: Image, box: Floats) -> Image:
    """The part of the picture within the box of the face: no hair, no neck, no ears."""
    x0, y0, x1, y1 = (max(0, round(float(v))) for v in box)
    return np.ascontiguousarray(image[y0:y1, x0:x1])


def scaled(image: Image, scale: float) -> Image:
    """The picture at another size; much enlarged, its pixels show."""
    import cv2

    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC if scale < 2 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=kind), np.uint8)


def side_by_side(images: list[Image], height: int, gap: int = 16) -> tuple[Image, Boxes]:
    """The pictures in a row, each `height` pixels high; and where each of them lies, (n, 4) xyxy."""
    same = [scaled(image, height / image.shape[0]) for image in images]
    lefts = np.cumsum([gap] + [image.shape[1] + gap for image in same])
    canvas = np.full((height + 2 * gap, lefts[-1], 3), PAPER, np.uint8)
    for left, image in zip(lefts, same, strict=False):
        canvas[gap : gap + image.shape[0], left : left + image.shape[1]] = image
    places = [
        (x, gap, x + image.shape[1], gap + image.shape[0]) for x, image in zip(lefts, same, strict=False)
    ]
    return canvas, np.array(places, np.float32)


def within(faces: Faces, place: Floats) -> Faces:
    """The faces whose middle lies in the place (4,) xyxy."""
    x, y = faces.centres.T
    return faces[(place[0] <= x) & (x < place[2]) & (place[1] <= y) & (y < place[3])]
