"""How usable a face is, and why not: measures on the aligned crop, each with a limit that has a reason.

The limits were read off the distribution of each measure over LFW (one picture in 13 of its development half)
and over pictures known to be bad; `docs/quality.md` shows what smallness costs in accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.faces import align
from mien.types import Faces, Image, Issue, objects

# Pixels of box width: below it the mean cosine to the same face in full size drops under 0.8.
MIN_WIDTH = 24.0
ENROL_WIDTH = 48.0  # pixels: above it that cosine is 0.94 or more
MIN_SCORE = 0.70  # the detector's; upright, uncovered LFW faces are at 0.85 or more
COVERED_SCORE = 0.85  # the lowest score in 1,000 upright, uncovered LFW faces
MIN_SHARPNESS = 25.0  # variance of the Laplacian; LFW's lowest is 32, a visibly blurred face has 20
# Grey levels: the highest of 424 LFW faces is 3.3; from 6 on, cosines to the clean face fall to 0.5.
MAX_NOISE = 6.0
MIN_BRIGHTNESS, MAX_BRIGHTNESS = 45.0, 225.0  # mean luma of the inner face; LFW spans 64 to 184
MIN_CONTRAST = 12.0  # standard deviation of that luma; LFW's lowest is 14
MAX_YAW = 0.60  # nose off the eyes' middle, in eye distances; 0.3 is the 99th percentile on one side of LFW
MAX_CUT = 0.15  # share of the box outside the picture

INNER = (slice(36, 104), slice(24, 88))  # rows, columns of the 112 x 112 crop: brows to chin, without hair
MOUTH = (slice(80, 106), slice(36, 76))
CHEEKS = ((slice(58, 70), slice(28, 44)), (slice(58, 70), slice(68, 84)))


@dataclass(frozen=True)
class Measures:
    """What is measured of one face (units beside the limits above)."""

    width: float
    score: float
    sharpness: float
    noise: float
    brightness: float
    contrast: float
    yaw: float
    cut: float
    covered: bool


def assess(image: Image, faces: Faces, crops: npt.NDArray[np.uint8]) -> Faces:
    """The faces with `quality` in [0, 1] (0 unusable, 1 as good as it gets) and `issues` filled in.

    crops: (n, 112, 112, 3) uint8, from `align.crops(image, faces)`.
    """
    measured = [measure(image, face, crop) for face, crop in zip(faces, crops, strict=True)]
    quality = np.array([_quality(m) for m in measured], np.float32)
    return faces.having(quality=quality, issues=objects([_issues(m) for m in measured]))


def measure(image: Image, face: Faces, crop: Image) -> Measures:
    """All measures of one face (a `Faces` of length 1) and its aligned crop."""
    import cv2

    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.uint8)
    laplacian = np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)
    inner = grey[INNER].astype(np.float32)
    h, w = image.shape[:2]
    seen = np.clip(face.boxes[0], 0, [w, h, w, h])
    area = max(float(face.areas[0]), 1e-6)
    return Measures(
        width=float(face.widths[0]),
        score=float(face.scores[0]),
        sharpness=float(laplacian[INNER].var()),
        noise=_noise(grey),
        brightness=float(inner.mean()),
        contrast=float(inner.std()),
        yaw=_yaw(face),
        cut=1 - float((seen[2] - seen[0]) * (seen[3] - seen[1])) / area,
        covered=float(face.scores[0]) < COVERED_SCORE or _mouth_covered(crop, laplacian),
    )


def _noise(grey: npt.NDArray[np.uint8]) -> float:
    """Standard deviation of the noise of the inner face, in grey levels (Immerkaer 1996).

    The mask is the difference of two Laplacians: it is blind to edges that are straight, and noise is not.
    Without it noise would count as sharpness.
    """
    import cv2

    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(grey.astype(np.float32), -1, mask)[INNER]
    return float(np.sqrt(np.pi / 2) * np.abs(response).mean() / 6)


def _yaw(face: Faces) -> float:
    """How far the nose tip is off the middle of the eyes, along the line of the eyes, in eye distances."""
    (m,) = align.similarity(face.keypoints)
    right, left, nose = (face.keypoints[0, :3] @ m[:, :2].T + m[:, 2])[:, 0]
    return float(abs(nose - (right + left) / 2) / max(abs(left - right), 1e-6))


def _mouth_covered(crop: Image, laplacian: npt.NDArray[np.float32]) -> bool:
    """A hint of a mask or a hand: the mouth region is smoother than the rest of the face and of another colour."""
    import cv2

    chroma = cv2.cvtColor(crop, cv2.COLOR_RGB2YCrCb)[..., 1:].astype(np.float32)
    cheeks = np.mean([chroma[region].mean(axis=(0, 1)) for region in CHEEKS], axis=0)
    other_colour = np.linalg.norm(chroma[MOUTH].mean(axis=(0, 1)) - cheeks) > 10
    smooth = laplacian[MOUTH].std() < 0.7 * laplacian[INNER].std()
    return bool(other_colour and smooth)


def _issues(m: Measures) -> tuple[Issue, ...]:
    found = {
        Issue.SMALL_BOUNDING_BOX: m.width < MIN_WIDTH,
        Issue.LOW_CONFIDENCE: m.score < MIN_SCORE,
        Issue.LOW_SHARPNESS: m.sharpness < MIN_SHARPNESS,
        Issue.NOISY: m.noise > MAX_NOISE,
        Issue.LOW_BRIGHTNESS: m.brightness < MIN_BRIGHTNESS,
        Issue.HIGH_BRIGHTNESS: m.brightness > MAX_BRIGHTNESS,
        Issue.LOW_CONTRAST: m.contrast < MIN_CONTRAST,
        Issue.EXTREME_POSE: m.yaw > MAX_YAW,
        Issue.OCCLUDED: m.covered,
        Issue.CUT_OFF: m.cut > MAX_CUT,
    }
    return tuple(issue for issue, present in found.items() if present)


def _quality(m: Measures) -> float:
    """The product of one ramp per measure: 0 at half its limit or worse, 1 where more of it gains nothing."""
    return float(
        _ramp(m.width, MIN_WIDTH / 2, 64)
        * _ramp(m.score, 0.5, 0.9)
        * _ramp(np.log(max(m.sharpness, 1e-3)), np.log(MIN_SHARPNESS / 2), np.log(100))
        * _ramp(-m.noise, -2 * MAX_NOISE, -4.5)
        * _ramp(m.brightness, MIN_BRIGHTNESS / 2, 80)
        * _ramp(255 - m.brightness, (255 - MAX_BRIGHTNESS) / 2, 60)
        * _ramp(m.contrast, MIN_CONTRAST / 2, 22)
        * _ramp(-m.yaw, -2 * MAX_YAW, -0.25)
        * _ramp(-m.cut, -2 * MAX_CUT, 0)
        * (0.6 if m.covered else 1.0)
    )


def _ramp(x: float, low: float, high: float) -> float:
    return float(np.clip((x - low) / (high - low), 0, 1))
