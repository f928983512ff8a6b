"""The demo on photographs that arrive with packages: enrol two people, then look for them everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mien.demo import photographs
from mien.demo.film import film
from mien.demo.photographs import EILEEN, GRACE
from mien.demo.steps import CANNOT_SAY, NOBODY, Check, Picture, Step, judge
from mien.demo.variants import WIDTHS, scaled, side_by_side, variants, within
from mien.draw import annotate
from mien.errors import NoFaceFound
from mien.gallery import Gallery, verify
from mien.types import Answer, Faces, Image

SHOWN = 320  # pixels; height of the pictures on the page
HONEST = (
    "There is only one free photograph of each of them, so everything below is made from those same two "
    "photographs: it shows that the machinery works, not how well people are recognised years apart."
)


def steps(people: Gallery, folder: Path) -> Iterator[Step]:
    """The steps, each when it is done. folder: where the clip is written."""
    photos = photographs.load()
    yield enrolling(people, photos)
    yield group(people, photos)
    yield negatives(people, photos)
    for name in (GRACE, EILEEN):
        yield variations(people, name, photos[name])
    yield pairs(people, photos)
    yield film(people, photos, folder)


def enrolling(people: Gallery, photos: dict[str, Image]) -> Step:
    """One photograph each of the two people; one of them is a stranger first, and the cat is refused."""
    checks = [_enrolled(people, EILEEN, photos[EILEEN], "enrolled")]
    checks.append(judge(f"{GRACE}, not yet enrolled", NOBODY, people.identify(photos[GRACE])))
    checks.append(_enrolled(people, GRACE, photos[GRACE], "enrolled"))
    checks.append(_enrolled(people, "cat", photos["cat"], "refused"))
    pictures = []
    for name in (EILEEN, GRACE):
        marked = annotate(photos[name], people.engine.detect(photos[name]), keypoints=True)
        pictures.append(Picture(f"{name}, as enrolled", scaled(marked, SHOWN / len(marked)), True))
    return Step("Enrol two people", HONEST, tuple(checks), tuple(pictures))


def _enrolled(people: Gallery, name: str, photo: Image, expected: str) -> Check:
    try:
        person = people.enroll(name, photo).person
        answered, reason = "enrolled", f"{person.faces} photograph"
    except NoFaceFound as error:
        answered, reason = "refused", "; ".join(why for _, why in error.rejected)
    return Check(name, expected, answered, answered == expected, reason=reason)


def group(people: Gallery, photos: dict[str, Image]) -> Step:
    """One picture of all: two who are known, a stranger, a cat and a cup of coffee."""
    names = [EILEEN, GRACE, "photographer", "cat", "coffee"]
    canvas, places = side_by_side([photos[name] for name in names], 400)
    faces = people.identify(canvas)
    checks = [
        judge(name, name if name in (GRACE, EILEEN) else NOBODY, within(faces, place))
        for name, place in zip(names, places, strict=True)
    ]
    ok = all(check.ok for check in checks)
    told = "Five photographs side by side as one picture. Only the two who were enrolled may get a name."
    return Step("Who is in this picture?", told, tuple(checks), (Picture("", annotate(canvas, faces), ok),))


def negatives(people: Gallery, photos: dict[str, Image]) -> Step:
    """Pictures without a known face, alone and in full size, and a hundred faces that are too small."""
    checks = [
        judge(f"{name}, alone", NOBODY, people.identify(photos[name]))
        for name in ("cat", "coffee", "photographer")
    ]
    crops = photographs.strangers()
    crowd = np.concatenate([np.concatenate(crops[i : i + 20], axis=1) for i in range(0, 100, 20)])
    found = people.identify(crowd)
    checks.append(_crowd(found))
    picture = Picture("A hundred strangers", shown(crowd, found.having(reasons=None), 500), checks[-1].ok)
    told = (
        "Nobody here is enrolled, so no name may appear. The strangers are scikit-image's sample of Labeled "
        "Faces in the Wild, 25 × 25 pixels each: too small, and Mien says so instead of guessing."
    )
    return Step("Who is not known", told, tuple(checks), (picture,))


def _crowd(faces: Faces) -> Check:
    assert faces.names is not None
    assert faces.answers is not None
    named = sorted({name for name in faces.names if name})
    counts = {answer: int(np.sum(faces.answers == answer)) for answer in Answer}
    told = ", ".join(f"{count} × {answer}" for answer, count in counts.items() if count)
    answered = ", ".join(named) or NOBODY
    return Check(
        "100 strangers, 25 px each", NOBODY, answered, not named, reason=f"{len(faces)} faces: {told}"
    )


def variations(people: Gallery, name: str, photo: Image) -> Step:
    """One person's photograph, changed in many ways."""
    face = people.engine.detect(photo).largest()
    checks, pictures = [], []
    for what, image in variants(photo, face.boxes[0]).items():
        faces = people.identify(image)
        expected = CANNOT_SAY if f" {min(WIDTHS)} px" in what else name
        check = judge(what, expected, faces)
        checks.append(check)
        caption = f"{what}: {check.answered}"
        pictures.append(Picture(caption, shown(image, faces), check.ok))
    told = (
        "The enrolled photograph, changed. Below 24 pixels of face width the answer is always “cannot say”."
    )
    return Step(f"{name} in other shapes", told, tuple(checks), tuple(pictures))


def pairs(people: Gallery, photos: dict[str, Image]) -> Step:
    """Two pictures compared without a gallery."""
    mirrored = np.ascontiguousarray(photos[GRACE][:, ::-1])
    questions = [
        ("Grace Hopper and her mirror image", photos[GRACE], mirrored, Answer.MATCH),
        ("Grace Hopper and Eileen Collins", photos[GRACE], photos[EILEEN], Answer.NO_MATCH),
    ]
    checks = []
    for what, a, b, expected in questions:
        same = verify(a, b, engine=people.engine)
        checks.append(
            Check(what, expected, str(same.answer), same.answer is expected, same.probability, same.reason)
        )
    return Step("Is it the same person?", "Two pictures, no gallery: one to one.", tuple(checks))


def shown(image: Image, faces: Faces, height: int = SHOWN) -> Image:
    """The picture with its answers drawn, at the height at which it is shown."""
    scale = height / image.shape[0]
    larger = faces.having(
        boxes=faces.boxes * np.float32(scale), keypoints=faces.keypoints * np.float32(scale)
    )
    return annotate(scaled(image, scale), larger)
