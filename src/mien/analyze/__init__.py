"""Composes the rooms over a medium: who is in a video, and all that can be measured of them over time."""

from mien.analyze.measures import MEASURES
from mien.analyze.progress import Progress
from mien.analyze.video import (
    BRIEF,
    RATE,
    Appearance,
    Crowd,
    Recogniser,
    VideoResult,
    identify_video,
    spaced,
)

__all__ = [
    "BRIEF",
    "MEASURES",
    "RATE",
    "Appearance",
    "Crowd",
    "Progress",
    "Recogniser",
    "VideoResult",
    "identify_video",
    "spaced",
]
