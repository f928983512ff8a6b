"""Finds bodies and their hands in pictures: the networks behind two objects."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from mien.bodies import detector, hands, pose
from mien.bodies.detector import Found
from mien.bodies.hands import Hand
from mien.bodies.parts import LEFT, RIGHT, Hands, Poses
from mien.models.tflite import LiteSession, open_lite
from mien.types import Floats, Image

PRESENT = 0.5  # least presence of a body that is there (MediaPipe 0.10.21)

Own = TypeVar("Own", bound="Engine")


class Engine:
    """Networks that are freed together; may be used by any number of threads at once."""

    sessions: tuple[LiteSession, ...] = ()

    def provenance(self) -> list[dict[str, str]]:
        """What stands in every result that the networks had a part in."""
        return [session.provenance() for session in self.sessions]

    def close(self) -> None:
        """Free the networks."""
        for session in self.sessions:
            session.close()

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


class PersonDetector(Engine):
    """People in a picture whose heads can be seen, and where their bodies should be.

    >>> with PersonDetector() as people, BodyEngine() as bodies:                       # doctest: +SKIP
    ...     poses = bodies.detect(image, people.detect(image).axis)

    Raises the errors of `open_lite`.
    """

    def __init__(self) -> None:
        self.sessions = (open_lite("pose-detector"),)

    def detect(self, image: Image) -> Found:
        """The people in a picture, best first."""
        return detector.detect(self.sessions[0], image)


class BodyEngine(Engine):
    """The 33 points of a body, where one is thought to be.

    Raises the errors of `open_lite`.
    """

    def __init__(self) -> None:
        self.sessions = (open_lite("pose"),)

    def detect(self, image: Image, axes: Floats) -> Poses:
        """The poses of the bodies that are there, of those looked for around axes (n, 2, 2), see `Poses`."""
        poses = Poses.concatenate([Poses.empty(), *(self.follow(image, axis) for axis in axes)])
        return poses[poses.presence >= PRESENT]

    def follow(self, image: Image, axis: Floats) -> Poses:
        """The one body around an axis (2, 2), whether it is there or not (see `Poses.presence`); n = 1."""
        return pose.find(self.sessions[0], image, pose.around_axis(axis))


class HandEngine(Engine):
    """Hands: the 21 points of each hand of a body.

    model: "hands", or "hands-lite", which takes half the time and finds fewer of those that move fast.

    >>> with HandEngine() as hands:                                                    # doctest: +SKIP
    ...     found = hands.detect(image, poses)

    Raises the errors of `open_lite`.
    """

    def __init__(self, model: str = "hands") -> None:
        self.sessions = (open_lite("hand-recrop"), open_lite(model))

    def detect(self, image: Image, poses: Poses) -> Hands:
        """The hands of the people in a picture, in the order of their poses."""
        return hands.joined(
            [
                self.follow(image, side, points, visibility)
                for points, visibility in zip(poses.points, poses.visibility, strict=True)
                for side in (LEFT, RIGHT)
            ]
        )

    def follow(
        self, image: Image, side: int, points: Floats, visibility: Floats, before: Floats | None = None
    ) -> Hand:
        """One hand of a body, see `hands.find`."""
        recrop, network = self.sessions
        return hands.find(recrop, network, image, side, points, visibility, before)
