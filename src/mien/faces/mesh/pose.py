"""The pose of heads from their meshes: the rotation that brings a mean face onto the mesh, seen by a stated camera.

Axes of head and camera: x to the right of the picture (the person's own left), y up, z towards the viewer (out of the
face); a head of pose 0 faces the camera. A rotation is Ry(yaw) Rx(-pitch) Rz(-roll) of right-handed axes, so that

    yaw    is the azimuth of the direction in which the face points, positive to the right side of the picture;
    pitch  is its elevation, positive up;
    roll   turns the head about that direction, positive clockwise in the picture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.faces.mesh.reference import REFERENCE, RIGID
from mien.types import Floats

Array = npt.NDArray[np.float64]
AXES = np.array([1.0, -1.0, -1.0])  # from a picture's x, y and depth to the axes above


def head_pose(points: Floats, size: tuple[int, int], focal: float | None = None) -> Floats:
    """(n, 3) float32 pitch, yaw and roll in degrees, relative to the camera's axes.

    points: (n, 468 or more, 3) of the mesh, in pixels. size: (height, width) of the picture.
    focal: focal length of the camera in pixels; by default the longer side of the picture, a field of view of 53
    degrees. The camera is a pinhole with square pixels and its principal point in the middle of the picture, without
    distortion. The focal length only matters for faces away from the middle.
    """
    return angles(rays(points, size, focal or max(size)) @ seen(points))


def angles(turns: Array) -> Floats:
    """(n, 3) float32 pitch, yaw and roll in degrees of rotations (n, 3, 3), by the equation above."""
    forward = turns[:, :, 2]
    yaw = np.arctan2(forward[:, 0], forward[:, 2])
    pitch = np.arcsin(np.clip(forward[:, 1], -1, 1))
    roll = -np.arctan2(turns[:, 1, 0], turns[:, 1, 1])
    return np.asarray(np.degrees(np.stack([pitch, yaw, roll], axis=1)), np.float32)


def seen(points: Floats) -> Array:
    """(n, 3, 3) rotations from the head's axes to those of its view: how it looks, wherever in the picture it is."""
    turns, _, _ = procrustes(REFERENCE, points[:, RIGID] * AXES)
    return turns


def rays(points: Floats, size: tuple[int, int], focal: float) -> Array:
    """(n, 3, 3) the smallest rotations from the optical axis to the rays on which the heads lie.

    A head straight ahead of the camera looks as its pose is; elsewhere it is seen from the side by that much.
    """
    middle = points[:, RIGID, :2].mean(axis=1) - np.array([size[1], size[0]]) / 2
    away = np.column_stack([middle * AXES[:2], np.full(len(points), -focal)])
    x, y, z = (away / np.linalg.norm(away, axis=1, keepdims=True)).T
    # Rodrigues' formula for the rotation of (0, 0, -1) to (x, y, z), about an axis across both.
    share = 1 / (1 - z)
    rows = [[1 - share * x * x, -share * x * y, -x], [-share * x * y, 1 - share * y * y, -y], [x, y, -z]]
    return np.asarray(rows, np.float64).transpose(2, 0, 1)


def procrustes(shape: Array, targets: npt.NDArray[np.floating]) -> tuple[Array, Array, Array]:
    """Rotations (n, 3, 3), sizes (n,) and shifts (n, 3): target = size * rotation @ point + shift, in least squares.

    shape: (k, 3). targets: (n, k, 3). In closed form (Umeyama, IEEE TPAMI 13, 1991, equations 40 to 42).
    """
    centre, centres = shape.mean(axis=0), targets.mean(axis=1)
    cross = (targets - centres[:, None]).transpose(0, 2, 1) @ (shape - centre)
    left, values, right = np.linalg.svd(cross)
    signs = np.ones_like(values)
    signs[:, 2] = np.sign(np.linalg.det(left @ right))
    turns = left * signs[:, None] @ right
    sizes = (values * signs).sum(axis=1) / np.square(shape - centre).sum()
    return turns, sizes, centres - sizes[:, None] * (turns @ centre)
