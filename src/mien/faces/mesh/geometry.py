"""What can be measured on a mesh with a ruler: openings of eyes and mouth, brows, corners of the mouth, irises.

All of it is measured on the head turned to face the camera: the points are rotated back by `pose.seen`, so that "up" is
the head's own and a turned head is not foreshortened, as far as the mesh's depth is right. Lengths are in faces, the
distance between the outer corners of the eyes; nothing depends on the size of the picture.

These are measures of shape. A raised corner of the mouth is not joy, and no person's neutral face is assumed: compare a
person with the same person.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.faces.mesh import points as at
from mien.faces.mesh.pose import AXES, Array, head_pose, seen
from mien.types import Floats

Indices = npt.NDArray[np.intp]


def measure(points: Floats, size: tuple[int, int], focal: float | None = None) -> dict[str, Floats]:
    """All measures by name, (n,) float32 each; what they are: `mien.features.extractors.geometry.FAMILY`.

    points: (n, 478, 3) float32 pixels, see `Mesh`. size: (height, width) of the picture. focal: see `head_pose`.
    Raises `ArgumentError` where points are of another shape.
    """
    if points.ndim != 3 or points.shape[1:] != (at.IRISES.stop, 3):
        raise ArgumentError(
            f"points have shape {points.shape}; expected (n, 478, 3), as of Mesh with irises."
        )
    pitch, yaw, roll = head_pose(points, size, focal).T
    shape = upright(points)
    columns = {"head_pitch": pitch, "head_yaw": yaw, "head_roll": roll}
    for side, lids, corners, brow, iris in (
        ("right", at.RIGHT_LIDS, (at.RIGHT_OUTER, at.RIGHT_INNER), at.RIGHT_BROW, at.RIGHT_IRIS),
        ("left", at.LEFT_LIDS, (at.LEFT_OUTER, at.LEFT_INNER), at.LEFT_BROW, at.LEFT_IRIS),
    ):
        middle = shape[:, corners].mean(axis=1)
        half = _apart(shape, *corners) / 2
        gap = _gaps(shape, lids)
        brows = shape[:, brow].mean(axis=2)[:, :, 1] - middle[:, None, 1]
        away = (shape[:, iris] - middle) / half[:, None]
        columns |= {
            f"eye_opening_{side}": gap / (2 * half),
            f"eye_gap_{side}": gap,
            f"brow_inner_{side}": brows[:, 0],
            f"brow_middle_{side}": brows[:, 1],
            f"brow_outer_{side}": brows[:, 2],
            f"iris_x_{side}": away[:, 0],
            f"iris_y_{side}": away[:, 1],
        }
    return {name: np.asarray(values, np.float32) for name, values in (columns | mouth(shape)).items()}


def mouth(shape: Array) -> dict[str, Array]:
    """Opening and width of the mouth, and how high its corners are, from an upright shape; (n,) each."""
    lift = shape[:, [at.RIGHT_CORNER, at.LEFT_CORNER], 1] - shape[:, [at.UPPER_LIP], 1]
    return {
        "mouth_opening": _gaps(shape, at.INNER_LIPS),
        "mouth_width": _apart(shape, at.RIGHT_CORNER, at.LEFT_CORNER),
        "mouth_corner_right": lift[:, 0],
        "mouth_corner_left": lift[:, 1],
    }


def upright(points: Floats) -> Array:
    """(n, k, 3) the meshes in the head's own axes, in faces: x to the person's left, y up, z out of the face."""
    turned = (points * AXES) @ seen(points)
    return np.asarray(turned / _apart(turned, at.RIGHT_OUTER, at.LEFT_OUTER)[:, None, None], np.float64)


def _apart(shape: Array, one: int, other: int) -> Array:
    return np.asarray(np.linalg.norm(shape[:, one] - shape[:, other], axis=1))


def _gaps(shape: Array, pairs: Indices) -> Array:
    """Mean distance of the pairs (k, 2) of points; (n,)."""
    return np.asarray(np.linalg.norm(shape[:, pairs[:, 0]] - shape[:, pairs[:, 1]], axis=2).mean(axis=1))
