"""Files to vectors: each photograph is read and looked at once, and it is known why one gave nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.audit.intervals import Floats, Ints, Mask
from mien.errors import MediaError
from mien.faces import FaceEngine
from mien.media import read_image
from mien.media.limits import DEFAULT_LIMITS
from mien.media.stills import read_still
from mien.types import Faces, Issue, Keypoints

UNREADABLE, NO_FACE, TOO_SMALL = "unreadable", "no face", "face too small"


@dataclass(frozen=True)
class File:
    """A photograph to look at. name: as the report calls it. person: whose it is, "" where that is not known."""

    path: Path
    name: str
    person: str = ""


@dataclass(frozen=True, eq=False)
class Look:
    """What one photograph gave: the largest face in it, or a failure.

    failure: "" or one of UNREADABLE, NO_FACE, TOO_SMALL; why: in words, where it could not be read.
    sha256: of the file's bytes, "" where they could not be read. keypoints: (1, 5, 2). quality: in [0, 1].
    enrolled, searched: (d,) the vector averaged with that of the mirrored face, as enrolment and `verify` use, and
    the plain one, as `identify` uses; both empty after a failure.
    cpu: seconds of processor time, from the file to the vectors.
    """

    file: File
    failure: str
    sha256: str
    cpu: float
    why: str = ""
    quality: float = 0.0
    keypoints: Keypoints | None = None
    enrolled: npt.NDArray[np.float32] | None = None
    searched: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Pictures:
    """All photographs, as arrays of length n.

    person: (n,) number of the person. left_out: (n,) mask of duplicates. usable: (n,) mask of those with a vector
    that are not left out.
    enrolled, searched: (n, d), zeros where there is none. quality: (n,) in [0, 1].
    """

    looks: Sequence[Look]
    person: Ints
    left_out: Mask
    usable: Mask
    enrolled: npt.NDArray[np.float32]
    searched: npt.NDArray[np.float32]
    quality: Floats

    @classmethod
    def of(cls, looks: Sequence[Look], person: Ints, left_out: Mask, dim: int) -> Pictures:
        """Looks in the order of person (n,) and of left_out (n,); vectors have dim components."""
        enrolled, searched = np.zeros((2, len(looks), dim), np.float32)
        for i, one in enumerate(looks):
            if one.enrolled is not None and one.searched is not None:
                enrolled[i], searched[i] = one.enrolled, one.searched
        usable = np.array([not one.failure for one in looks], bool) & ~left_out
        quality = np.array([one.quality for one in looks], np.float64)
        return cls(looks, person, left_out, usable, enrolled, searched, quality)


def look_through(engine: FaceEngine, files: Iterable[File]) -> Iterator[Look]:
    """Look at each file in turn; a file that cannot be read is a look, not an end."""
    for file in files:
        yield look(engine, file)


def look(engine: FaceEngine, file: File) -> Look:
    """The largest face of a photograph, as `mien verify` takes it."""
    start = time.process_time()
    sha256 = ""
    try:
        data, _ = read_still(file.path, DEFAULT_LIMITS)
        sha256 = hashlib.sha256(data).hexdigest()
        image = read_image(data)
    except MediaError as error:
        return Look(file, UNREADABLE, sha256, time.process_time() - start, why=str(error))
    face = engine.detect(image).largest()
    if not len(face):
        return Look(file, NO_FACE, sha256, time.process_time() - start)
    assert face.quality is not None
    if _too_small(face):
        return Look(file, TOO_SMALL, sha256, time.process_time() - start)
    enrolled = engine.embed(image, face, flip=True).embeddings
    searched = engine.embed(image, face).embeddings
    assert enrolled is not None
    assert searched is not None
    return Look(
        file,
        "",
        sha256,
        time.process_time() - start,
        quality=float(face.quality[0]),
        keypoints=face.keypoints,
        enrolled=enrolled[0],
        searched=searched[0],
    )


def _too_small(face: Faces) -> bool:
    return face.issues is not None and Issue.SMALL_BOUNDING_BOX in face.issues[0]


@dataclass(frozen=True)
class Duplicate:
    """Files of the very same bytes. shared: whether they stand under more than one person."""

    files: tuple[str, ...]
    people: tuple[str, ...]
    shared: bool


def duplicates(looks: Sequence[Look]) -> tuple[Mask, tuple[Duplicate, ...]]:
    """(n,) which photographs are left out as they are there before, and the groups of equal files.

    Of a person's equal files the first stays; of files that stand under several people none does, as nobody
    knows whose they are.
    """
    groups: dict[str, list[int]] = {}
    for i, one in enumerate(looks):
        if one.sha256:
            groups.setdefault(one.sha256, []).append(i)
    out = np.zeros(len(looks), bool)
    found = []
    for rows in groups.values():
        if len(rows) > 1:
            people = tuple(dict.fromkeys(looks[i].file.person for i in rows))
            out[rows if len(people) > 1 else rows[1:]] = True
            found.append(Duplicate(tuple(looks[i].file.name for i in rows), people, len(people) > 1))
    return out, tuple(found)


def crop_jpeg(look: Look) -> bytes:
    """The aligned face of a look, 112 x 112 pixels, as JPEG; the file is read again."""
    import io

    from PIL import Image

    from mien.faces.align import crops

    assert look.keypoints is not None
    one = Faces.empty().having(
        boxes=np.zeros((1, 4), np.float32),
        keypoints=look.keypoints,
        scores=np.ones(1, np.float32),
        rolls=np.zeros(1, np.float32),
    )
    file = io.BytesIO()
    Image.fromarray(crops(read_image(look.file.path), one)[0]).save(file, "JPEG", quality=88)
    return file.getvalue()
