"""How near the face mesh is to MediaPipe's own, how exact head pose and openings are, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import numpy as np

from bench import drawn_heads, mesh_faces, mesh_limits
from bench.mesh_limits import OUTER, Array, apart, off
from bench.mesh_wheel import LOOKS, face_mesh
from bench.report import Row
from mien.faces.align import similarity
from mien.faces.mesh import Mesh
from mien.faces.mesh import points as at
from mien.faces.mesh.geometry import measure
from mien.faces.mesh.pose import head_pose
from mien.faces.mesh.region import from_keypoints

FACES = 20  # compared with MediaPipe
# Corners of eyes and mouth and the base of the nose, among dlib's 68 landmarks and in the mesh.
SHARED = ([36, 39, 42, 45, 48, 54, 33], [33, 133, 362, 263, 61, 291, 2])


def wheel(quick: bool) -> Iterator[Row]:
    """Against MediaPipe's own FaceMesh."""
    candidates = mesh_faces.portraits()[: 8 if quick else 30]
    try:
        theirs = face_mesh([portrait.image for portrait in candidates])
    except OSError as error:
        yield Row("face mesh: against MediaPipe's own wheel", "not measured", "≤ 1 %", None, str(error))
        return
    with Mesh(iris=False) as mesh, Mesh() as whole:
        ours = np.array([mesh.find(one.image, one.face)[0][0] for one in candidates])
        fine = np.array([whole.find(one.image, one.face)[0][0] for one in candidates])
        first = np.array([shown(mesh, *pair) for pair in zip(candidates, theirs["region"], strict=True)])
    same = np.flatnonzero(off(ours, theirs["followed"]) < 0.5)[
        :FACES
    ]  # elsewhere it is somebody else's, or none
    skipped = int(same[-1]) + 1 - len(same)
    ours, fine, first = ours[same], fine[same], first[same]
    still, followed, refined = (theirs[kind][same] for kind in ("still", "followed", "refined"))
    five = np.array([candidates[i].face.keypoints[0] for i in same])
    error = off(ours, followed)
    pupils = error * apart(ours, OUTER) / apart(refined, [at.RIGHT_IRIS, at.LEFT_IRIS])
    yield Row(
        f"face mesh: 468 points of {len(same)} faces, against MediaPipe 0.10.21 following them",
        f"mean error {error.mean():.2%} of the distance of the outer corners of the eyes (largest {error.max():.2%})",
        "≤ 1 %",
        bool(error.mean() <= 0.01 and len(same) == (FACES if not quick else len(same))),
        f"{pupils.mean():.2%} of the distance of the pupils; MediaPipe in its mode for videos, after {LOOKS} looks at "
        f"the same picture; {skipped} faces passed over in which it found none or a neighbour's; a mean face put onto "
        f"the detector's five points: {off(mean_face(ours, five), followed).mean():.1%}",
    )
    yield Row(
        "face mesh: the same, against MediaPipe's first look at a single picture",
        f"mean error {off(ours, still).mean():.2%} (largest {off(ours, still).max():.2%})",
        "reported",
        None,
        f"MediaPipe's two modes differ by {off(still, followed).mean():.2%}: its detector places the first look, and "
        "not the same way as its mesh",
    )
    yield Row(
        "face mesh: the same, shown the very region that MediaPipe shows its own",
        f"mean error {off(first, still).mean():.3%}",
        "reported",
        None,
        "what the networks and warps written here leave; all else is where to look",
    )
    irises, eyes = at.IRISES, np.concatenate([at.RIGHT_EYE, at.LEFT_EYE])
    of = [
        f"{off(fine[:, part], refined[:, part], refined).mean():.2%}" for part in (slice(478), irises, eyes)
    ]
    yield Row(
        "face mesh: 478 points against MediaPipe's attention mesh, which is another network",
        f"all {of[0]}, irises {of[1]}, openings of the eyes {of[2]}",
        "reported",
        None,
        "of the same distance",
    )


def landmarks(quick: bool) -> Iterator[Row]:
    """Against landmarks of other origin."""
    portraits = mesh_faces.marked()[: 6 if quick else None]
    with Mesh() as mesh:
        found = np.array([mesh.find(one.image, one.face)[0][0] for one in portraits])
    marks = np.array([one.marks for one in portraits])
    five = np.array([one.face.keypoints[0] for one in portraits])
    scale = apart(marks, [36, 45])
    error = np.linalg.norm(found[:, SHARED[1], :2] - marks[:, SHARED[0]], axis=2).mean(axis=1) / scale
    mouths = np.linalg.norm(five[:, 3:] - marks[:, [48, 54]], axis=2).mean(axis=1) / scale
    yield Row(
        f"face mesh: seven points that dlib's shape predictor has, too, of {len(portraits)} faces, against it",
        f"mean error {error.mean():.1%} of the distance of the outer corners of the eyes",
        "reported",
        None,
        "corners of eyes and mouth, and the nose's base; PASCAL VOC photographs, "
        f"{scale.min():.0f} to {scale.max():.0f} pixels between the outer corners of the eyes; neither is the truth; "
        f"the detector's own corners of the mouth: {mouths.mean():.1%}",
    )


def pose(quick: bool) -> Iterator[Row]:
    """On drawn faces of known pose."""
    heads = drawn_heads.heads(60 if quick else 150)
    found = [head for head in heads if head.points is not None]
    truth = np.array([head.drawn.pose for head in found])
    side = found[0].drawn.image.shape[0]

    def error(known: bool, chosen: list[drawn_heads.Head]) -> Array:
        return np.array(
            [
                head_pose(head.points[None], (side, side), head.drawn.focal if known else None)[0]
                - head.drawn.pose
                for head in chosen
                if head.points is not None
            ]
        )

    plain = np.abs(error(False, found))
    per = ", ".join(
        f"{name} {e:.1f}°" for name, e in zip(drawn_heads.ANGLES, plain.mean(axis=0), strict=True)
    )
    yield Row(
        f"head pose on {len(found)} drawn faces turned by up to 30° in each of three angles",
        f"mean absolute error {plain.mean():.1f}° ({per}); median {np.median(plain):.1f}°, 95 of 100 below "
        f"{np.quantile(plain, 0.95):.1f}°",
        "≤ 4°",
        bool(plain.mean() <= 4),
        "other people than those it was fitted on, a third with expressions, focal lengths of 0.8 to 2.5 pictures, "
        "half off the middle; the focal length is assumed; the detector misses "
        f"{len(heads) - len(found)} of {len(heads)}; always saying 0: {np.abs(truth).mean():.1f}°",
    )
    exact = np.abs(error(True, found)).mean(axis=0)
    pnp = np.abs(drawn_heads.by_pnp(found) - truth).mean(axis=0)
    yield Row(
        "head pose, the same, with the focal length known; and by perspective-n-point from the same 2-D points",
        f"{', '.join(f'{e:.1f}°' for e in exact)}; {', '.join(f'{e:.1f}°' for e in pnp)}",
        "reported",
        None,
        "pitch, yaw, roll; the second is cv2.solvePnP, with the focal length known",
    )
    tones: list[str] = []
    for tone in range(drawn_heads.TONES):
        mine = [head for head in heads if head.tone == tone]
        seen = [head for head in mine if head.points is not None]
        value = f"{np.abs(error(False, seen)).mean():.1f}°" if seen else "-"
        tones.append(f"{value} ({len(seen)} of {len(mine)} found)")
    yield Row("head pose, the same by tone of skin, light to dark", ", ".join(tones), "reported", None)


def lids(quick: bool) -> Iterator[Row]:
    """Do the lids follow a blink?"""
    blinks = drawn_heads.blinks(4 if quick else 20)
    truth = np.array([blink.truth for blink in blinks])
    with_iris, without = (np.array([getattr(blink, kind) for blink in blinks]) for kind in ("iris", "mesh"))
    yield Row(
        f"face mesh: opening of eyes in {len(blinks)} drawn faces that blink by known amounts",
        f"correlation {np.corrcoef(truth, with_iris)[0, 1]:.2f}, slope {np.polyfit(truth, with_iris, 1)[0]:.2f}",
        "reported",
        None,
        f"lids from the iris network; from the mesh alone: {np.corrcoef(truth, without)[0, 1]:.2f}, "
        f"{np.polyfit(truth, without, 1)[0]:.2f}; 1 and 1 would be perfect",
    )


def robustness(quick: bool) -> Iterator[Row]:
    """When there is no face, when the detector is unsure, when faces are small or turned far."""
    for limit in (mesh_limits.nobody, mesh_limits.unsure, mesh_limits.small, mesh_limits.turned):
        yield from limit(quick)


def cost(quick: bool) -> Iterator[Row]:
    """CPU time of one face."""
    portrait = mesh_faces.portraits()[0]
    region = from_keypoints(portrait.face.keypoints[0])
    told = []
    for name, iris, again in (
        ("followed, 478 points", True, 0),
        ("new, 478", True, 2),
        ("followed, 468", False, 0),
    ):
        with Mesh(iris=iris) as mesh:
            times = []
            for _ in range(10 if quick else 100):
                start = process_time()
                points, _ = mesh.look(portrait.image, region, again)
                if iris:
                    measure(points[None], (480, 640))
                times.append(1000 * (process_time() - start))
        told.append(f"{name}: {np.median(times):.1f} ms")
    yield Row(
        "face mesh: CPU time of one face, with its geometry",
        ", ".join(told),
        "reported",
        None,
        "median, one thread",
    )


def shown(mesh: Mesh, portrait: mesh_faces.Portrait, region: Array) -> Array:
    """(468, 3) found by one look at a region, NaN where there is none."""
    if np.isnan(region).any():
        return np.full((at.MESH, 3), np.nan)
    return np.asarray(mesh.look(portrait.image, region)[0], np.float64)


def mean_face(meshes: Array, five: Array) -> Array:
    """(n, 468, 2) what knows of a face its five points (n, 5, 2) alone: there, the mean of all other meshes."""
    to_crop = similarity(five)
    turns, shifts = to_crop[:, :, :2], to_crop[:, None, :, 2]
    upright = meshes[..., :2] @ turns.transpose(0, 2, 1) + shifts
    others = (upright.sum(axis=0) - upright) / (len(upright) - 1)
    return np.asarray((others - shifts) @ np.linalg.inv(turns).transpose(0, 2, 1))
