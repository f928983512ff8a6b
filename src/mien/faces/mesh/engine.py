"""Finds the 478 points of faces with MediaPipe's mesh and iris networks; everything around them is written here."""

from __future__ import annotations

from types import TracebackType

import numpy as np
import numpy.typing as npt

from mien.faces.mesh import points as at
from mien.faces.mesh.region import (
    EYE,
    FACE,
    Points,
    Region,
    angle,
    around,
    crop,
    from_keypoints,
    to_picture,
)
from mien.models.tflite import LiteSession, open_lite
from mien.types import Faces, Floats, Image, Keypoints

AGAIN = 2  # looks after the first, each where the one before has it: a first one is as unsure as the detector
PRESENT = 0.5  # MediaPipe's own limit on presence


class Mesh:
    """The mesh and iris networks, ready to compute; may be used by any number of threads at once.

    Points are pixels of the picture: x to the right, y down, z away from the viewer at the same scale, from a plane
    through the head's middle. Which is where: `mien.faces.mesh.points`.

    >>> with Mesh() as mesh:                                                           # doctest: +SKIP
    ...     points, presence = mesh.find(image, engine.detect(image))
    """

    def __init__(self, *, iris: bool = True) -> None:
        """iris: find 478 points; 468 without, in a third of the time, and with eyelids that hardly follow a blink.

        Raises as `open_lite` where networks are missing.
        """
        self._mesh = open_lite("face-mesh")
        self._iris: LiteSession | None = open_lite("iris") if iris else None

    def find(self, image: Image, faces: Faces) -> tuple[Floats, Floats]:
        """points (n, 478 or 468, 3) float32 of each face, and presence (n,) float32 in [0, 1]: is it a face at all?

        Presence below `PRESENT` is "no". It does not tell whether points are covered, or how exact they are.
        """
        size = at.IRISES.stop if self._iris else at.MESH
        points, presence = np.zeros((len(faces), size, 3), np.float32), np.zeros(len(faces), np.float32)
        for i, keypoints in enumerate(faces.keypoints):
            points[i], presence[i] = self.first(image, keypoints)
        return points, presence

    def first(self, image: Image, keypoints: Keypoints) -> tuple[Points, float]:
        """Points and presence of a face by the detector's five points (5, 2) alone.

        Where these say that it is upside down, it is also looked at the other way up: a detector that has turned the
        picture to find faces is sometimes wrong by half a turn, and the network is surer of a face that is upright.
        """
        region = from_keypoints(keypoints)
        found = self.look(image, region, again=AGAIN)
        if abs(region[3]) <= np.pi / 2:
            return found
        other = self.look(image, region + np.array([0, 0, 0, np.pi]), again=AGAIN)
        return max(found, other, key=lambda look: look[1])

    def look(self, image: Image, region: Region, again: int = 0) -> tuple[Points, float]:
        """Points and presence of the face in a region; again: so many more looks, each around the points found."""
        points, presence = self._fit(image, region)
        for _ in range(again):
            points, presence = self._fit(image, next_region(points))
        if self._iris is None:
            return points, presence
        right = self._eye(self._iris, image, points[at.RIGHT_OUTER], points[at.RIGHT_INNER], mirror=False)
        left = self._eye(self._iris, image, points[at.LEFT_INNER], points[at.LEFT_OUTER], mirror=True)
        points[at.RIGHT_EYE, :2], points[at.LEFT_EYE, :2] = right[0][:, :2], left[0][:, :2]
        return np.concatenate([points, right[1], left[1]]), presence

    def _fit(self, image: Image, region: Region) -> tuple[Points, float]:
        size = 192
        points, logit = self._mesh.run(_feed(crop(image, region, size)))
        presence = 1 / (1 + np.exp(-float(logit.ravel()[0])))
        return to_picture(points.reshape(at.MESH, 3), region, size), presence

    def _eye(
        self,
        network: LiteSession,
        image: Image,
        start: npt.NDArray[np.float32],
        end: npt.NDArray[np.float32],
        *,
        mirror: bool,
    ) -> tuple[Points, Points]:
        """The border (16, 3) of an eye's opening, and its iris (5, 3), at the depth of its corners (3,).

        mirror: the network knows right eyes only, and is shown the mirror image of a left one.
        """
        size = 64
        region = around(np.stack([start, end])[:, :2], angle(start, end), EYE)
        shown = crop(image, region, size)[:, ::-1] if mirror else crop(image, region, size)
        border, iris = (values.reshape(-1, 3) for values in network.run(_feed(shown)))
        border = border[: len(at.RIGHT_EYE)]
        if mirror:
            border[:, 0], iris[:, 0] = size - border[:, 0], size - iris[:, 0]
            iris = iris[[0, 3, 2, 1, 4]]  # right and left border change places
        found = to_picture(border, region, size), to_picture(iris, region, size)
        found[1][:, 2] = (start[2] + end[2]) / 2
        return found

    def provenance(self) -> list[dict[str, str]]:
        """The models, as they stand in results."""
        return [session.provenance() for session in (self._mesh, self._iris) if session]

    def close(self) -> None:
        """Free the networks."""
        self._mesh.close()
        if self._iris:
            self._iris.close()

    def __enter__(self) -> Mesh:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def _feed(shown: Image) -> Floats:
    """What both networks are fed: (1, size, size, 3) float32 in [0, 1]."""
    return np.asarray(shown[None], np.float32) / np.float32(255)


def next_region(points: Points) -> Region:
    """Where to look for a face that had these points in the frame before, or in the look before."""
    turn = angle(points[at.RIGHT_OUTER], points[at.LEFT_OUTER])
    return around(points[: at.MESH, :2], turn, FACE)
