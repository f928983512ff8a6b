"""Makes the table of `mien.faces.mesh.reference`, a mean face: `python -m bench.face_reference` prints it.

The shape is the mean of the meshes of 400 people of LFW, made symmetric; which way its face points is fitted on drawn
faces of known pose, people and expressions other than those that the pose is measured on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np

from bench.ict_faces import person, render, rotation
from bench.raster import Array, Indices
from bench.shared import shared
from mien.faces import FaceEngine
from mien.faces.mesh import Mesh
from mien.faces.mesh.points import MESH
from mien.faces.mesh.pose import AXES, procrustes
from mien.faces.mesh.reference import REFERENCE, RIGID
from mien.media import read_image
from mien.types import Image

PEOPLE, DRAWN = 400, 200
FIRST = 1000  # number of the first person drawn; the bench draws others
OUTER = (33, 263)  # outer corners of the eyes: a unit apart in the reference


def main() -> None:
    mean = symmetric(average(np.array(list(meshes(photographs())))))
    rigid = mean[RIGID] - mean[RIGID].mean(axis=0)
    rigid /= np.linalg.norm(mean[OUTER[0]] - mean[OUTER[1]])
    rigid = rigid @ rotation(-tilt(rigid), 0, 0).T
    for point in rigid:
        print("        [" + ", ".join(f"{value:.4f}" for value in point) + "],")
    print(f"largest difference from the one in force: {np.abs(rigid - REFERENCE).max():.4f}")


def photographs() -> Iterator[Image]:
    """One of each of some people of LFW's development half, drawn by chance."""
    people = sorted(path for path in shared("faces/lfw").iterdir() if path.is_dir())
    random.Random(0).shuffle(people)
    for one in people[:PEOPLE]:
        yield read_image(min(one.glob("*.jpg")))


def meshes(pictures: Iterator[Image]) -> Iterator[Array]:
    """(468, 3) in the axes of the head, of the pictures with one face."""
    engine = FaceEngine()
    with Mesh() as mesh:
        for picture in pictures:
            faces = engine.detect(picture)
            if len(faces) == 1:
                yield mesh.find(picture, faces)[0][0, :MESH] * AXES


def average(shapes: Array) -> Array:
    """(468, 3) mean of shapes (n, 468, 3) without their places, sizes and turns (generalised Procrustes)."""
    mean = shapes[0]
    for _ in range(6):
        turns, sizes, shifts = procrustes(mean[RIGID], shapes[:, RIGID])
        back = (shapes - shifts[:, None]) @ turns / sizes[:, None, None]
        mean = back.mean(axis=0) - back[:, RIGID].mean(axis=(0, 1))
        mean /= np.sqrt(np.square(mean).sum(axis=1).mean())
    return np.asarray(mean)


def symmetric(shape: Array) -> Array:
    """The mean of a shape and its mirror image, with the plane between them at x = 0."""
    mirror = shape * [-1, 1, 1]
    for _ in range(5):
        pairs = np.argmin(np.linalg.norm(shape[:, None] - mirror[None], axis=2), axis=1)
        turns, sizes, shifts = procrustes(mirror[pairs], shape[None])
        mirror = sizes[0] * mirror @ turns[0].T + shifts[0]
    both = (shape + mirror[pairs]) / 2
    return both @ frame(both, pairs).T


def frame(shape: Array, pairs: Indices) -> Array:
    """(3, 3) rows x, y and z: across the plane of symmetry; up; and out of the face, in the plane."""
    across = np.linalg.svd(shape - shape[pairs], full_matrices=False)[2][0]
    across *= np.sign(across[0])
    out = np.array([0.0, 0.0, 1.0]) - across * across[2]
    out /= np.linalg.norm(out)
    return np.stack([across, np.cross(out, across), out])


def tilt(rigid: Array) -> float:
    """The degrees of pitch that are missing where drawn faces of known pose are measured against a reference."""
    rng = np.random.default_rng(1)
    poses = rng.uniform(-30, 30, (DRAWN, 3))
    pictures = (render(person(FIRST + i), None, tuple(pose), size=384).image for i, pose in enumerate(poses))
    engine, total = FaceEngine(), np.zeros((3, 3))
    with Mesh() as mesh:
        for pose, picture in zip(poses, pictures, strict=True):
            faces = engine.detect(picture)
            if len(faces) == 1:
                found = mesh.find(picture, faces)[0][:, :MESH] * AXES
                turns, *_ = procrustes(rigid, found[:, RIGID])
                total += turns[0].T @ rotation(*pose)
    # The rotation nearest to all (orthogonal Procrustes); by symmetry only its part about x is not an accident.
    return float(np.degrees(np.arctan2(total[1, 2] - total[2, 1], total[1, 1] + total[2, 2])))


if __name__ == "__main__":
    main()
