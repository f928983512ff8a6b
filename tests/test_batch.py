"""Many files at once: in order, with errors as results, and an end that does not wait for long videos."""

import time
from itertools import chain

import numpy as np
import pytest
from PIL import Image

import mien
from mien.media import write_image, write_video


@pytest.fixture(scope="module")
def people(tmp_path_factory, grace):
    with mien.open(tmp_path_factory.mktemp("batch") / "batch.mien") as gallery:
        gallery.enroll("Grace Hopper", grace)
        yield gallery


def test_results_come_in_order_and_errors_are_results(people, grace, coffee, tmp_path):
    for i in range(6):
        write_image(tmp_path / f"{i}.png", coffee if i % 2 else grace)
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    paths = [*(tmp_path / f"{i}.png" for i in range(6)), tmp_path / "bad.png", tmp_path / "missing.png"]
    results = list(mien.identify_files(people, paths, workers=3))
    assert [result.path for result in results] == paths
    assert [list(r.faces.names) for r in results[:6]] == [["Grace Hopper"], []] * 3
    assert isinstance(results[6].error, mien.CorruptMedia)
    assert isinstance(results[7].error, mien.MediaNotFound)


def test_stopping_does_not_wait_for_a_whole_video(people, grace, tmp_path):
    write_image(tmp_path / "first.png", grace)
    frame = np.asarray(Image.fromarray(grace).resize((256, 300)))
    long = tmp_path / "long.mp4"
    write_video(long, (mien.Frame(frame, i / 10, i) for i in range(2000)), 10.0)
    results = mien.identify_files(people, chain([tmp_path / "first.png"], [long] * 8), workers=2)
    assert list(next(results).faces.names) == ["Grace Hopper"]
    began = time.perf_counter()
    results.close()
    assert time.perf_counter() - began < 1.0, "a whole video takes several seconds"
