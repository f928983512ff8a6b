"""How near poses and hands are to what others find in the same clips, how often they are found, and how fast."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from time import perf_counter, process_time

import numpy as np

from bench import mediapipe_wheel
from bench.body_points import (
    LEFT_SHOULDER,
    RIGHT_SHOULDER,
    SURE,
    Points,
    compared,
    from_holistic_file,
    from_mmpose,
    from_openpose,
    here,
    nothing,
)
from bench.report import Row
from bench.shared import shared
from mien.bodies import BodyEngine, PersonDetector
from mien.faces.detect import Detector
from mien.features.extractor import Spread, View, one_by_one
from mien.features.extractors.hands import HandsExtractor
from mien.features.extractors.pose import PoseExtractor
from mien.media import read_frames, read_image
from mien.types import Faces, Frame

CLIPS = {
    "FOOTBALL": "sign/clips/FOOTBALL.mp4",
    "SOUP": "sign/clips/SOUP.mp4",
    "nine frames": "sign/clips/video_9frames.mp4",
    "hands at the face": "sign/pose/test_video.mp4",
}


def recorded(quick: bool) -> Iterator[Row]:
    """Against the one recording of MediaPipe Holistic whose clip is there, too."""
    ours, theirs = found("FOOTBALL"), from_holistic_file("clips/FOOTBALL.pose")
    for name, field in (("pose, 33 points", "pose"), ("hands, 2 x 21 points", "hands")):
        errors, both, there = compared(ours, theirs, field)
        still, *_ = compared(frozen(ours, theirs, field), theirs, field)
        yield Row(
            f"{name}, against the recording FOOTBALL.pose (62 frames)",
            f"mean error {errors.mean():.2%} of the shoulder width (median {np.median(errors):.2%}, "
            f"95 of 100 below {np.quantile(errors, 0.95):.2%})",
            "≤ 2 %",
            errors.mean() <= 0.02,
            f"where both are sure: {both:.1%} of all points, {both / there:.1%} of those the recording is sure of; "
            f"the recording is smoothed over time, ours is not; its first frame held still: {still.mean():.1%}",
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
        errors, *_ = compared(alone(clip), from_wheel(clip, still=True), "pose")
        yield Row(
            f"pose of each frame by itself, against MediaPipe 0.10.21, {clip}",
            f"{errors.mean():.2%} (median {np.median(errors):.2%})",
            "reported",
            None,
            "regions from the detector, as there; no frame before has a part in it",
        )
        ours, theirs = found(clip), from_wheel(clip)
        pose, hands = (compared(ours, theirs, field)[0] for field in ("pose", "hands"))
        yield Row(
            f"pose and hands followed, against MediaPipe 0.10.21 without smoothing, {clip}",
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
        told, held = [], []
        for name, field in (("13 points of the body", "pose"), ("hands", "hands")):
            errors, both, _ = compared(ours, theirs, field)
            told.append(f"{name} {errors.mean():.1%} (median {np.median(errors):.1%}, {both:.0%} of points)")
            held.append(f"{compared(frozen(ours, theirs, field), theirs, field)[0].mean():.1%}")
        yield Row(
            f"against MMPose whole-body, {clip}",
            ", ".join(told),
            "reported",
            None,
            f"its own first frame held still: {', '.join(held)}; a body that hardly moves tells where networks put "
            "a joint, not how well they follow it",
        )
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


def frozen(ours: Points, theirs: Points, field: str) -> Points:
    """Ours, with the other's first frame in the place of all: what one gets without looking."""
    points = getattr(theirs, field)
    return replace(ours, **{field: np.broadcast_to(points[:1], points.shape)})


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
    points = nothing(n)
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


def alone(clip: str) -> Points:
    """The poses of the first person whom the detector finds in each frame, without any other frame; no hands."""
    n = len(frames(clip))
    points = nothing(n)
    with PersonDetector() as people, BodyEngine() as bodies:
        for i, frame in enumerate(frames(clip)):
            poses = bodies.detect(frame.image, people.detect(frame.image).axis[:1])
            points.pose[i, :], points.pose_sure[i, :] = poses.points[0, :, :2], poses.visibility[0]
    return points


def from_wheel(clip: str, *, still: bool = False, smooth: bool = False) -> Points:
    """What MediaPipe itself finds."""
    images = np.stack([frame.image for frame in frames(clip)])
    arrays = mediapipe_wheel.holistic(images, still=still, smooth=smooth)
    hands = arrays["hands"][..., :2]
    return Points(
        arrays["pose"][..., :2], arrays["pose"][..., 3], hands, np.isfinite(hands[..., 0]).astype(float)
    )


def four_up(frame: Frame) -> Frame:
    """Three copies of a frame of 640 x 360 in one of 1280 x 720, and a grey field."""
    grey = np.full_like(frame.image, 128)
    rows = [np.hstack([frame.image, frame.image]), np.hstack([frame.image, grey])]
    return replace(frame, image=np.vstack(rows))
