"""Runs MediaPipe's own FaceMesh, from its wheel, in a Python of its own: what Mien's mesh is held against."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.mediapipe_wheel import interpreter, run
from mien.types import Image

LOOKS = 10  # how often the mode for videos is shown the same picture; its points have settled by then

FACE_MESH = """
import sys
import mediapipe as mp, numpy as np
pictures, looks, made = np.load(sys.argv[1]), int(sys.argv[3]), {}
def mesh(picture, refine, still):
    h, w = picture.shape[:2]
    with mp.solutions.face_mesh.FaceMesh(still, 1, refine) as solution:
        for _ in range(1 if still else looks):
            found = solution.process(picture).multi_face_landmarks
    size = 478 if refine else 468
    return [(p.x * w, p.y * h, p.z * w) for p in found[0].landmark] if found else np.full((size, 3), np.nan)
with mp.solutions.face_detection.FaceDetection(model_selection=0) as detector:
    for name in pictures.files:
        picture = np.ascontiguousarray(pictures[name])
        h, w = picture.shape[:2]
        made["still_" + name] = mesh(picture, False, True)
        made["followed_" + name] = mesh(picture, False, False)
        made["refined_" + name] = mesh(picture, True, False)
        found = detector.process(picture).detections
        region = np.full(4, np.nan)
        if found:
            box = found[0].location_data.relative_bounding_box
            (x0, y0), (x1, y1) = [(p.x * w, p.y * h) for p in found[0].location_data.relative_keypoints[:2]]
            sides = box.width * w, box.height * h
            middle = box.xmin * w + sides[0] / 2, box.ymin * h + sides[1] / 2
            region = np.array([*middle, 1.5 * max(sides), np.arctan2(y1 - y0, x1 - x0)])
        made["region_" + name] = region
np.savez(sys.argv[2], **made)
"""

Arrays = npt.NDArray[np.float64]


def face_mesh(pictures: Sequence[Image]) -> dict[str, Arrays]:
    """What MediaPipe finds in pictures of one face each; NaN where nothing.

    still, followed: (n, 468, 3) pixels, in its modes for single pictures, and for videos after `LOOKS` of the same
    picture. refined: (n, 478, 3), the latter with its attention mesh. region: (n, 4), what the mesh is shown first, as
    `mien.faces.mesh.region` has it. Raises `OSError` where the wheel cannot be had.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "pictures.npz"), Path(folder, "points.npz")
        np.savez(given, **{f"{i:03}": picture for i, picture in enumerate(pictures)})
        run(str(interpreter()), "-c", FACE_MESH, str(given), str(made), str(LOOKS))
        with np.load(made) as arrays:
            kinds = ("still", "followed", "refined", "region")
            return {
                kind: np.array([arrays[f"{kind}_{i:03}"] for i in range(len(pictures))]) for kind in kinds
            }
