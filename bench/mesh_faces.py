"""The photographs that the face mesh is measured on; none of them had a part in how it looks for faces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from bench.shared import shared
from mien.demo import photographs
from mien.demo.photographs import EILEEN, GRACE
from mien.faces import FaceEngine
from mien.media import read_image
from mien.types import Faces, Image

MARGIN = 0.75  # of the box's longer side, around it: MediaPipe's detector is made for faces at arm's length
CORNERS = [36, 39, 42, 45]  # of the eyes, in the 68 landmarks


@dataclass(frozen=True, eq=False)
class Portrait:
    """One face. image: cut out around it. face: n = 1, in it. marks: (68, 2) landmarks that others found, or none."""

    name: str
    image: Image
    face: Faces
    marks: npt.NDArray[np.float64]


@cache
def portraits() -> list[Portrait]:
    """The two public-domain photographs of packages, then the faces of the group photographs, largest first."""
    photos = photographs.load()
    packaged = [cut(name, photos[name], face) for name in (GRACE, EILEEN) for face in detected(photos[name])]
    groups: list[Portrait] = []
    for file in sorted(shared("faces/group_photos").glob("*.jpg")):
        image = read_image(file)
        groups += [cut(file.stem, image, face) for face in detected(image)]
    return packaged + sorted(groups, key=lambda portrait: -float(portrait.face.widths[0]))


@cache
def marked() -> list[Portrait]:
    """The faces of dlib's examples, with the 68 landmarks that dlib's shape predictor found there."""
    result = []
    for file, marks in _landmarks():
        image = read_image(file)
        faces = detected(image)
        off = np.linalg.norm(faces.keypoints[:, :2].mean(axis=1) - marks[CORNERS].mean(axis=0), axis=1)
        if len(off) and off.min() < 0.5 * np.linalg.norm(marks[36] - marks[45]):
            result.append(cut(file.name, image, faces[int(off.argmin())], marks))
    return result


def _landmarks() -> Iterator[tuple[Path, npt.NDArray[np.float64]]]:
    root = shared("faces/landmarks_boxes")
    for part in ("training", "testing"):
        for picture in ElementTree.parse(root / f"{part}_with_face_landmarks.xml").iter("image"):
            for box in picture.iter("box"):
                parts = sorted(box.iter("part"), key=lambda one: int(one.attrib["name"]))
                points = [[float(one.attrib["x"]), float(one.attrib["y"])] for one in parts]
                yield root / picture.attrib["file"], np.array(points)


def cut(name: str, image: Image, face: Faces, marks: npt.NDArray[np.float64] | None = None) -> Portrait:
    """The face with what is around it."""
    x0, y0, x1, y1 = face.boxes[0]
    margin = MARGIN * max(x1 - x0, y1 - y0)
    left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
    part = np.ascontiguousarray(image[top : int(y1 + margin), left : int(x1 + margin)])
    corner = np.array([left, top], np.float32)
    moved = face.having(boxes=face.boxes - np.tile(corner, 2), keypoints=face.keypoints - corner)
    return Portrait(name, part, moved, np.zeros((0, 2)) if marks is None else marks - corner)


@cache
def _engine() -> FaceEngine:
    return FaceEngine()


def detected(image: Image) -> Faces:
    """The faces of a picture."""
    return _engine().detect(image)
