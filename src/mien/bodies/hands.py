"""The 21 points of each hand, looked for at the wrists of a body, or where the hand was in the picture before.

The way is that of MediaPipe Holistic: a pose gives a rough region, a small network ("recrop") a better one; if the
hand's own points in the picture before agree with it, the region around those is used instead, which is better still.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mien.bodies.networks import seen
from mien.bodies.parts import RIGHT, Hands
from mien.bodies.regions import (
    DOWN,
    UP,
    Points,
    Region,
    around,
    enclosing,
    moved,
    to_picture,
    to_region,
    wrapped,
)
from mien.models.tflite import LiteSession
from mien.types import Floats, Image

# All numbers are those of MediaPipe 0.10.21's graphs "holistic_landmark" and "hand_landmark".
SIZE, RECROP_SIZE = 224, 256
WRIST = ((15, 17, 19), (16, 18, 20))  # wrist, little and index finger of a pose: left hand, right hand
VISIBLE = 0.1  # least visibility of a wrist to look for its hand
PRESENT = 0.5  # least score of a hand that is there
DEPTH = 0.4  # z of the network is larger than x by 1 / 0.4
PALM = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)  # points that the next region encloses
KNUCKLES = (5, 9, 13)  # roots of index, middle and ring finger: their mean gives the turn
TURN, SHIFT, GROWTH = np.radians(40), 0.2, 0.4  # how far the region before may differ from the recrop
INNER = 0.9  # of the recrop, in which all points before must lie

SAME = 0.5  # lengths of the palm: nearer to each other than this, two hands may be one (MediaPipe keeps both)


@dataclass(frozen=True, eq=False)
class Hand:
    """One hand of a body, see `Hands`: points (21, 3), score and side."""

    points: Floats
    score: float = 0.0
    side: float = np.nan


ABSENT = Hand(np.full((21, 3), np.nan, np.float32))


def find(
    recrop: LiteSession,
    network: LiteSession,
    image: Image,
    side: int,
    pose: Floats,
    visibility: Floats,
    before: Floats | None = None,
) -> Hand:
    """The hand of that side, `LEFT` or `RIGHT`, of one body.

    pose, visibility: (33, 3) and (33,) of the body in this picture.
    before: (21, 3) where the hand was in the picture before, or NaN; None after a cut.
    """
    wrist, little, index = WRIST[side]
    rough = from_pose(pose[wrist, :2], pose[little, :2], pose[index, :2])
    in_sight = in_view(image, pose[wrist, :2]) or in_view(image, rough[:2])
    if visibility[wrist] < VISIBLE or not in_sight:
        return ABSENT
    region = recropped(recrop, image, rough)
    if before is not None and np.isfinite(before[0, 0]):
        region = followed(before[:, :2], region)
    values, score, right = network.run(seen(network.card, image, region))
    if score.item() < PRESENT:
        return replace(ABSENT, score=score.item())
    flat: Floats = np.divide(values.reshape(21, 3), [1, 1, DEPTH])
    own = right.item() if side == RIGHT else 1 - right.item()
    return Hand(to_picture(flat, region, SIZE), score.item(), own)


def joined(found: list[Hand]) -> Hands:
    """The hands of n people, of 2 n: each person's left, then right.

    Where both arms of a person lay hold of the same hand, the arm keeps it whose side it looks like.
    """
    pairs = [once(*found[k : k + 2]) for k in range(0, len(found), 2)]
    return Hands(
        points=np.array([[one.points for one in pair] for pair in pairs], np.float32).reshape(-1, 2, 21, 3),
        scores=np.array([[one.score for one in pair] for pair in pairs], np.float32).reshape(-1, 2),
        sides=np.array([[one.side for one in pair] for pair in pairs], np.float32).reshape(-1, 2),
    )


def once(left: Hand, right: Hand) -> tuple[Hand, Hand]:
    """Both hands, or the one that it is if they are one and it looks like one side only."""
    apart = np.linalg.norm(left.points[:, :2] - right.points[:, :2], axis=-1).mean()
    palms = [np.linalg.norm(one.points[9, :2] - one.points[0, :2]) for one in (left, right)]
    if apart < SAME * max(palms):  # never where one is missing: NaN
        if left.side < 0.5 <= right.side:
            return ABSENT, right
        if right.side < 0.5 <= left.side:
            return left, ABSENT
    return left, right


def in_view(image: Image, point: Points) -> bool:
    """Whether a point (2,) lies in the picture."""
    h, w = image.shape[:2]
    return bool(0 <= point[0] < w and 0 <= point[1] < h)


def from_pose(wrist: Points, little: Points, index: Points) -> Region:
    """Roughly where the hand is, by three points (2,) of a pose."""
    middle: Points = (2 * index + little) / 3
    return moved(around(middle, 2 * middle - wrist, UP), 2.7, up=0.1)


def recropped(recrop: LiteSession, image: Image, rough: Region) -> Region:
    """The region that the recrop network draws within a rough one."""
    (ends,) = recrop.run(seen(recrop.card, image, rough))
    centre, tip = to_picture(ends.reshape(2, 2), rough, RECROP_SIZE)
    return moved(around(centre, tip, DOWN), 1.0, up=0.1)


def from_hand(points: Floats) -> Region:
    """Where the hand is in the next picture, by its points (21, 2) in this one."""
    knuckles = points[list(KNUCKLES)]
    ahead = ((knuckles[0] + knuckles[2]) / 2 + knuckles[1]) / 2 - points[0]
    return enclosing(points[list(PALM)], UP - float(np.arctan2(-ahead[1], ahead[0])), scale=2.0, up=0.1)


def followed(before: Floats, now: Region) -> Region:
    """The region around the points (21, 2) of the picture before if `now`, the recrop's, agrees; otherwise `now`."""
    region = from_hand(before)
    turn = abs(wrapped(float(region[3] - now[3])))
    shift = np.abs(to_region(region[:2], now)).max()
    growth = abs(region[2] / now[2] - 1)
    inner = np.abs(to_region(before, now)).max()
    agrees = turn <= TURN and shift <= SHIFT and growth <= GROWTH and inner < INNER / 2
    return region if agrees else now
