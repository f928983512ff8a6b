"""Mesh and geometry through time: no row where no face is, the same whether a run is broken or not."""

from dataclasses import replace

import numpy as np
import pytest

from mien.faces import default_engine
from mien.features.extractor import View
from mien.features.state import pack, unpack
from mien.types import Faces


@pytest.fixture(autouse=True)
def _networks(weights, monkeypatch):
    monkeypatch.setenv("MIEN_MODELS", str(weights))


@pytest.fixture(scope="module")
def views(film_frames):
    """Frames of the film with Grace Hopper alone."""
    engine = default_engine()
    found = []
    for frame in film_frames[7:12]:
        faces = engine.detect(frame.image, search_orientation=False)[:1]
        found.append(View(frame, faces, np.zeros(len(faces), np.int32)))
    return found


def measured(extractor, views):
    return [extractor.see(view) for view in views]


def test_a_broken_run_gives_what_an_unbroken_one_gives(views):
    from mien.features.extractors.mesh import MeshExtractor

    whole, first, second = MeshExtractor(), MeshExtractor(), MeshExtractor()
    rows = measured(whole, views)
    measured(first, views[:2])
    second.resume(unpack(pack(first.state())))
    for ours, theirs in zip(measured(second, views[2:]), rows[2:], strict=True):
        assert np.array_equal(ours["points"], theirs["points"])


def test_the_points_follow_the_face(views):
    from mien.features.extractors.mesh import MeshExtractor

    for view, rows in zip(views, measured(MeshExtractor(), views), strict=True):
        off = rows["points"][:, :468, :2].mean(axis=1) - view.faces.centres
        assert np.hypot(*off.T).max() < 0.25 * view.faces.widths.max()


def test_what_is_no_face_has_no_row(views):
    from mien.features.extractors.mesh import MeshExtractor

    view = views[0]
    aside = replace(view, faces=view.faces.having(keypoints=view.faces.keypoints + np.float32(220)))
    rows = MeshExtractor().see(aside)
    assert len(rows["track"]) == len(rows["points"]) == 0
    nobody = replace(view, faces=Faces.empty(), tracks=np.zeros(0, np.int32))
    assert MeshExtractor().see(nobody)["points"].shape == (0, 478, 3)


def test_geometry_has_a_row_for_each_of_the_mesh(views):
    from mien.features.extractors.geometry import FAMILY, GeometryExtractor
    from mien.features.extractors.mesh import MeshExtractor

    rows = MeshExtractor().see(views[0])
    told = GeometryExtractor().see(replace(views[0], rows={"mesh": rows}))
    assert set(told) == {"track", *(column.name for column in FAMILY.columns)}
    assert all(len(values) == 1 for values in told.values())
    assert abs(told["head_yaw"][0]) < 40
    assert 0.1 < told["eye_opening_left"][0] < 0.6, "her eyes are open"
