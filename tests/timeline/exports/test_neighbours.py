"""Faces as detections of supervision, and recordings of Rerun where it is installed."""

import sys

import numpy as np
import pyarrow.compute as pc
import pytest

from mien.errors import ArgumentError
from mien.timeline.build import column
from mien.timeline.exports import write
from mien.timeline.exports.supervision import detections
from tests.timeline.synthetic import synthetic


def test_detections_are_the_rows_of_the_frame():
    timeline = synthetic(20, 3)
    rows = timeline.samples["faces"].filter(pc.equal(timeline.samples["faces"]["frame"], 100))
    found = detections(timeline, 100)
    assert len(found) == len(rows) == 2  # at 4 s the third person is not there yet
    np.testing.assert_array_equal(found.xyxy, column(rows, "box"))
    np.testing.assert_array_equal(found.confidence, column(rows, "score"))
    np.testing.assert_array_equal(found.tracker_id, column(rows, "track"))
    assert list(found.data["name"]) == ["Ada Example", "Berit Ødegård"]
    assert list(found.data["looked"]) == rows["looked"].to_pylist()


def test_a_frame_without_faces_gives_none():
    assert len(detections(synthetic(20, 2), 10**6)) == 0


def test_a_family_without_boxes_is_named_with_those_that_have():
    with pytest.raises(ArgumentError, match=r"family is 'emotion'.*\['faces'\]"):
        detections(synthetic(5), 0, family="emotion")


def test_what_is_not_installed_is_said(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "rerun", None)
    monkeypatch.setitem(sys.modules, "supervision", None)
    with pytest.raises(ArgumentError, match="pip install rerun-sdk"):
        write(synthetic(5), tmp_path / "a.rrd", "rerun")
    with pytest.raises(ArgumentError, match="pip install supervision"):
        detections(synthetic(5), 0)


def test_a_recording_is_written(tmp_path):
    pytest.importorskip("rerun", reason="rerun-sdk is not installed")
    (path,) = write(synthetic(5), tmp_path / "a.rrd", "rerun")
    assert path.read_bytes()[:3] == b"RRF"
