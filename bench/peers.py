"""The usual ways to recognise faces, written as one would from their manuals: what Mien is measured against."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared import ROOT
from mien import models
from mien.models.fold import fold
from mien.models.session import CPU, load
from mien.types import Image

GALLERY = 20  # people to compare with


def opencv_loop(files: list[Path], threads: int | None = None, min_score: float = 0.9) -> int:
    """Read, detect, align, embed and compare with OpenCV alone; at its defaults unless told otherwise."""
    import cv2

    if threads:
        cv2.setNumThreads(threads)
    detector = cv2.FaceDetectorYN.create(str(models.prepared("yunet")), "", (250, 250), min_score)
    recognizer = cv2.FaceRecognizerSF.create(str(sface_for_opencv()), "")
    gallery = np.zeros((GALLERY, 128), np.float32)
    faces = 0
    for file in files:
        image = cv2.imread(str(file))
        detector.setInputSize((image.shape[1], image.shape[0]))
        _, found = detector.detect(image)
        for face in found if found is not None else []:
            feature = recognizer.feature(recognizer.alignCrop(image, face))
            (gallery @ feature[0]).argmax()
            faces += 1
    cv2.setNumThreads(-1)
    return faces


def dlib_loop(files: list[Path]) -> int:
    """Read, detect (HOG, enlarged once, as `face_recognition` does), crop, embed and compare with dlib alone.

    Without the landmarks that `face_recognition` aligns with, which makes it faster and less accurate.
    """
    import dlib

    detector = dlib.get_frontal_face_detector()
    network = dlib_network()
    gallery = np.zeros((GALLERY, 128))
    faces = 0
    for file in files:
        image = dlib.load_rgb_image(str(file))
        for box in detector(image, 1):
            top, left = max(box.top(), 0), max(box.left(), 0)
            chip = resized(image[top : box.bottom(), left : box.right()], 150, 150)
            feature = np.array(network.compute_face_descriptor(chip))
            np.linalg.norm(gallery - feature, axis=1).argmin()
            faces += 1
    return faces


def packaged_sface() -> Any:
    """SFace as it is packaged, in ONNX Runtime; its list of inputs is mended, without which it does not run."""
    import onnx

    graph = onnx.load(models.locate("sface"))
    del graph.graph.input[1:]
    return load(graph.SerializeToString(), "sface as packaged", CPU, 1)


def sface_for_opencv() -> Path:
    """SFace with folded weights and PRelu as it is, which is what OpenCV's model zoo offers; a temporary file."""
    import onnx

    path = Path(tempfile.gettempdir()) / f"opencv-sface-{models.card('sface').weights.sha256[:16]}.onnx"
    if not path.exists():
        onnx.save(fold(onnx.load(models.locate("sface")), {"data": (1, 3, 112, 112)}, keep_prelu=True), path)
    return path


def dlib_network() -> Any:
    """dlib's ResNet-29."""
    import dlib

    folder = Path(os.environ.get("MIEN_SHARED", ROOT.parent / "shared")) / "models"
    return dlib.face_recognition_model_v1(str(folder / "dlib/dlib_face_recognition_resnet_model_v1.dat"))


def resized(image: Image, width: int, height: int) -> Image:
    """The picture at exactly this size."""
    import cv2

    return np.ascontiguousarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
