"""Many files at once: in order, with errors as results, and an end that does not wait for long videos."""

import time
from itertools import chain

import cv2
import numpy as np
import pytest
from PIL import Image

import mien
from mien.batch import AHEAD
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


def test_no_more_files_are_begun_than_are_asked_for(people, tmp_path):
    """Memory stays flat: at any moment at most AHEAD files for each worker are read and not yet given out."""
    taken = 0

    def paths():
        nonlocal taken
        for i in range(300):
            taken += 1
            yield str(tmp_path / f"{i:03}.jpg")

    given = 0
    for result in mien.identify_files(people, paths(), workers=2):
        assert result.path == tmp_path / f"{given:03}.jpg"  # a Path, though text was given
        assert isinstance(result.error, mien.MediaNotFound)
        given += 1
        assert taken - given <= AHEAD * 2
    assert given == 300


def test_opencvs_threads_are_as_before(people, grace, tmp_path):
    before = cv2.getNumThreads()
    write_image(tmp_path / "a.png", grace)
    results = mien.identify_files(people, [tmp_path / "a.png"] * 3, workers=2)
    next(results)
    assert cv2.getNumThreads() == 1
    results.close()
    assert cv2.getNumThreads() == before


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused(people, workers):
    with pytest.raises(mien.ArgumentError, match=f"workers is {workers}"):
        next(mien.identify_files(people, ["a.jpg"], workers=workers))


def test_one_path_is_not_taken_for_a_list_of_letters(people):
    with pytest.raises(mien.ArgumentError, match=r"the one path 'a\.jpg'"):
        next(mien.identify_files(people, "a.jpg"))


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
