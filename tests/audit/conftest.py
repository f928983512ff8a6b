"""A made-up collection with real files, so that every part of a report can be computed in a second."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.audit_again import Facts
from mien.audit.collect import NO_FACE, UNREADABLE, File, Look
from mien.audit.recognition import evaluate
from mien.audit.sources import Source
from mien.faces import default_engine
from mien.faces.align import TEMPLATE
from mien.gallery.decide import Calibration

PEOPLE, SPREAD = 80, 0.12


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory, grace):
    """Source, looks and facts of 80 people with one to five photographs, two of which gave nothing."""
    path = tmp_path_factory.mktemp("made") / "face.jpg"
    Image.fromarray(grace).save(path)
    rng = np.random.default_rng(5)
    photographs = rng.integers(1, 6, PEOPLE)
    person = np.repeat(np.arange(PEOPLE), photographs)
    middle = unit(rng.normal(size=(PEOPLE, 128)))
    poor = rng.uniform(0.6, 1.6, len(person))  # the noisier, the lower the quality
    enrolled = unit(middle[person] + SPREAD * poor[:, None] * rng.normal(size=(len(person), 128)))
    searched = unit(enrolled + 0.02 * rng.normal(size=enrolled.shape))
    quality = (1.6 - poor).round(1)  # with ties
    points = np.float32(TEMPLATE[None] * 2 + 100)
    looks = [
        Look(
            File(path, f"{p}/{i}.jpg", f"p{p}"),
            "",
            f"{i:064x}",
            0.01,
            "",
            quality[i],
            points,
            enrolled[i],
            searched[i],
        )
        for i, p in enumerate(person.tolist())
    ]
    failed = np.zeros(len(person), bool)
    for row, kind in ((3, NO_FACE), (50, UNREADABLE)):
        looks[row] = Look(looks[row].file, kind, "", 0.01)
        failed[row] = True
    card = default_engine().embedder.card
    source = Source(tuple(look.file for look in looks), person, named=True)
    calibration = Calibration.from_card(card.decision, card.name)
    facts = Facts(enrolled[~failed], searched[~failed], person[~failed], quality[~failed], calibration)
    return source, looks, facts


@pytest.fixture(scope="session")
def report(made_up):
    source, looks, _ = made_up
    columns = {"age": np.array([str(20 + p // 4) for p in source.person], object)}
    return evaluate(
        source,
        looks,
        default_engine(),
        fmrs=(0.01, 0.001),
        columns=columns,
        tables={"who.csv": "0" * 64},
        command="mien a",
    )


@pytest.fixture(scope="session")
def album(tmp_path_factory, grace, astronaut, coffee) -> Path:
    """Two people with three photographs each (the originals cropped or mirrored), a cup of coffee, and no picture."""
    folder = tmp_path_factory.mktemp("album")
    for name, image in (("Grace Hopper", grace), ("Eileen Collins", astronaut)):
        own = folder / name
        own.mkdir()
        for i, picture in enumerate((image, image[:, ::-1], image[:400])):
            Image.fromarray(np.ascontiguousarray(picture)).save(own / f"{i}.png")
    Image.fromarray(coffee).save(folder / "Grace Hopper" / "cup.png")
    (folder / "Eileen Collins" / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    (folder / "notes.txt").write_text("no photograph")
    return folder
