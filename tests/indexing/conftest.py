"""Photographs of two people, of nobody, and broken ones as files; a gallery that stands in for the real one."""


import numpy as np
import pytest
from PIL import Image

from mien.faces import default_engine
from mien.gallery.stores.base import Model


class Album:
    """A gallery in memory; `writes` has how many photographs each transaction had."""

    def __init__(self):
        self.engine = default_engine()
        card = self.engine.embedder.card
        self.model = Model(card.name, card.version, self.engine.embedder.identity, card.dim)
        self.store = self
        self.photographs = {}
        self.writes = []

    def known_photographs(self, sha256s):
        return self.photographs.keys() & set(sha256s)

    def add_photographs(self, photographs):
        new = {one.sha256: one for one in photographs if one.sha256 not in self.photographs}
        self.photographs |= new
        self.writes.append(len(new))
        return len(new)


@pytest.fixture
def album():
    return Album()


@pytest.fixture(scope="session")
def folder(tmp_path_factory, grace, astronaut, cat, coffee):
    """Twelve files: five with a face, a crowd of both, two without a face, one twice, two broken, one no picture."""
    path = tmp_path_factory.mktemp("photos")
    pictures = {
        "eileen.png": astronaut,
        "eileen-mirrored.png": astronaut[:, ::-1],
        "grace.jpg": grace,
        "grace-small.jpg": np.asarray(Image.fromarray(grace).resize((256, 300))),
        "grace-turned.png": np.rot90(grace),
        "cat.png": cat,
        "coffee.jpg": coffee,
    }
    both = np.zeros((600, 1024, 3), np.uint8)
    both[:600, :512], both[:512, 512:] = grace, astronaut
    for name, picture in (pictures | {"both.png": both}).items():
        Image.fromarray(picture).save(path / name)
    (path / "sub").mkdir()
    (path / "sub" / "again.jpg").write_bytes((path / "grace.jpg").read_bytes())
    (path / "cut.jpg").write_bytes((path / "grace.jpg").read_bytes()[:9000])
    (path / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (path / "letter.jpg").write_text("this is a letter, and no photograph")
    return path
