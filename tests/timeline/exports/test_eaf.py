"""Written EAF files are what ELAN's schemas ask for, and say to others what the timeline says."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pympi
import pytest
from lxml import etree

from mien.timeline import build
from mien.timeline.exports import eaf, write
from mien.timeline.exports.eaf import slots
from mien.timeline.timeline import Timeline
from mien.types import Column, Family
from tests.timeline.odd import odd
from tests.timeline.synthetic import CLASSES, synthetic


@pytest.fixture(scope="module", params=["2.8", "3.0"])
def schema(request, shared):
    return etree.XMLSchema(etree.parse(shared / f"data/speech_affect/elan/EAFv{request.param}.xsd"))


@pytest.mark.parametrize("seed", range(12))
def test_any_timeline_is_valid(schema, seed):
    for media in odd(seed).media["media"].to_pylist():
        document = etree.fromstring("".join(eaf.text(odd(seed), media)).encode())
        schema.assertValid(document)


def test_a_wrong_document_would_be_noticed(schema):
    text = "".join(eaf.text(synthetic(20))).replace("TIME_SLOT_REF1", "TIME_SLOT_REF3")
    assert not schema.validate(etree.fromstring(text.encode()))


def test_an_empty_timeline_is_valid(schema):
    schema.assertValid(etree.fromstring("".join(eaf.text(Timeline())).encode()))


def test_pympi_reads_the_same_intervals(tmp_path):
    timeline = synthetic(60, 3)
    (path,) = write(timeline, tmp_path / "a.eaf", "eaf")
    peer = pympi.Elan.Eaf(str(path))
    found = sorted(
        (start, end, label, name.split(" / ")[-1])
        for name in peer.get_tier_names()
        for start, end, label in peer.get_annotation_data_for_tier(name)
    )
    rows = timeline.segments.to_pylist()
    assert found == sorted((*slots(r["start"], r["end"]), r["label"], r["layer"]) for r in rows)


def test_tiers_are_of_a_person_and_a_layer_with_their_labels(tmp_path):
    root = document(synthetic(60, 3), tmp_path)
    tiers = {tier.get("TIER_ID"): tier for tier in root.findall("TIER")}
    assert {"Ada Example / emotion", "Person 3 / emotion", "speech"} < set(tiers)
    assert tiers["Ada Example / emotion"].get("PARTICIPANT") == "Ada Example"
    assert tiers["speech"].get("PARTICIPANT") is None
    assert tiers["Ada Example / attitude"].get("ANNOTATOR") == "Coder A"
    assert tiers["Ada Example / emotion"].get("ANNOTATOR") is None  # a model said that
    # An annotator may choose what the model never said: all classes are in the vocabulary, with the segments' entry.
    vocabulary = {one.get("CV_ID"): one for one in root.findall("CONTROLLED_VOCABULARY")}["emotion"]
    entries = {one.get("CVE_ID"): one.findtext("CVE_VALUE") for one in vocabulary.findall("CV_ENTRY_ML")}
    assert set(entries.values()) == {*CLASSES, "contempt"}
    for one in tiers["Ada Example / emotion"].iter("ALIGNABLE_ANNOTATION"):
        assert entries[one.get("CVE_REF")] == one.findtext("ANNOTATION_VALUE") == "happy"


def test_valence_is_no_label(tmp_path):
    family = Family("emotion", (Column("happy"), Column("sad"), Column("valence")))
    rows = [{"start": 0, "end": 1, "layer": "emotion", "label": "happy", "model": "m"}]
    samples = {"emotion": build.sample_table(family, 0, [], [], [], family.empty())}
    root = document(Timeline(synthetic(1).media, segments=build.segments(rows), samples=samples), tmp_path)
    assert [one.text for one in root.iter("CVE_VALUE")] == ["happy", "sad"]


def test_words_have_no_closed_vocabulary(tmp_path):
    rows = [{"start": n, "end": n + 1, "layer": "words", "label": f"w{n}", "model": "m"} for n in range(3)]
    rows += [{"start": n, "end": n + 1, "layer": "codes", "label": f"c{n}", "model": "m"} for n in range(101)]
    timeline = Timeline(build.media([{"media": 0, "path": "a.wav", "kind": "audio", "duration": 1.0}]),
                        segments=build.segments(rows))  # fmt: skip
    assert document(timeline, tmp_path).find("CONTROLLED_VOCABULARY") is None


def test_what_overlaps_goes_to_numbered_tiers_and_what_touches_does_not(tmp_path):
    spans = [(0.0, 2.0), (1.0, 3.0), (2.0, 4.0), (3.0, 3.0), (3.5, 5.0), (3.6, 5.0)]
    rows = [{"start": a, "end": b, "layer": "gaze", "label": "left", "model": "m"} for a, b in spans]
    timeline = Timeline(synthetic(1).media, segments=build.segments(rows))
    root = document(timeline, tmp_path)
    times = {s.get("TIME_SLOT_ID"): int(s.get("TIME_VALUE")) for s in root.iter("TIME_SLOT")}
    assert list(times.values()) == sorted(times.values())
    assert len(times) == 2 * len(spans)  # one for each boundary: moving one in ELAN moves no other
    tiers = {
        tier.get("TIER_ID"): [
            (times[one.get("TIME_SLOT_REF1")], times[one.get("TIME_SLOT_REF2")])
            for one in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        for tier in root.findall("TIER")
    }
    assert tiers == {
        "gaze": [(0, 2000), (2000, 4000)],
        "gaze (2)": [(1000, 3000), (3000, 3001), (3500, 5000)],  # without length: one millisecond
        "gaze (3)": [(3600, 5000)],
    }


def test_the_medium_is_found_from_where_the_file_lies(tmp_path):
    folder = tmp_path / "annotated here"
    folder.mkdir()
    medium = {"media": 0, "path": str(tmp_path / "clip é.mp4"), "kind": "video", "duration": 1.0}
    root = document(Timeline(build.media([medium])), folder)
    found = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert found.get("RELATIVE_MEDIA_URL") == "../clip%20%C3%A9.mp4"
    assert found.get("MEDIA_URL").startswith("file:///")
    assert found.get("MIME_TYPE") == "video/mp4"


def test_an_address_stays_as_it_is(tmp_path):
    medium = {"media": 0, "path": "rtsp://camera/1", "kind": "video", "duration": 1.0}
    found = document(Timeline(build.media([medium])), tmp_path).find("HEADER/MEDIA_DESCRIPTOR")
    assert found.attrib == {"MEDIA_URL": "rtsp://camera/1", "MIME_TYPE": "unknown"}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0.0004, 0.9996, (0, 1000)), (1.0, 1.0, (1000, 1001)), (-0.5, 0.2, (0, 200)), (-2.0, -1.0, (0, 1))],
)
def test_milliseconds_are_whole_and_never_the_same(start, end, expected):
    assert slots(start, end) == expected


def document(timeline: Timeline, folder: Path) -> ET.Element:
    (path,) = write(timeline, folder / "a.eaf", "eaf")
    return ET.parse(path).getroot()
