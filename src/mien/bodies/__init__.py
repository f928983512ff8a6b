"""Bodies in pictures: the 33 points of each, and the 21 of each hand."""

from mien.bodies.engine import BodyEngine, HandEngine, PersonDetector
from mien.bodies.parts import HAND_POINTS, LEFT, POSE_POINTS, RIGHT, Hands, Poses

__all__ = [
    "HAND_POINTS",
    "LEFT",
    "POSE_POINTS",
    "RIGHT",
    "BodyEngine",
    "HandEngine",
    "Hands",
    "PersonDetector",
    "Poses",
]
