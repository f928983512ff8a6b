"""Faces at any angle: which way is up is decided by comparing scores, never by a first hit.

YuNet fires on tilted and upside-down faces too, with scores up to 0.92 and with points that look like a
frontal face but lie in the wrong places; their embeddings mean nothing. On a small chip, where the face is
about 38 pixels wide, it is far choosier: the median score is 0.92 upright, 0.83 at 30 degrees, 0.43 at 45 and
0.58 upside down. So each face is looked at again on such a chip; where that does not convince, at 30-degree
steps all the way round. The best angle wins, and the points are read from a close-up in which the face stands upright.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mien.faces import align
from mien.types import Faces, Floats, Image

Look = Callable[[Image], Faces]  # every face-like thing in a picture, however doubtful, without suppression

CHIP = 64  # pixels; one cell of a mosaic
FACE = 38  # pixels; the face's width on it
NO_FACE = (
    0.65  # mean of a face's score and its best on the chip: a cat has 0.5, the lowest of LFW's people 0.69
)
CLEAR = 0.25  # difference of scores on the chip from which the angle is beyond doubt
LEAST = 0.6  # score that the close-up needs even then; what has less is no face at that angle
MARGIN = 0.03  # by which a face of less clear angle may score lower there than as it was found
CONVINCING = 0.90  # score on the chip; faces that are turned by 45 degrees or more reach 0.89
ROUND = (-30, 30, -60, 60, -90, 90, -120, 120, -150, 150, 180)
COLUMNS = 4
CLOSE_UP, CLOSE_FACE = 160, 80  # pixels; the chip on which points are read once the angle is known


def turn_upright(look: Look, image: Image, faces: Faces) -> Faces:
    """The faces, with the points of those that are turned found where they stand upright, and without those that
    prove to be none when looked at closely."""
    return Faces.concatenate([_settled(look, image, face) for face in faces]) if len(faces) else faces


def quarters_to_try(faces: Faces) -> list[int]:
    """Quarter turns (counter-clockwise) at which a picture should be searched again: all when no face was found,
    otherwise those at which faces that were found turned out to stand."""
    if not len(faces):
        return [1, 2, 3]
    return sorted({int(q) for q in np.round(faces.rolls / 90) % 4} - {0})


def turn_back(faces: Faces, quarter: int, size: tuple[int, ...]) -> Faces:
    """Faces found in `np.rot90(image, quarter)`, whose (h, w) is size, in the coordinates of the image."""
    h, w = size
    corners = faces.boxes.reshape(-1, 2, 2)
    points = [_unquartered(p, quarter, w, h) for p in (corners, faces.keypoints)]
    boxes = np.concatenate([points[0].min(axis=1), points[0].max(axis=1)], axis=1)
    return faces.having(
        boxes=boxes.astype(np.float32), keypoints=points[1].astype(np.float32), rolls=align.rolls(points[1])
    )


def _unquartered(points: npt.NDArray[np.float32], quarter: int, w: int, h: int) -> npt.NDArray[np.float32]:
    """Undoes `quarter` counter-clockwise quarter turns of a picture whose turned size is (h, w)."""
    for _ in range(quarter):  # one clockwise turn: (x, y) of an (h, w) picture goes to (h - y, x)
        points = np.stack([h - points[..., 1], points[..., 0]], axis=-1)
        w, h = h, w
    return points


def _settled(look: Look, image: Image, face: Faces) -> Faces:
    """One face with its points read where it stands upright, or none where it proves to be none."""
    patch = _chip(image, face.boxes[0], 0, int(CHIP * 1.5), FACE)[0]
    scores = _scores_by_angle(look, patch, (0,))
    if scores[0] >= CONVINCING:
        return _read(look, image, face, 0)
    scores |= _scores_by_angle(look, patch, ROUND)
    angle = max(scores, key=scores.__getitem__)
    if (scores[angle] + face.scores[0]) / 2 < NO_FACE:
        return face[:0]
    if angle == 0:
        return _read(look, image, face, 0)
    scores |= _scores_by_angle(look, patch, (angle - 15, angle + 15))
    angle = max(scores, key=scores.__getitem__)
    return _read(look, image, face, angle, clear=scores[angle] - scores[0] > CLEAR)


def _read(look: Look, image: Image, face: Faces, angle: int, *, clear: bool = False) -> Faces:
    """The face with its points read from a close-up in which it stands upright, always equally large: there they are
    most exact. At another angle than 0 the box and the score are those of the close-up, too.

    clear: that it stands at this angle is beyond doubt on the chip, and the close-up need not score as well as the face
    did. Otherwise it has to: covered and half-turned faces can look better tilted when small, but not when seen well.
    """
    close_up, matrix = _chip(image, face.boxes[0], angle or float(face.rolls[0]), CLOSE_UP, CLOSE_FACE)
    found = look(close_up)
    found = found[np.linalg.norm(found.centres - CLOSE_UP / 2, axis=1) < CLOSE_UP / 4]
    if found.scores.max(initial=0) < (LEAST if clear else face.scores[0] - MARGIN):
        return face
    best = _carried_back(found[int(np.argmax(found.scores))], matrix)
    return best if angle else face.having(keypoints=best.keypoints, rolls=best.rolls)


def _scores_by_angle(look: Look, patch: Image, angles: tuple[int, ...]) -> dict[int, float]:
    """The best score of the face in the middle of the patch, turned by each of the angles: one pass over a mosaic."""
    columns = min(COLUMNS, len(angles))
    rows = -(-len(angles) // columns)
    mosaic = np.zeros((rows * CHIP, columns * CHIP, 3), np.uint8)
    middle = np.array([0, 0, *patch.shape[:2]], np.float32)
    for i, angle in enumerate(angles):
        y, x = CHIP * (i // columns), CHIP * (i % columns)
        mosaic[y : y + CHIP, x : x + CHIP] = _chip(patch, middle, angle, CHIP, patch.shape[0])[0]
    found = look(mosaic)
    cells = np.clip(found.centres // CHIP, 0, [columns - 1, rows - 1]).astype(int)
    near = np.linalg.norm(found.centres - (cells + 0.5) * CHIP, axis=1) < CHIP / 4
    best = np.zeros(rows * columns, np.float32)
    np.maximum.at(best, (cells[:, 1] * columns + cells[:, 0])[near], found.scores[near])
    return {angle: float(score) for angle, score in zip(angles, best, strict=False)}


def _chip(
    image: Image, box: Floats, angle: float, size: int, face: float
) -> tuple[Image, npt.NDArray[np.float64]]:
    """A square of `size` pixels around the box, turned counter-clockwise, in which the longer side of the box is `face`
    pixels; and the (2, 3) matrix that made it."""
    import cv2

    centre = box.reshape(2, 2).mean(axis=0)
    scale = face / max(box[2] - box[0], box[3] - box[1], 1.0)
    turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, float(scale))
    matrix = np.asarray(turn, np.float64)
    matrix[:, 2] += size / 2 - centre
    return align.warp(image, matrix, size), matrix


def _carried_back(face: Faces, matrix: npt.NDArray[np.float64]) -> Faces:
    """A face of a chip in the coordinates of the image: the box is an upright square of the same area."""
    import cv2

    inverse = cv2.invertAffineTransform(matrix)
    points = np.asarray(face.keypoints @ inverse[:, :2].T + inverse[:, 2], np.float32)
    centre = face.centres @ inverse[:, :2].T + inverse[:, 2]
    half = np.sqrt(face.areas)[:, None] / 2 * np.hypot(inverse[0, 0], inverse[0, 1])
    boxes = np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)
    return Faces(boxes, points, face.scores, align.rolls(points))
