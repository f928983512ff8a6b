"""The development half of Labeled Faces in the Wild: embeddings of every picture, and the published pairs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.shared import cached, shared
from mien.faces import FaceEngine
from mien.media import read_image
from mien.types import Faces

CENTRE = 125  # pixels; LFW's pictures are 250 x 250 with the named person in the middle

# Pictures that must not be compared as different people: the same photograph under two names, and the same
# person under two spellings or names. Look-alikes that are not certain stay in.
SAME_PERSON = [
    ("Gabrielle_Rose", "Martha_Bowen"),  # one photograph
    ("Hasan_Wirayuda", "Hassan_Wirajuda"),
    ("Chyung_Dai-chul", "Dai_Chul_Chyung"),
    ("Cristina_Fernandez", "Cristina_Kirchner"),
]


@dataclass(frozen=True, eq=False)
class Lfw:
    """All pictures of the half.

    files: (n,) path inside lfw/. person: (n,) number of the person; SAME_PERSON share one.
    single: (n, d) raw unit embeddings, flipped: (n, d) the same averaged with the mirrored face; both not centred.
    detected: (n,) whether a face was found; rows without one are zeros.
    a, b, same, fold: (3000,) the published pairs as rows of the above.
    """

    files: npt.NDArray[np.object_]
    person: npt.NDArray[np.int64]
    single: npt.NDArray[np.float32]
    flipped: npt.NDArray[np.float32]
    detected: npt.NDArray[np.bool_]
    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    same: npt.NDArray[np.bool_]
    fold: npt.NDArray[np.int64]


def load() -> Lfw:
    """The half, embedded with the default engine; embeddings are cached under the weights' hashes."""
    root = shared("faces/lfw")
    files = sorted(path.relative_to(root).as_posix() for path in root.glob("*/*.jpg"))
    arrays = cached("lfw", lambda: embed(root, files))
    rows = {file: i for i, file in enumerate(files)}
    with shared("faces/lfw_pairs.csv").open() as lines:
        pairs = list(csv.DictReader(lines))
    return Lfw(
        files=np.array(files, object),
        person=people(files),
        **arrays,
        a=np.array([rows[pair["a"]] for pair in pairs]),
        b=np.array([rows[pair["b"]] for pair in pairs]),
        same=np.array([pair["same"] == "1" for pair in pairs]),
        fold=np.array([int(pair["fold"]) for pair in pairs]),
    )


def people(files: list[str], merge: bool = True) -> npt.NDArray[np.int64]:
    """(n,) a number for the person in each picture; SAME_PERSON share one unless merge is off."""
    alias = {second: first for first, second in SAME_PERSON} if merge else {}
    names = [file.split("/")[0] for file in files]
    return np.unique([alias.get(name, name) for name in names], return_inverse=True)[1]


def embed(root: Path, files: list[str]) -> dict[str, npt.NDArray[np.generic]]:
    """Raw (not centred) embeddings of the face nearest the middle of each picture."""
    engine = FaceEngine()
    engine.embedder.centre = np.zeros(0, np.float32)
    dim = engine.embedder.card.dim or 0
    single, flipped = np.zeros((2, len(files), dim), np.float32)
    detected = np.zeros(len(files), bool)
    for i, file in enumerate(files):
        image = read_image(root / file)
        faces = engine.detect(image)
        if len(faces):
            face = middle(faces)
            single[i] = engine.embed(image, face).embeddings[0]
            flipped[i] = engine.embed(image, face, flip=True).embeddings[0]
            detected[i] = True
    return {"single": single, "flipped": flipped, "detected": detected}


def middle(faces: Faces) -> Faces:
    """The face whose box is nearest the middle of an LFW picture."""
    centres = faces.boxes.reshape(-1, 2, 2).mean(axis=1)
    return faces[int(np.argmin(np.linalg.norm(centres - CENTRE, axis=1)))]
