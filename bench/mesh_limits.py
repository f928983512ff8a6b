"""Where the face mesh comes to its limits: no face, an unsure detector, small faces, faces turned far."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from bench import drawn_heads, mesh_faces
from bench.report import Row
from mien.demo import photographs
from mien.faces.align import SIZE, TEMPLATE
from mien.faces.mesh import PRESENT, Mesh
from mien.faces.mesh import points as at
from mien.faces.mesh.geometry import measure
from mien.faces.mesh.pose import head_pose
from mien.faces.mesh.region import from_keypoints
from mien.types import Keypoints

Array = npt.NDArray[np.float64]
OUTER = [at.RIGHT_OUTER, at.LEFT_OUTER]
COMPARED = 20  # faces
WIDTHS = (96, 64, 48, 32, 24)  # of a face's box, in pixels
YAWS = (30, 45, 60, 75)


def nobody(quick: bool) -> Iterator[Row]:
    """When there is no face."""
    photos, rng = photographs.load(), np.random.default_rng(0)
    with Mesh(iris=False) as mesh:
        nothing = [
            mesh.look(photos[name], from_keypoints(anywhere(photos[name].shape, rng)))[1]
            for name in ("cat", "coffee")
            for _ in range(20 if quick else 200)
        ]
        faces = [mesh.find(one.image, one.face)[1][0] for one in mesh_faces.marked()[: 6 if quick else None]]
    yield Row(
        "face mesh: presence in places of photographs without people",
        f"{np.mean(np.array(nothing) >= PRESENT):.1%} of {len(nothing)} are taken for a face (presence ≥ {PRESENT})",
        "reported",
        None,
        f"a cat and a cup of coffee, five points put anywhere, 40 to 200 pixels; the surest has "
        f"{max(nothing):.2f}; of {len(faces)} faces {np.mean(np.array(faces) >= PRESENT):.0%} are taken for one",
    )


def unsure(quick: bool) -> Iterator[Row]:
    """When the detector is unsure."""
    rng = np.random.default_rng(0)
    with Mesh(iris=False) as mesh:
        chosen = [
            one for one in mesh_faces.portraits()[:30] if mesh.find(one.image, one.face)[1][0] >= PRESENT
        ]
        moves = np.array([moved(mesh, one, rng) for one in chosen[: 4 if quick else COMPARED]])
    yield Row(
        "face mesh: how much the points move when the detector's five move by 3 % of the distance of the eyes",
        f"median {np.median(moves[:, 1]):.2%} of the distance of the outer corners of the eyes",
        "reported",
        None,
        f"three looks, as at the start of a track; after one look only: {np.median(moves[:, 0]):.2%}; "
        f"largest {moves[:, 1].max():.1%}, {moves[:, 0].max():.1%}",
    )


def small(quick: bool) -> Iterator[Row]:
    """Large faces, shrunk before they are looked at, with what the detector said of them at full size."""
    large = [one for one in mesh_faces.portraits()[:30] if one.face.widths[0] >= WIDTHS[0]][
        : 3 if quick else None
    ]
    told = []
    with Mesh() as mesh:
        full = [mesh.find(one.image, one.face)[0] for one in large]
        for width in WIDTHS:
            moves, lids = [], []
            for one, points in zip(large, full, strict=True):
                scale = width / float(one.face.widths[0])
                less = cv2.resize(one.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                face = one.face.having(boxes=one.face.boxes * scale, keypoints=one.face.keypoints * scale)
                shrunk = mesh.find(less, face)[0] / np.float32(scale)
                moves.append(off(shrunk, points)[0])
                size = one.image.shape[:2]
                opened = [measure(p, size)["eye_opening_right"][0] for p in (shrunk, points)]
                lids.append(abs(opened[0] - opened[1]))
            told.append(f"{width} pixels: {np.mean(moves):.1%}, {np.mean(lids):.3f}")
    yield Row(
        f"face mesh: how much points, and the right eye's opening, change as {len(large)} faces are made smaller",
        "; ".join(told),
        "reported",
        None,
        "pixels of the box's width; points in distances of the outer corners of the eyes; an open eye has about 0.3",
    )


def turned(quick: bool) -> Iterator[Row]:
    """Yaw further than the bar asks for."""
    told = []
    for yaw in YAWS:
        heads = [
            head for side in (-yaw, yaw) for head in drawn_heads.looking((0, side, 0), 2 if quick else 12)
        ]
        found = [head for head in heads if head.points is not None]
        size = (drawn_heads.SIZE, drawn_heads.SIZE)
        errors = [
            head_pose(head.points[None], size)[0, 1] - head.drawn.pose[1]
            for head in found
            if head.points is not None
        ]
        value = f"{np.abs(errors).mean():.1f}°" if errors else "-"
        told.append(f"{yaw}°: {value} ({len(found)} of {len(heads)} found)")
    yield Row(
        "head pose of drawn faces turned further to a side: mean error of yaw",
        "; ".join(told),
        "reported",
        None,
    )


def off(ours: Array, theirs: Array, scale: Array | None = None) -> Array:
    """(n,) mean distance of points (n, k, 2 or more), in distances of the outer corners of the eyes."""
    k = min(ours.shape[1], theirs.shape[1])
    far = np.linalg.norm(ours[:, :k, :2] - theirs[:, :k, :2], axis=2).mean(axis=1)
    return np.asarray(far / apart(theirs if scale is None else scale, OUTER))


def apart(points: Array, pair: list[int]) -> Array:
    """(n,) distance in the picture of two of the points."""
    return np.asarray(np.linalg.norm(points[:, pair[0], :2] - points[:, pair[1], :2], axis=1))


def anywhere(shape: tuple[int, ...], rng: np.random.Generator) -> Keypoints:
    """Five points as of an upright face, at a place and of a size by chance."""
    wide = rng.uniform(40, 200)
    corner = rng.uniform(0, [shape[1] - wide, shape[0] - wide])
    return np.asarray(corner + TEMPLATE * (wide / SIZE), np.float32)


def moved(mesh: Mesh, portrait: mesh_faces.Portrait, rng: np.random.Generator) -> tuple[float, float]:
    """How far the mesh moves with the detector's points, after one look and after three."""
    five = portrait.face.keypoints[0]
    spread = 0.03 * np.linalg.norm(five[0] - five[1])
    other = np.asarray(five + rng.normal(0, spread, five.shape), np.float32)
    looks = [
        [mesh.look(portrait.image, from_keypoints(points), again)[0][None] for points in (five, other)]
        for again in (0, 2)
    ]
    once, thrice = (float(off(*pair)[0]) for pair in looks)
    return once, thrice
