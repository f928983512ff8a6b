"""Drawn faces whose pose and opening of eyes are known, as the mesh sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.ict_faces import Light, Rendered, person, render
from bench.ict_model import SKINS
from bench.mesh_faces import detected
from mien.faces.mesh import PRESENT, Mesh
from mien.faces.mesh.geometry import measure
from mien.faces.mesh.pose import AXES, angles
from mien.faces.mesh.reference import REFERENCE, RIGID

Array = npt.NDArray[np.float64]
ANGLES = ("pitch", "yaw", "roll")
TONES = len(SKINS)
SIZE = 384  # pixels, sides of the pictures
FIRST, BLINKING = 5000, 6000  # numbers of the people drawn; `bench.face_reference` was fitted on others
FOCALS = (0.8, 1.0, 1.5, 2.5)  # in sides of the picture: fields of view of 64 to 23 degrees
EXPRESSIONS = (
    {},
    {},
    {"mouthSmile_L": 0.7, "mouthSmile_R": 0.7},
    {},
    {},
    {"jawOpen": 0.5, "browInnerUp_L": 0.6, "browInnerUp_R": 0.6},
)


@dataclass(frozen=True, eq=False)
class Head:
    """One drawn face. tone: of its skin, from light to dark. points: (478, 3) as found, None where no face was."""

    drawn: Rendered
    tone: int
    points: npt.NDArray[np.float32] | None


@dataclass(frozen=True)
class Blink:
    """Lids of one eye over its width: as drawn, with the lids of the iris network, and with those of the mesh."""

    truth: float
    iris: float
    mesh: float


def heads(count: int) -> list[Head]:
    """Heads turned by up to 30 degrees in each angle, under changing light, every other one off the middle."""
    rng = np.random.default_rng(5)
    made = []
    with Mesh() as mesh:
        for i in range(count):
            pitch, yaw, roll = rng.uniform(-30, 30, 3)
            right, down = rng.uniform(-0.15, 0.15, 2) * (i % 2)
            drawn = render(
                person(FIRST + i),
                EXPRESSIONS[i % len(EXPRESSIONS)],
                (pitch, yaw, roll),
                size=SIZE,
                focal=FOCALS[i % len(FOCALS)],
                fill=rng.uniform(0.45, 0.75),
                offset=(right, down),
                light=Light((rng.uniform(-0.7, 0.7), rng.uniform(0, 0.8), 1.0), direct=0.7, ambient=0.8),
            )
            made.append(_head(mesh, drawn, FIRST + i))
    return made


def looking(pose: tuple[float, float, float], count: int) -> list[Head]:
    """Heads of that many people at one pose, in the middle of the picture, without expression."""
    with Mesh() as mesh:
        people = range(FIRST, FIRST + count)
        return [_head(mesh, render(person(seed), None, pose, size=SIZE), seed) for seed in people]


def _head(mesh: Mesh, drawn: Rendered, seed: int) -> Head:
    faces = detected(drawn.image).largest()
    points, presence = mesh.find(drawn.image, faces)
    seen = len(faces) == 1 and presence[0] >= PRESENT
    return Head(drawn, seed % TONES, points[0] if seen else None)


def by_pnp(found: list[Head]) -> Array:
    """(n, 3) pitch, yaw and roll by OpenCV's solvePnP from the same points, without their depth."""
    import cv2

    flip = np.diag(AXES)
    poses = []
    for head in found:
        assert head.points is not None
        camera = np.array([[head.drawn.focal, 0, SIZE / 2], [0, head.drawn.focal, SIZE / 2], [0, 0, 1]])
        flat = head.points[RIGID, :2].astype(np.float64)
        _, turn, shift = cv2.solvePnP(REFERENCE * AXES, flat, camera, None, flags=cv2.SOLVEPNP_EPNP)
        turn, _ = cv2.solvePnPRefineLM(REFERENCE * AXES, flat, camera, None, turn, shift)
        poses.append(flip @ cv2.Rodrigues(turn)[0] @ flip)
    return np.asarray(angles(np.array(poses)), np.float64)


def blinks(people: int) -> list[Blink]:
    """Right eyes of people looking ahead, from open to closed in five steps."""
    made = []
    with Mesh() as mesh, Mesh(iris=False) as bare:
        for seed in range(BLINKING, BLINKING + people):
            for shut in np.linspace(0, 1, 5):
                drawn = render(person(seed), {"eyeBlink_L": shut, "eyeBlink_R": shut}, size=SIZE)
                faces = detected(drawn.image).largest()
                if len(faces) == 0:
                    continue
                points, _ = mesh.find(drawn.image, faces)
                lids, _ = bare.find(drawn.image, faces)
                without = points.copy()
                without[:, :468] = lids
                marks = drawn.landmarks
                truth = np.linalg.norm(marks[[37, 38]] - marks[[41, 40]], axis=1).mean()
                made.append(
                    Blink(
                        truth / float(np.linalg.norm(marks[36] - marks[39])),
                        *(float(measure(p, (SIZE, SIZE))["eye_opening_right"][0]) for p in (points, without)),
                    )
                )
    return made
