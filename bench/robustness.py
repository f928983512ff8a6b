"""Turned and small faces, searched in a gallery that holds the right people and many others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import lfw
from bench.report import Row
from bench.shared import shared
from mien.faces import FaceEngine, default_engine
from mien.gallery import Gallery, open_gallery
from mien.gallery.stores.records import NewFace
from mien.media import read_image
from mien.types import Answer, Faces, Image

PEOPLE = 30  # who are searched for
WIDTHS = (64, 48, 32, 24, 16)


def rotation(quick: bool) -> Iterator[Row]:
    """30 faces, turned by 0 to 345 degrees."""
    engine = default_engine()
    cosines, wrong, shown = [], 0, 0
    with tempfile.TemporaryDirectory() as folder, lures(Path(folder), engine) as (gallery, probes):
        for name, file in probes:
            image = read_image(file)
            upright = central(engine, image, image.shape[1] / 2, image.shape[0] / 2)
            for angle in range(0, 360, 60 if quick else 15):
                picture = turned(image, angle)
                face = central(engine, picture, picture.shape[1] / 2, picture.shape[0] / 2)
                shown += 1
                if not len(face):
                    cosines.append(0.0)
                    continue
                cosines.append(float(face.embeddings[0] @ upright.embeddings[0]))
                answer = gallery.recognise(face)
                wrong += answer.answers[0] is Answer.MATCH and answer.names[0] != name
    kept = float((np.array(cosines) >= 0.5).mean())
    yield Row(
        "rotation by 0 to 345° in steps of 15°, 30 faces",
        f"{kept:.1%} keep a cosine ≥ 0.5 (lowest {min(cosines):.2f}), {wrong} of {shown} with a wrong name",
        "≥ 98 %, 0",
        kept >= 0.98 and wrong == 0,
        "gallery: the 30 people from another photograph, and 200 others",
    )


def small_faces(quick: bool) -> Iterator[Row]:
    """The same faces from 64 down to 16 pixels of width."""
    engine = default_engine()
    with tempfile.TemporaryDirectory() as folder, lures(Path(folder), engine) as (gallery, probes):
        for width in WIDTHS:
            right = unsaid = wrong = sure = lost = 0
            for name, file in probes:
                image = read_image(file)
                whole = central(engine, image, image.shape[1] / 2, image.shape[0] / 2)
                picture = shrunk(image, width / float(whole.widths[0]))
                face = central(engine, picture, picture.shape[1] / 2, picture.shape[0] / 2)
                if not len(face):
                    lost += 1
                    continue
                answer = gallery.recognise(face)
                named = answer.names[0]
                right += named == name
                unsaid += answer.answers[0] is Answer.CANNOT_SAY
                wrong += named not in (None, name)
                sure += named not in (None, name) and answer.probabilities[0] > 0.5
            yield Row(
                f"face of {width} pixels",
                f"right name {right}, cannot say {unsaid}, not found {lost}, wrong name {wrong}, of {len(probes)}",
                "no wrong name with p > 0.5; at 16: cannot say",
                sure == 0 and (width > 16 or right + wrong == 0),
            )


class lures:  # noqa: N801 - used as a context manager
    """A gallery of 30 people who have another photograph to search with, and of 200 who have not."""

    def __init__(self, folder: Path, engine: FaceEngine) -> None:
        self.gallery = open_gallery(folder / "lures.mien", engine=engine)

    def __enter__(self) -> tuple[Gallery, list[tuple[str, Path]]]:
        root = shared("faces/lfw")
        half = lfw.load()
        counts = np.bincount(half.person)
        people = np.flatnonzero(counts >= 2)[::20][:PEOPLE]
        others = np.flatnonzero(counts == 1)[::6][:200]
        probes, faces = [], []
        for person in [*people, *others]:
            rows = np.flatnonzero(half.person == person)
            name = half.files[rows[0]].split("/")[0]
            vector = self.gallery.engine.embedder.centred(half.flipped[rows[:1]])[0]
            face = NewFace({self.gallery.model: vector}, half.files[rows[0]], "", (0, 0, 1, 1), 1.0)
            faces.append((name, [self.gallery.turned(face)]))
            if len(rows) > 1:
                probes.append((name, root / half.files[rows[1]]))
        self.gallery.store.enroll_many(faces)
        return self.gallery, probes

    def __exit__(self, *raised: object) -> None:
        self.gallery.close()


def central(engine: FaceEngine, image: Image, x: float, y: float) -> Faces:
    """The embedded face nearest a point, or none within 45 pixels of it."""
    faces = engine.detect(image, min_face=10)
    distance = np.linalg.norm(faces.centres - np.array([x, y]), axis=1)
    near = faces[[int(np.argmin(distance))]] if len(faces) and distance.min() < 45 else Faces.empty()
    return engine.embed(image, near) if len(near) else near


def turned(image: Image, angle: float) -> Image:
    """The picture turned clockwise on a canvas that holds all of it, with black corners."""
    import cv2

    h, w = image.shape[:2]
    c, s = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
    size = (round(h * s + w * c), round(h * c + w * s))
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -angle, 1)
    matrix[:, 2] += [(size[0] - w) / 2, (size[1] - h) / 2]
    return np.asarray(cv2.warpAffine(image, matrix, size), np.uint8)


def shrunk(image: Image, scale: float) -> Image:
    """The picture scaled down, in the middle of a grey one of its former size."""
    import cv2

    h, w = image.shape[:2]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full_like(image, 127)
    y, x = (h - small.shape[0]) // 2, (w - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas
