"""How near poses and hands are to what others find in the same clips, how often they are found, and how fast."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt

from bench import mediapipe_wheel, pose_files
from bench.report import Row
from bench.shared import shared
from mien.bodies import BodyEngine, PersonDetector
from mien.faces.detect import Detector
from mien.features.extractor import Spread, View, one_by_one
from mien.features.extractors.hands import HandsExtractor
from mien.features.extractors.pose import PoseExtractor
from mien.media import read_frames, read_image
from mien.types import Faces, Frame

SURE = 0.5  # confidence from which a point counts
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12
CLIPS = {
    "FOOTBALL": "sign/clips/FOOTBALL.mp4",
    "SOUP": "sign/clips/SOUP.mp4",
    "nine frames": "sign/clips/video_9frames.mp4",
    "hands at the face": "sign/pose/test_video.mp4",
}
# The first 13 points of COCO's body, which MMPose gives, among the 33.
COCO = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24)
# Points of OpenPose's BODY_25 that lie at joints which both have (it has no hips here), and ours.
OPENPOSE = {0: 0, 2: 12, 3: 14, 4: 16, 5: 11, 6: 13, 7: 15}

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Points:
    """What somebody found in n frames: pose (n, 33, 2) and hands (n, 2, 21, 2) in pixels with their confidences."""

    pose: Floats
    pose_sure: Floats
    hands: Floats
    hands_sure: Floats

    @property
    def shoulders(self) -> Floats:
        """(n,) width of the shoulders in pixels, the unit of every error."""
        return np.linalg.norm(self.pose[:, LEFT_SHOULDER] - self.pose[:, RIGHT_SHOULDER], axis=-1)


def recorded(quick: bool) -> Iterator[Row]:
    """Against the one recording of MediaPipe Holistic whose clip is there, too."""
    ours, theirs = found("FOOTBALL"), from_holistic_file("clips/FOOTBALL.pose")
    for name, field in (("pose, 33 points", "pose"), ("hands, 2 x 21 points", "hands")):
        errors, both, there = compared(ours, theirs, field)
        still = np.broadcast_to(getattr(theirs, field)[:1], getattr(theirs, field).shape)
        frozen, *_ = compared(replace(ours, **{field: still}), theirs, field)
        yield Row(
            f"{name}, against the recording FOOTBALL.pose (62 frames)",
            f"mean error {errors.mean():.2%} of the shoulder width (median {np.median(errors):.2%}, "
            f"95 of 100 below {np.quantile(errors, 0.95):.2%})",
            "≤ 2 %",
            errors.mean() <= 0.02,
            f"where both are sure: {both:.1%} of all points, {both / there:.1%} of those the recording is sure of; "
            f"the recording is smoothed over time, ours is not; its first frame held still: {frozen.mean():.1%}",
        )


def wheel(quick: bool) -> Iterator[Row]:
    """Against MediaPipe itself on the same frames."""
    try:
        smooth = from_wheel("FOOTBALL", smooth=True)
    except OSError as error:
        yield Row("against MediaPipe's own wheel", "not measured", "reported", None, str(error))
        return
    file = from_holistic_file("clips/FOOTBALL.pose")
    pose, hands = (compared(smooth, file, field)[0] for field in ("pose", "hands"))
    yield Row(
        "MediaPipe 0.10.21 itself against FOOTBALL.pose, with its smoothing on",
        f"pose {pose.mean():.2%}, hands {hands.mean():.2%}",
        "reported",
        None,
        "so the recording was made with smoothing, which is most of what lies between it and us",
    )
    for clip in list(CLIPS)[: 1 if quick else None]:
        ours, theirs = found(clip), from_wheel(clip, smooth=False)
        pose, hands = (compared(ours, theirs, field)[0] for field in ("pose", "hands"))
        yield Row(
            f"against MediaPipe 0.10.21 without smoothing, {clip}",
            f"pose {pose.mean():.2%} (median {np.median(pose):.2%}), "
            f"hands {hands.mean():.2%} (median {np.median(hands):.2%})",
            "reported",
            None,
            f"hands found: ours in {here(ours.hands):.1%}, its in {here(theirs.hands):.1%} of frames and sides",
        )


def other_estimators(quick: bool) -> Iterator[Row]:
    """Against networks of other families, which know nothing of MediaPipe's."""
    for clip in ("FOOTBALL", "SOUP"):
        ours, theirs = found(clip), from_mmpose(f"clips/mmpose_wholebody_{clip}.pose")
        parts = []
        for name, field in (("13 points of the body", "pose"), ("hands", "hands")):
            errors, both, _ = compared(ours, theirs, field)
            parts.append(f"{name} {errors.mean():.1%} (median {np.median(errors):.1%}, {both:.0%} of points)")
        yield Row(f"against MMPose whole-body, {clip}", ", ".join(parts), "reported", None)
    ours, theirs = found("nine frames"), from_openpose("clips/video_9frames_v0.0.pose")
    errors, both, _ = compared(ours, theirs, "pose")
    hands, *_ = compared(ours, theirs, "hands")
    yield Row(
        "against OpenPose, nine frames",
        f"7 points of the body {errors.mean():.1%}, hands {hands.mean():.1%}",
        "reported",
        None,
        "networks put joints at different places: two that are both right differ by some percent",
    )


def coverage(quick: bool) -> Iterator[Row]:
    """How often hands are found, with the full and the lite network."""
    for clip in list(CLIPS)[: 1 if quick else None]:
        full, lite = found(clip), found(clip, "hands-lite")
        sure = (full.pose_sure >= SURE).mean()
        yield Row(
            f"found in {clip} ({len(full.pose)} frames)",
            f"pose in {here(full.pose):.1%} of frames, {sure:.1%} of points visible; hands in "
            f"{here(full.hands):.1%} of frames and sides, lite network {here(lite.hands):.1%}",
            "reported",
            None,
        )


def seeding(quick: bool) -> Iterator[Row]:
    """Whether a body is found under a face as well as by the detector of people."""
    agree, missed, looks = [], 0, 0
    with PersonDetector() as people, BodyEngine() as bodies:
        for clip in CLIPS:
            for frame in frames(clip)[:: 20 if quick else 6]:
                by_detector = bodies.detect(frame.image, people.detect(frame.image).axis[:1])
                table = PoseExtractor().see(seen(frame, face(frame)))
                looks += 1
                if not len(by_detector) or not len(table["track"]):
                    missed += 1
                    continue
                one, other = by_detector.points[0, :, :2], table["points"][0, :, :2]
                sure = by_detector.visibility[0] >= SURE
                width = np.linalg.norm(one[LEFT_SHOULDER] - one[RIGHT_SHOULDER])
                agree.append(np.linalg.norm(one - other, axis=-1)[sure].mean() / width)
    yield Row(
        "a body looked for under its face, against MediaPipe's detector of people",
        f"{np.mean(agree):.1%} of the shoulder width apart, {missed} of {looks} looks found by one alone or none",
        "reported",
        None,
        "the same body looked for twice from other regions lies about as far apart",
    )
    faces = under = persons = 0
    with PersonDetector() as people:
        for path in sorted(shared("faces/group_photos").glob("*.jpg"))[: 3 if quick else None]:
            image = read_image(path)
            all_faces = detector().detect(image)
            faces += len(all_faces)
            under += len(PoseExtractor().see(seen(Frame(image), all_faces))["track"])
            persons += len(people.detect(image))
    yield Row(
        f"people in group photographs, of {faces} whose face was found",
        f"body under the face {under / faces:.0%}; MediaPipe's detector finds {persons / faces:.0%} as many people",
        "reported",
        None,
        "which is why the extractor starts from faces",
    )


def speed(quick: bool) -> Iterator[Row]:
    """Three signers side by side in 1280 x 720, all of their hands in view."""
    clip = [four_up(frame) for frame in frames("FOOTBALL")[: 10 if quick else 40]]
    faces = Detector().detect(clip[0].image, search_orientation=False)[:3]
    with ThreadPoolExecutor(2) as pool:
        both: Spread = lambda work, things: list(pool.map(work, things))  # noqa: E731
        for model in ("hands", "hands-lite"):
            pose, hands = PoseExtractor(), HandsExtractor(model)
            begin, cpu = perf_counter(), process_time()
            for frame in clip:
                view = replace(seen(frame, faces), spread=both)
                hands.see(replace(view, rows={"pose": pose.see(view)}))
            wall, cpu = perf_counter() - begin, process_time() - cpu
            yield Row(
                f"pose and both hands of {len(faces)} people at 720p on two cores, {model}",
                f"{len(clip) / wall:.1f} frames/s, {1e3 * cpu / len(clip):.0f} ms of processor time a frame",
                "reported",
                None,
                "nothing else is done meanwhile; decoding, faces and identities come on top",
            )


def compared(ours: Points, theirs: Points, field: str) -> tuple[Floats, float, float]:
    """Errors in shoulder widths where both are sure, the share of points where both are, and where the others are."""
    sure = [getattr(points, f"{field}_sure") >= SURE for points in (ours, theirs)]
    apart = np.linalg.norm(getattr(ours, field) - getattr(theirs, field), axis=-1)
    errors = apart / ours.shoulders.reshape(-1, *[1] * (apart.ndim - 1))
    both = sure[0] & sure[1]
    return errors[both], float(both.mean()), float(sure[1].mean())


def here(points: Floats) -> float:
    """The share of frames (and sides) in which something was found."""
    return float(np.isfinite(points[..., 0, 0]).mean())


@cache
def frames(clip: str) -> tuple[Frame, ...]:
    """All frames of a clip."""
    return tuple(read_frames(shared(CLIPS[clip])))


@cache
def detector() -> Detector:
    """The face detector."""
    return Detector()


def face(frame: Frame) -> Faces:
    """The largest face of a frame, if there is one."""
    return detector().detect(frame.image, search_orientation=False).largest()


def seen(frame: Frame, faces: Faces) -> View:
    """A frame in which the detector looked and each face has its own track."""
    return View(frame, faces, np.arange(len(faces), dtype=np.int32), spread=one_by_one)


@cache
def found(clip: str, model: str = "hands") -> Points:
    """What the extractors find of the one person in a clip."""
    pose, hands = PoseExtractor(), HandsExtractor(model)
    n = len(frames(clip))
    points = Points(
        np.full((n, 33, 2), np.nan), np.zeros((n, 33)), np.full((n, 2, 21, 2), np.nan), np.zeros((n, 2, 21))
    )
    for i, frame in enumerate(frames(clip)):
        view = seen(frame, face(frame))
        table = pose.see(view)
        own = hands.see(replace(view, rows={"pose": table}))
        for row in range(len(table["track"])):
            points.pose[i], points.pose_sure[i] = table["points"][row, :, :2], table["visibility"][row]
            for side, name in enumerate(("left", "right")):
                points.hands[i, side] = own[name][row, :, :2]
                points.hands_sure[i, side] = own[f"{name}_score"][row]
    return points


def from_wheel(clip: str, *, smooth: bool) -> Points:
    """What MediaPipe itself finds."""
    arrays = mediapipe_wheel.holistic(np.stack([frame.image for frame in frames(clip)]), smooth=smooth)
    hands = arrays["hands"][..., :2]
    return Points(
        arrays["pose"][..., :2], arrays["pose"][..., 3], hands, np.isfinite(hands[..., 0]).astype(float)
    )


def from_holistic_file(path: str) -> Points:
    """A recording of MediaPipe Holistic; confidence of hands is 1 where there is one."""
    file = pose_files.read(shared(f"sign/{path}"))
    pose, left, right = (file.component(f"{part}_LANDMARKS") for part in ("POSE", "LEFT_HAND", "RIGHT_HAND"))
    points, sure = file.points[:, 0, :, :2], file.confidence[:, 0]
    hands = np.stack([points[:, left], points[:, right]], axis=1)
    return Points(points[:, pose], sure[:, pose], hands, np.stack([sure[:, left], sure[:, right]], axis=1))


def from_mmpose(path: str) -> Points:
    """A recording of MMPose's 133 points; of the body only those that ours has, too."""
    file = pose_files.read(shared(f"sign/{path}"))
    points, sure = file.points[:, 0], file.confidence[:, 0]
    body = np.full((len(points), 33, 2), np.nan)
    body_sure = np.zeros(body.shape[:2])
    body[:, COCO], body_sure[:, COCO] = points[:, : len(COCO)], sure[:, : len(COCO)]
    left, right = file.component("LEFT_HAND"), file.component("RIGHT_HAND")
    hands = np.stack([points[:, left], points[:, right]], axis=1)
    return Points(body, body_sure, hands, np.stack([sure[:, left], sure[:, right]], axis=1))


def from_openpose(path: str) -> Points:
    """A recording of OpenPose's 137 points; of the body only those that ours has, too."""
    file = pose_files.read(shared(f"sign/{path}"))
    points, sure = file.points[:, 0], file.confidence[:, 0]
    body = np.full((len(points), 33, 2), np.nan)
    body_sure = np.zeros(body.shape[:2])
    theirs, own = list(OPENPOSE), list(OPENPOSE.values())
    body[:, own], body_sure[:, own] = points[:, theirs], sure[:, theirs]
    left, right = (file.component(f"hand_{side}_keypoints_2d") for side in ("left", "right"))
    hands = np.stack([points[:, left], points[:, right]], axis=1)
    return Points(body, body_sure, hands, np.stack([sure[:, left], sure[:, right]], axis=1))


def four_up(frame: Frame) -> Frame:
    """Three copies of a frame of 640 x 360 in one of 1280 x 720, and a grey field."""
    grey = np.full_like(frame.image, 128)
    rows = [np.hstack([frame.image, frame.image]), np.hstack([frame.image, grey])]
    return replace(frame, image=np.vstack(rows))
