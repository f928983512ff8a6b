"""What a self-audit finds, with its evidence, and how that is said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What is wrong, the most harmful first."""

    MISLABELLED = "somebody else"
    EITHER = "two people under one name"
    SHARED = "one picture under two names"
    ALIKE = "people who look alike"
    ONLY_POOR = "only poor photographs"
    POOR = "poor photograph"
    TWICE = "enrolled twice"


@dataclass(frozen=True)
class Finding:
    """Something to look at; nothing is changed by finding it.

    person: whom it concerns, by id. faces: which of the person's faces, by id; none where it concerns all of them.
    other: the other person, None where there is none. others: the other person's faces, where it concerns them.
    own: cosine to the rest of the person's faces, of which the faces are not part; like: cosine to the other person,
    or of the two pictures that are one; NaN where nothing was compared or the files are the same.
    probability: that faces are wrong, or that people who look alike are one; 1 where it is a matter of fact.
    detail: what more there is to say, as words that complete "the face is ...".
    """

    problem: Problem
    person: int
    faces: tuple[int, ...]
    other: int | None = None
    others: tuple[int, ...] = ()
    own: float = math.nan
    like: float = math.nan
    probability: float = 1.0
    detail: str = ""


def why(finding: Finding, names: Mapping[int, str]) -> str:
    """The evidence in one sentence, without a full stop."""
    person = names[finding.person]
    other = names[finding.other] if finding.other is not None else ""
    match finding.problem:
        case Problem.MISLABELLED:
            rest = f"similarity {finding.own:.2f} to the other photographs of {person}"
            return f"{rest}, {finding.like:.2f} to {other}" if other else f"{rest}, nobody else here is alike"
        case Problem.EITHER:
            told = f"similarity {finding.own:.2f} between the two"
            return f"{told}, {finding.like:.2f} of one of them to {other}" if other else told
        case Problem.SHARED:
            return f"the same {'file' if math.isnan(finding.like) else 'picture'} is enrolled of {other}"
        case Problem.ALIKE:
            return f"similarity {finding.like:.2f} to {other}"
        case Problem.ONLY_POOR:
            return f"the best photograph is of quality {finding.detail}"
        case Problem.POOR:
            return f"the face is {finding.detail}"
        case Problem.TWICE:
            return "the same file" if math.isnan(finding.like) else f"similarity {finding.like:.2f}"


def advice(finding: Finding, names: Mapping[int, str]) -> str:
    """What to do, in one sentence without a full stop."""
    person = names[finding.person]
    other = names[finding.other] if finding.other is not None else ""
    match finding.problem:
        case Problem.MISLABELLED:
            return f"move it to {other} if it is" if other else f"remove it if it is not {person}"
        case Problem.EITHER:
            return f"look at both and remove the one that is not {person}; a third photograph would tell"
        case Problem.SHARED:
            return "remove it from one of the two, or merge them if they are one person"
        case Problem.ALIKE:
            return "merge them if they are one person; if not, more photographs help to tell them apart"
        case Problem.ONLY_POOR:
            return f"enrol a better photograph: until then {person} is never a match"
        case Problem.POOR:
            return "replace it by a better one"
        case Problem.TWICE:
            return "keep one: a picture that counts twice outweighs the others"
