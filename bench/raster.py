"""Which triangle of a mesh is seen at each pixel: a depth buffer over all triangles at once, in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Seen:
    """What `rasterise` finds, for the n pixels that are covered.

    pixels: (n,) index into the flattened picture. triangles: (n,) the nearest one. weights: (n, 3) barycentric.
    """

    pixels: Indices
    triangles: Indices
    weights: Array

    def blend(self, corners: Indices, values: Array) -> Array:
        """(n, d) values (v, d) of the vertices, interpolated at the pixels; corners: (t, 3) of the triangles."""
        return np.asarray(np.einsum("nk,nkd->nd", self.weights, values[corners[self.triangles]]))


def rasterise(points: Array, corners: Indices, size: tuple[int, int]) -> Seen:
    """The nearest triangle at the centre of each pixel of a (height, width) picture.

    points: (v, 3) x and y in pixels (centre of the first pixel at 0, 0) and depth, growing away from the viewer.
    corners: (t, 3) vertices of each triangle; those that turn right in the picture show their backs and are left out.
    Depth is interpolated linearly.
    """
    facing = np.flatnonzero(_doubled_area(*points[corners].transpose(1, 0, 2)) < 0)
    pixels, owner = _boxes(points, corners[facing], size)
    owner = facing[owner]
    a, b, c = (points[corners[owner, k]] for k in range(3))
    at = np.stack([pixels % size[1], pixels // size[1]], axis=1)
    v, w = (_doubled_area(*three) / _doubled_area(a, b, c) for three in ((a, at, c), (a, b, at)))
    weights = np.stack([1 - v - w, v, w], axis=1)
    inside = np.flatnonzero(weights.min(axis=1) >= 0)
    pixels, owner, weights = pixels[inside], owner[inside], weights[inside]
    depth = np.einsum("nk,nk->n", weights, points[corners[owner], 2])
    order = np.lexsort((depth, pixels))
    first = order[np.append(True, np.diff(pixels[order]) > 0)] if len(order) else order
    return Seen(pixels[first], owner[first], weights[first])


def _doubled_area(a: Array, b: Array, c: Array) -> Array:
    """(n,) twice the area of triangles, negative for those that turn left where y points down."""
    return np.asarray((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1]))


def _boxes(points: Array, corners: Indices, size: tuple[int, int]) -> tuple[Indices, Indices]:
    """All pixels in the upright box around each triangle, and whose box that is; (m,) each."""
    around = points[corners][:, :, :2]
    limit = np.array([size[1], size[0]])
    low = np.clip(np.ceil(around.min(axis=1)), 0, limit).astype(np.intp)
    high = np.clip(np.floor(around.max(axis=1)) + 1, 0, limit).astype(np.intp)
    wide, tall = np.maximum(high - low, 0).T
    owner = np.repeat(np.arange(len(corners)), wide * tall)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(wide * tall) - wide * tall, wide * tall)
    x = low[owner, 0] + within % wide[owner]
    y = low[owner, 1] + within // wide[owner]
    return y * size[1] + x, owner
