"""The morphable face of ICT-FaceKit (MIT) as one mesh, with what it lacks: hair, the dark of the mouth, colours."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bench.raster import Array, Indices
from bench.shared import shared

LIPS = slice(48, 60)  # of the 68 landmarks: the outer border of the lips
INNER = slice(60, 68)  # the border of the mouth's opening
BROWS = (slice(17, 22), slice(22, 27))
EYES = (slice(36, 42), slice(42, 48))
THROAT = 0.25  # units behind the lips at which the dark of the mouth begins
SKULL = ((0.0, 3.6, 0.2), (8.7, 11.6, 8.0))  # middle and half axes of the ellipsoid that carries the hair
WHITE = (226.0, 220.0, 214.0)  # of the eye
BLACK = (16.0, 12.0, 12.0)  # of the pupil and of the mouth's inside
SKINS = (
    (241, 214, 196),
    (224, 186, 160),
    (198, 150, 116),
    (154, 106, 76),
    (104, 68, 48),
    (70, 48, 38),
)  # sRGB
HAIRS = ((28, 22, 20), (66, 44, 30), (120, 86, 54), (176, 142, 92), (150, 148, 146))
IRISES = ((70, 44, 26), (88, 110, 70), (84, 116, 150), (50, 34, 24))


@dataclass(frozen=True, eq=False)
class Person:
    """Who is drawn. identity: (30,) coefficients of the shape; skin, hair and iris: (3,) sRGB of 0 to 255."""

    identity: Array
    skin: Array
    hair: Array
    iris: Array
    seed: int


def person(seed: int, spread: float = 0.8) -> Person:
    """Somebody: a shape with normal coefficients of deviation `spread`, and colours from tables, skins in turn."""
    rng = np.random.default_rng(seed)
    skin = np.minimum(np.array(SKINS[seed % len(SKINS)]) * rng.uniform(0.94, 1.04), 250)
    hair, iris = (np.array(table[rng.integers(len(table))], np.float64) for table in (HAIRS, IRISES))
    return Person(rng.normal(0, spread, 30), skin, hair, iris, seed)


@dataclass(frozen=True, eq=False)
class Model:
    """Vertices in the order: face (f), eyes (e), the dark of the mouth (9), hair (h); v in all.

    neutral: (f + e, 3). identities: (30, f + e, 3). expressions: by name, (f + e, 3). hair: (h, 3).
    corners: (t, 3) vertices of the triangles, turning left as seen from outside. landmarks: (68,) vertices.
    paint: by colour, (v,) how much of it a vertex has, in [0, 1]. skin: (v,) how much of a vertex shows skin.
    """

    neutral: Array
    identities: Array
    expressions: Mapping[str, Array]
    hair: Array
    corners: Indices
    landmarks: Indices
    paint: Mapping[str, Array]
    skin: Array

    def shape(self, who: Person, expression: Mapping[str, float]) -> Array:
        """(v, 3) all vertices of the person with that expression, in units of the head."""
        points = self.neutral + np.tensordot(who.identity, self.identities, 1)
        for name, strength in expression.items():
            points += strength * self.expressions[name]
        opening = points[self.landmarks[INNER]] - [0, 0, THROAT]
        mouth = np.vstack([opening, opening.mean(axis=0) - [0, 0, 6 * THROAT]])
        return np.vstack([points, mouth, self.hair])

    def colours(self, who: Person) -> Array:
        """(v, 3) sRGB of 0 to 255; each paint goes over those before it."""
        skin = who.skin
        over = {
            "blush": skin * [1.0, 0.86, 0.86],
            "lips": skin * [0.86, 0.58, 0.60],
            "brows": np.minimum(who.hair, 0.6 * skin),
            "lashes": np.minimum(0.3 * skin, 40),
            "hair": who.hair,
            "white": np.array(WHITE),
            "iris": who.iris,
            "black": np.array(BLACK),
        }
        colours = skin * _mottle(who.seed, self.neutral, len(self.skin))
        for name, colour in over.items():
            weight = self.paint[name][:, None]
            colours = colours * (1 - weight) + colour * weight
        return np.asarray(colours)


@lru_cache(maxsize=1)
def model() -> Model:
    """The model, read once."""
    with np.load(shared("affect_images/ict_facekit/ict_face_light.npz")) as file:
        raw = {name: file[name] for name in file.files}
    face, eyes = raw["neutral"].astype(np.float64), raw["eyes_neutral"].astype(np.float64)
    identities = np.concatenate([raw["identity_deltas"], raw["eyes_identity_deltas"]], axis=1)
    deltas = np.concatenate([raw["expression_deltas"], raw["eyes_expression_deltas"]], axis=1).astype(float)
    landmarks = raw["landmarks68"].astype(np.intp)
    hair, caps = _ellipsoid(*np.array(SKULL))
    n = len(face) + len(eyes)
    mouth = np.array([[(k + 1) % 8, k, 8] for k in range(8)])
    parts = [_halves(raw["faces"]), _halves(raw["eyes_faces"]) + len(face), mouth + n, caps + n + 9]
    paint = {name: np.zeros(n + 9 + len(hair)) for name in ("hair", "white", "iris", "black")}
    paint["hair"][n + 9 :], paint["black"][n : n + 9] = 1, 1
    paint["white"][len(face) : n] = 1
    paint["iris"][len(face) : n], paint["black"][len(face) : n] = _eyes(eyes)
    paint |= {
        name: np.pad(on, (0, n - len(face) + 9 + len(hair))) for name, on in _face(face, landmarks).items()
    }
    bare = np.prod([1 - paint[name] for name in ("lips", "brows", "lashes")], axis=0)
    bare[len(face) :] = 0
    names = [str(name) for name in raw["expression_names"]]
    return Model(
        neutral=np.vstack([face, eyes]),
        identities=identities.astype(np.float64),
        expressions=dict(zip(names, deltas, strict=True)),
        hair=hair,
        corners=np.vstack(parts).astype(np.intp),
        landmarks=landmarks,
        paint=paint,
        skin=bare,
    )


def _halves(quads: Indices) -> Indices:
    """The two triangles of each quadrangle."""
    return np.vstack([quads[:, :3], quads[:, [0, 2, 3]]])


def _ellipsoid(middle: Array, axes: Array, rows: int = 24, columns: int = 48) -> tuple[Array, Indices]:
    """Vertices (rows * columns, 3) and triangles of an ellipsoid."""
    polar = np.linspace(0, np.pi, rows)[:, None]
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None]
    unit = [np.sin(polar) * np.sin(around), np.cos(polar) + 0 * around, np.sin(polar) * np.cos(around)]
    r, c = (grid.ravel() for grid in np.mgrid[: rows - 1, :columns])
    next_column = (c + 1) % columns
    quads = [
        r * columns + c,
        (r + 1) * columns + c,
        (r + 1) * columns + next_column,
        r * columns + next_column,
    ]
    return np.stack(unit, axis=-1).reshape(-1, 3) * axes + middle, _halves(np.stack(quads, axis=1))


def _eyes(eyes: Array) -> tuple[Array, Array]:
    """How much of each vertex of the two eyeballs is iris, and how much pupil or the iris's dark border."""
    halves = np.split(eyes, 2)
    off = np.concatenate([np.linalg.norm(h[:, :2] - h[:, :2].mean(axis=0), axis=1) for h in halves])
    front = np.concatenate([h[:, 2] > h[:, 2].mean() for h in halves])
    border = 0.5 * np.exp(-(((off - 0.56) / 0.05) ** 2))
    return front * _falls(off, 0.56, 0.05), front * np.maximum(_falls(off, 0.2, 0.04), border)


def _face(face: Array, landmarks: Indices) -> dict[str, Array]:
    """How much of each vertex of the face is blush, lips, brows and lashes."""
    marks = face[landmarks]
    lashes = [np.vstack([marks[eye], marks[eye][:1]]) for eye in EYES]
    brows = [marks[brow] + [0, 0.05, 0] for brow in BROWS]
    lips = [(mouth := marks[LIPS]), np.vstack([mouth[:1], marks[INNER], mouth[6:7]])]
    cheeks = [marks[[2, 31]].mean(axis=0), marks[[14, 35]].mean(axis=0), marks[30]]
    near = [np.linalg.norm(face - cheek, axis=1) for cheek in cheeks]
    return {
        "blush": 0.5 * np.exp(-((np.min(near, axis=0) / 2.2) ** 2)),
        "lips": _falls(_distance(face, lips), 0.35, 0.12),
        "brows": 0.9 * _falls(_distance(face, brows), 0.38, 0.15),
        "lashes": 0.9 * _falls(_distance(face, lashes), 0.10, 0.08),
    }


def _falls(distance: Array, at: float, width: float) -> Array:
    """1 well below the distance `at`, 0 well above it."""
    return np.asarray(1 / (1 + np.exp(np.clip((distance - at) / (width / 4), -50, 50))))


def _distance(points: Array, lines: list[Array]) -> Array:
    """(n,) from each point to the nearest of the broken lines."""
    nearest = np.full(len(points), np.inf)
    for line in lines:
        for start, end in itertools.pairwise(line):
            along = np.clip((points - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
            nearest = np.minimum(
                nearest, np.linalg.norm(points - start - along[:, None] * (end - start), axis=1)
            )
    return nearest


def _mottle(seed: int, points: Array, total: int) -> Array:
    """(total, 1) factors near 1, smooth over the skin; 1 for what is beyond the points."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(0, 1, (24, 3)) * rng.uniform(0.3, 3, (24, 1))
    wave = np.sin(points @ waves.T + rng.uniform(0, 2 * np.pi, 24)).mean(axis=1)
    return np.asarray(np.pad(1 + 0.12 * wave, (0, total - len(points)), constant_values=1)[:, None])
