"""Draws faces of known shape, expression and pose, with skin, hair and eyes.

Axes of the head: x to the person's own left (to the right in a picture), y up, z out of the face; units are about 1 cm.
The camera is a pinhole in front of it, with its principal point in the middle of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from bench.ict_model import Person, model, person
from bench.raster import Array, Indices, rasterise
from mien.types import Image

__all__ = ["Light", "Person", "Rendered", "person", "render", "rotation"]

CENTRE = np.array(
    [0.0, 2.0, 5.0]
)  # what the head turns about: inside, between the tips of the ears and the nose
FINER = 2  # pictures are drawn that many times larger, then averaged down
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """A lamp far away, and light from everywhere. towards: from the head to the lamp, in axes like the camera's."""

    towards: tuple[float, float, float] = (0.35, 0.6, 1.0)
    direct: float = 0.55
    ambient: float = 0.55
    colour: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Rendered:
    """One picture of a face.

    image: (size, size, 3) uint8. landmarks: (68, 2) float64 pixels, in the order of Multi-PIE; those on the contour
    are fixed points of the head. pose: pitch, yaw and roll in degrees, see `rotation`. focal: focal length in pixels.
    skin: (size, size) float32 in [0, 1], how much of each pixel is skin of the face, for changes of colour over time.
    """

    image: Image
    landmarks: Array
    pose: tuple[float, float, float]
    focal: float
    skin: npt.NDArray[np.float32]


def rotation(pitch: float, yaw: float, roll: float) -> Array:
    """(3, 3) from the head's axes to the same axes of the camera: Ry(yaw) Rx(-pitch) Rz(-roll), angles in degrees.

    Yaw is the azimuth of the direction in which the face points, positive to the right side of the picture; pitch its
    elevation, positive up; roll turns the head about that direction, positive clockwise in the picture.
    """
    p, y, r = np.radians([-pitch, yaw, -roll])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def render(
    who: Person,
    expression: Mapping[str, float] | None = None,
    pose: tuple[float, float, float] = (0.0, 0.0, 0.0),
    *,
    size: int = 256,
    focal: float = 1.0,
    fill: float = 0.75,
    offset: tuple[float, float] = (0.0, 0.0),
    light: Light | None = None,
    background: Colour = (118, 128, 138),
) -> Rendered:
    """The person with an expression (coefficients by ICT name, as "mouthSmile_L") at a pose (pitch, yaw, roll).

    size: side of the square picture in pixels. focal: focal length in sides of the picture. fill: height of face and
    neck (29 units) in the picture's. offset: of the head from the middle, in sides of the picture, right and down;
    the pose stays that to the camera's axes.
    """
    mesh = model()
    turn = rotation(*pose)
    far = 29.0 * focal / fill  # units from the camera to CENTRE
    head = mesh.shape(who, expression or {})
    seen = (head - CENTRE) @ turn.T + np.array([offset[0] * far / focal, -offset[1] * far / focal, -far])
    big = size * FINER
    picture = np.stack([seen[:, 0], -seen[:, 1]], axis=1) / -seen[:, 2:] * focal * big + (big - 1) / 2
    at = rasterise(np.column_stack([picture, -seen[:, 2]]), mesh.corners, (big, big))
    colour, skin = at.blend(mesh.corners, mesh.colours(who)), at.blend(mesh.corners, mesh.skin[:, None])
    shade = _shade(at.blend(mesh.corners, _normals(head, mesh.corners) @ turn.T), light or Light())
    # Light adds up, and is averaged, in linear colour.
    canvas = np.tile(np.array(background, np.float64) ** 2.2, (big * big, 1))
    canvas[at.pixels] = colour**2.2 * shade
    cover = np.zeros((big * big, 1))
    cover[at.pixels] = skin
    small = [_smaller(layer.reshape(big, big, -1), size) for layer in (canvas, cover)]
    image = np.clip(small[0], 0, 255**2.2) ** (1 / 2.2)
    landmarks = (picture[mesh.landmarks] + 0.5) / FINER - 0.5
    return Rendered(
        np.round(image).astype(np.uint8), landmarks, pose, focal * size, small[1].astype(np.float32)
    )


def _shade(normals: Array, light: Light) -> Array:
    """(n, 3) factors of the colour: Lambert's law, and a part that comes from everywhere."""
    length = np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    towards = np.array(light.towards) / np.linalg.norm(light.towards)
    lit = np.clip(normals / length @ towards, 0, None)[:, None]
    return np.asarray((light.ambient + light.direct * lit) * np.array(light.colour))


def _smaller(layer: Array, size: int) -> Array:
    small = cv2.resize(layer, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float64)


def _normals(points: Array, corners: Indices) -> Array:
    """(v, 3) sums of the normals of the triangles around each vertex, weighted by their areas."""
    a, b, c = (points[corners[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a)
    sums = [
        np.bincount(corners.ravel(), np.repeat(facing[:, axis], 3), minlength=len(points))
        for axis in range(3)
    ]
    return np.stack(sums, axis=1)
