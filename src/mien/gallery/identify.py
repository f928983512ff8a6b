"""One face, the people it is most like, and the answer: match, no match, or cannot say and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mien.gallery.decide import Calibration, posterior
from mien.types import Answer, Faces, Issue

NEAREST = 5  # people who are looked at for each face
DOUBT = 0.1  # probability from which a person is still possible though below the threshold
POOR = 0.15  # quality below which a face is no ground to say that nobody is alike
# Quality that the best photograph of a person needs for the person to be a match. Of sound photographs 3 in 794 of LFW
# and none of 130 from elsewhere are below it; of faces of 22 x 28 pixels none are above as they are, nor 1 in 100 of
# those that were blurred by a pixel and enlarged, but 3 in 100 of those that were enlarged without blur.
ENROL_QUALITY = 0.5
RIVAL = 1 / 3  # share of the best person's probability from which a second one is too close to tell apart


@dataclass(frozen=True)
class Neighbour:
    """Somebody in the gallery who is like the face.

    name, and cosine to the face; photos: how many photographs are enrolled; quality: of the best of them, in [0, 1].
    """

    name: str
    cosine: float
    photos: int
    quality: float = 1.0


@dataclass(frozen=True)
class Verdict:
    """The answer for one face; candidate is the most similar person, None where nobody was compared."""

    answer: Answer
    reason: str
    name: str | None = None
    candidate: str | None = None
    similarity: float = math.nan
    probability: float = 0.0


def decide(
    calibration: Calibration, near: Sequence[Neighbour], limit: float, size: int, face: Faces
) -> Verdict:
    """The verdict on a face (`Faces` of length 1) given its most similar people, best first.

    limit: the cosine from which a person is a match; size: how many people the gallery holds.
    """
    issues: tuple[Issue, ...] = face.issues[0] if face.issues is not None else ()
    if Issue.SMALL_BOUNDING_BOX in issues:
        width = face.widths[0]
        return Verdict(Answer.CANNOT_SAY, f"the face is {width:.0f} pixels wide, too small to tell")
    if not near:
        return Verdict(Answer.NO_MATCH, "nobody is enrolled")
    best = near[0]
    chances = posterior(calibration, [n.cosine for n in near], [n.photos for n in near], size)
    chance = float(chances[0])
    found = Verdict(Answer.CANNOT_SAY, "", None, best.name, best.cosine, chance)
    if best.cosine >= limit:
        # Not always the next in cosine: what a cosine means depends on how many photographs are enrolled.
        rival = 1 + int(chances[1:].argmax()) if len(near) > 1 else 0
        if rival and chances[rival] > RIVAL * chance:
            return replace(found, reason=f"as much like {best.name} as like {near[rival].name}")
        if best.quality < ENROL_QUALITY:
            return replace(
                found, reason=f"looks like {best.name}, who was enrolled from poor photographs only"
            )
        told = f"similarity {best.cosine:.2f}, {limit:.2f} is needed"
        return replace(found, answer=Answer.MATCH, name=best.name, reason=told)
    told = f"similarity {best.cosine:.2f} to {best.name}, {limit:.2f} is needed"
    if chance >= DOUBT:
        return replace(found, reason=f"may be {best.name}: {told}")
    if doubt := unfit(face):
        return replace(found, reason=f"nobody alike, but the face is {doubt}")
    return replace(found, answer=Answer.NO_MATCH, reason=f"nobody alike: {told}")


def unfit(face: Faces) -> str:
    """Why a face (`Faces` of length 1) is no ground to say that it is like nobody: "the face is ..."; or nothing."""
    issues: tuple[Issue, ...] = face.issues[0] if face.issues is not None else ()
    poor = face.quality is not None and face.quality[0] < POOR
    return " and ".join(issues) or ("poor" if poor else "")


def struck(near: Neighbour, refused: float, limit: float) -> bool:
    """Whether a person is out of the question for a face, because somebody said "not this person" of one like it.

    refused: the face's highest cosine to faces that were said not to be this person. limit: the cosine from which two
    faces are the same person's (`threshold_of_one`). A face that is more like the person than like any of those is
    not affected, and neither is one that is like none of them.
    """
    return refused >= limit and refused > near.cosine
