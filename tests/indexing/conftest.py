"""Photographs of two people, of nobody, and broken ones as files; galleries, and what they hold."""

import numpy as np
import pytest
from PIL import Image

import mien
from mien.gallery.stores.records import Kind


@pytest.fixture(scope="session")
def folder(tmp_path_factory, grace, astronaut, cat, coffee):
    """Twelve files: five with a face, one with two, two with none, one twice, two damaged, one that is no picture."""
    path = tmp_path_factory.mktemp("photos")
    both = np.zeros((600, 1024, 3), np.uint8)
    both[:600, :512], both[:512, 512:] = grace, astronaut
    pictures = {
        "both.png": both,
        "cat.png": cat,
        "coffee.jpg": coffee,
        "eileen-mirrored.png": astronaut[:, ::-1],
        "eileen.png": astronaut,
        "grace-small.jpg": np.asarray(Image.fromarray(grace).resize((256, 300))),
        "grace-turned.png": np.rot90(grace),
        "grace.jpg": grace,
    }
    for name, picture in pictures.items():
        Image.fromarray(np.ascontiguousarray(picture)).save(path / name)
    (path / "sub").mkdir()
    (path / "sub" / "again.jpg").write_bytes((path / "grace.jpg").read_bytes())
    (path / "cut.jpg").write_bytes((path / "grace.jpg").read_bytes()[:9000])
    (path / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (path / "letter.jpg").write_text("this is a letter, and no photograph")
    return path


@pytest.fixture(scope="session")
def files(folder):
    return list(mien.find_media([folder]))


@pytest.fixture
def people(tmp_path):
    with mien.open(tmp_path / "family.mien") as gallery:
        yield gallery


@pytest.fixture(scope="session")
def local(tmp_path_factory, files):
    """What this process makes of the files, alone: what became of each, and the rows of the gallery."""
    from mien.indexing import index_files

    with mien.open(tmp_path_factory.mktemp("local") / "local.mien") as gallery:
        return {one.path: one for one in index_files(gallery, files, workers=1)}, rows(gallery)


def rows(gallery):
    """All faces in a fixed order, and the cosines between them: vectors themselves are turned in each gallery."""
    batches = list(gallery.store.templates(gallery.model, Kind.FACE))
    keys = np.concatenate([batch.keys for batch in batches])
    vectors = np.concatenate([batch.exact for batch in batches])
    faces = gallery.store.faces_by_id(keys.tolist())
    told = [
        (f.source, f.sha256, f.box, f.quality, f.issues, f.person_id) for f in map(faces.get, keys.tolist())
    ]
    order = sorted(range(len(told)), key=told.__getitem__)
    return [told[i] for i in order], (vectors @ vectors.T)[np.ix_(order, order)]


@pytest.fixture
def same_rows(local):
    """Asserts that a gallery holds exactly what one process alone puts into it."""

    def check(gallery):
        told, cosines = rows(gallery)
        assert told == local[1][0]
        np.testing.assert_allclose(cosines, local[1][1], atol=2e-6)  # two float32 products of unit vectors

    return check
