"""What the demo did: steps with their checks, pictures and times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from mien.draw import label_of
from mien.types import Answer, Faces, Image

NOBODY = "nobody"  # no face, or faces without a name
CANNOT_SAY = str(Answer.CANNOT_SAY)
UNKNOWN = "not given"  # the truth was not given: nothing to be right or wrong about


@dataclass(frozen=True)
class Check:
    """One question with the answer that was expected and the one that came; ok is None where no truth is known."""

    what: str
    expected: str
    answered: str
    ok: bool | None
    probability: float = math.nan
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture to show, (h, w, 3) uint8 RGB, with a caption; ok as in `Check`."""

    caption: str
    image: Image
    ok: bool | None = None


@dataclass(frozen=True)
class Spans:
    """When somebody is in a clip, in seconds: the truth and what was found."""

    name: str
    truth: tuple[tuple[float, float], ...]
    found: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Step:
    """A part of the demo: title, what it does in a sentence or two, and what came out."""

    title: str
    told: str
    checks: tuple[Check, ...] = ()
    pictures: tuple[Picture, ...] = ()
    spans: tuple[Spans, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class DemoResult:
    """The whole demo: its page, its steps, and the seconds it took."""

    page: Path
    steps: tuple[Step, ...]
    seconds: float

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of all steps that have a known truth."""
        return tuple(check for step in self.steps for check in step.checks if check.ok is not None)

    @property
    def ok(self) -> bool:
        """Whether everything came out as expected."""
        return all(check.ok for check in self.checks)


def judge(what: str, expected: str, faces: Faces) -> Check:
    """Whether the faces of a picture, or of one place in it, are what was expected.

    expected: a name, `NOBODY`, `CANNOT_SAY` or `UNKNOWN`.
    """
    if not len(faces):
        return Check(what, expected, "no face", _ok(expected, expected == NOBODY))
    assert faces.names is not None
    assert faces.answers is not None
    assert faces.probabilities is not None
    assert faces.reasons is not None
    named = [name for name in faces.names if name]
    first = faces[[int(faces.areas.argmax())]]
    right = {NOBODY: not named, CANNOT_SAY: list(faces.answers) == [Answer.CANNOT_SAY]}
    ok = right.get(expected, list(faces.names) == [expected])
    if len(faces) > 1 and expected in (NOBODY, UNKNOWN):
        brief = faces[(-faces.areas).argsort()].having(reasons=None)
        told = ", ".join(label_of(brief, i) for i in range(len(brief)))
        return Check(what, expected, told, _ok(expected, ok))
    answered = first.names[0] or str(first.answers[0])  # type: ignore[index]
    chance = float(first.probabilities[0]) if first.names[0] else math.nan  # type: ignore[index]
    return Check(what, expected, answered, _ok(expected, ok), chance, str(first.reasons[0]))  # type: ignore[index]


def _ok(expected: str, right: bool) -> bool | None:
    return None if expected == UNKNOWN else right
