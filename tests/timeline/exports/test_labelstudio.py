"""Tasks and labelling interface as Label Studio takes them."""

import xml.etree.ElementTree as ET

import pytest

from mien.timeline import build
from mien.timeline.exports import labelstudio, write
from mien.timeline.timeline import Timeline
from tests.timeline.odd import odd
from tests.timeline.synthetic import CLASSES, synthetic


def test_models_give_predictions_and_annotators_annotations():
    timeline = synthetic(60, 2)
    (task,) = labelstudio.tasks(timeline)
    assert task["data"] == {"video": "interview.mp4"}
    assert [one["model_version"] for one in task["predictions"]] == ["planted-voice 2", "planted 1"]
    assert [one["completed_by"] for one in task["annotations"]] == [{"email": "Coder A"}]
    regions = [one for part in (*task["predictions"], *task["annotations"]) for one in part["result"]]
    assert len(regions) == timeline.segments.num_rows
    smile = next(one for one in regions if one["value"].get("timelinelabels") == ["happy"])
    assert smile["type"] == "timelinelabels"
    assert smile["value"]["ranges"] == [{"start": 101, "end": 200}]  # 4 to 8 s at 25 Hz, counted from 1
    assert smile["score"] == pytest.approx(0.9)
    assert smile["meta"]["text"][0] == "Ada Example"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0.0, 0.04, (1, 1)),  # the first frame alone
        (0.0, 0.041, (1, 2)),
        (4.0, 4.0, (101, 101)),  # no length: the frame it is in
        (3.99, 4.01, (100, 101)),
        (0.1 + 0.2, 0.6, (8, 15)),  # 0.30000000000000004 s is still the frame from 0.28 s
    ],
)
def test_frames_count_from_one_and_hold_the_interval(start, end, expected):
    assert labelstudio.frames(start, end, 25.0) == expected


def test_sound_has_regions_in_seconds():
    media = build.media([{"media": 0, "path": "a.wav", "kind": "audio", "duration": 3.0}])
    rows = [{"start": 0.5, "end": 1.25, "layer": "speech", "label": "speech", "model": "m"}]
    (task,) = labelstudio.tasks(Timeline(media, segments=build.segments(rows)))
    (region,) = task["predictions"][0]["result"]
    assert task["data"] == {"audio": "a.wav"}
    assert (region["type"], region["to_name"]) == ("labels", "audio")
    assert region["value"] == {"start": 0.5, "end": 1.25, "channel": 0, "labels": ["speech"]}


@pytest.mark.parametrize("seed", range(4))
def test_the_interface_has_every_layer_and_label(seed, tmp_path):
    timeline = odd(seed)
    _, path = write(timeline, tmp_path / "a.labelstudio.json", "labelstudio")
    root = ET.parse(path).getroot()
    assert root.find("Video").get("frameRate") == "25"
    assert len(root.findall("TimelineLabels")) == len(set(timeline.segments["layer"].to_pylist()))


def test_an_annotator_may_choose_what_the_model_never_said():
    root = ET.fromstring(labelstudio.config(synthetic(30, 1)))
    control = next(one for one in root.findall("TimelineLabels") if one.get("name") == "emotion")
    assert {one.get("value") for one in control} == {*CLASSES, "contempt"}
