"""From a face somewhere in a picture to an upright crop of fixed size: a similarity through five points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.types import Faces, Image, Keypoints

# The five points of a 112 x 112 crop in the order of `Keypoints` (ArcFace, Deng et al. 2019; SFace uses the same).
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
    np.float64,
)
SIZE = 112
LONGEST = 2**15 - 1  # pixels; OpenCV 4 does not warp from a picture with a longer side
PLANE = np.array([1, 1j])  # a point as a complex number


def similarity(points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """The matrices (n, 2, 3) of the similarities that bring each of the point sets (n, 5, 2) closest to `TEMPLATE`.

    Least squares over rotation, uniform scale and translation (Umeyama 1991), in closed form for the plane:
    with both sets centred and read as complex numbers z and w, the scaled rotation is sum(conj(z) w) / sum(|z|^2).
    """
    z, w = points @ PLANE, TEMPLATE @ PLANE
    z0, w0 = z.mean(axis=1), w.mean()
    spread = np.sum(np.abs(z - z0[:, None]) ** 2, axis=1)
    turn = _turn(z) / np.where(spread > 0, spread, 1)
    shift = w0 - turn * z0
    rows = [[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]]
    return np.asarray(rows).transpose(2, 0, 1)


def rolls(keypoints: Keypoints) -> npt.NDArray[np.float32]:
    """In-plane rotation of each face in degrees, clockwise positive, in (-180, 180]; (n,) float32."""
    return np.asarray(-np.degrees(np.angle(_turn(keypoints @ PLANE))), np.float32)


def _turn(z: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    """(n,) sum(conj(z) w) of points (n, 5) and the template, of which one needs to be centred."""
    w = TEMPLATE @ PLANE
    return np.asarray(z.conj() @ (w - w.mean()))


def crops(image: Image, faces: Faces) -> npt.NDArray[np.uint8]:
    """The aligned faces: (n, 112, 112, 3) uint8 RGB; what lies outside the image is black."""
    aligned = np.zeros((len(faces), SIZE, SIZE, 3), np.uint8)
    for i, matrix in enumerate(similarity(faces.keypoints)):
        aligned[i] = warp(image, matrix, SIZE)
    return aligned


def warp(image: Image, matrix: npt.NDArray[np.float64], size: int) -> Image:
    """The (size, size, 3) picture to which the (2, 3) similarity brings the image.

    Where that shrinks by two or more, the part in view is averaged down first: bilinear sampling alone aliases.
    """
    import cv2

    shrink = max(1, int(1 / max(np.hypot(matrix[0, 0], matrix[1, 0]), 1e-6)))
    if shrink >= 2 or max(image.shape[:2]) >= LONGEST:
        image, matrix = _shrunk(image, matrix, size, shrink)
    return np.asarray(cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8)


def _shrunk(
    image: Image, matrix: npt.NDArray[np.float64], size: int, shrink: int
) -> tuple[Image, npt.NDArray[np.float64]]:
    """The part of the image that the warp shows, averaged over shrink x shrink pixels, and the matrix from it."""
    import cv2

    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]]) @ inverse.T
    h, w = image.shape[:2]
    x0, y0 = np.clip(np.floor(corners.min(axis=0)).astype(int) - shrink, 0, [w - 1, h - 1])
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)).astype(int) + shrink, [x0 + 1, y0 + 1], [w, h])
    cells = (max(1, (x1 - x0) // shrink), max(1, (y1 - y0) // shrink))
    small = np.asarray(cv2.resize(image[y0:y1, x0:x1], cells, interpolation=cv2.INTER_AREA), np.uint8)
    # Pixel centres: cell q of the small picture lies at (q + 1/2) ratio - 1/2 + corner in the image.
    rx, ry = (x1 - x0) / cells[0], (y1 - y0) / cells[1]
    back = np.array([[rx, 0, x0 + rx / 2 - 0.5], [0, ry, y0 + ry / 2 - 0.5], [0, 0, 1]])
    return small, np.asarray(matrix @ back, np.float64)
