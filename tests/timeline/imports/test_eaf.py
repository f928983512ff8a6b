"""EAF files of others, and what annotators make of ours."""

import json
import xml.etree.ElementTree as ET
from collections import Counter

import pympi
import pytest

from mien.errors import TimelineInvalid, TimelineNewer
from mien.timeline.exports import write
from mien.timeline.imports import read_any
from mien.timeline.imports.slots import resolved
from tests.timeline.odd import differences
from tests.timeline.synthetic import synthetic

SAMPLES = ["fto.eaf", "fto_out.eaf", "sample_2.7.eaf", "sample_2.8.eaf", "sample_3.0.eaf"]


@pytest.fixture(scope="module")
def elan(shared):
    return shared / "data/speech_affect/elan"


@pytest.mark.parametrize("name", SAMPLES)
def test_as_many_annotations_as_pympi_finds(elan, name):
    timeline = read_any(elan / name)
    peer = pympi.Elan.Eaf(str(elan / name))
    counts = {tier: len(peer.tiers[tier][0]) + len(peer.tiers[tier][1]) for tier in peer.get_tier_names()}
    assert Counter(timeline.segments["layer"].to_pylist()) == {tier: n for tier, n in counts.items() if n}


def test_aligned_annotations_are_those_that_pympi_finds(elan):
    timeline = read_any(elan / "fto_out.eaf")
    peer = pympi.Elan.Eaf(str(elan / "fto_out.eaf"))
    theirs = [
        (a / 1000, b / 1000, v, t) for t in peer.tiers for a, b, v in peer.get_annotation_data_for_tier(t)
    ]
    rows = timeline.segments.to_pylist()
    assert sorted((r["start"], r["end"], r["label"], r["layer"]) for r in rows) == sorted(theirs)
    assert timeline.tracks["person"].to_pylist() == ["a", "b"]  # participants
    assert timeline.media["path"].to_pylist()[0].endswith("BC_00L_bre_C.wav")
    assert timeline.media["kind"].to_pylist() == ["audio"]


def test_times_are_inherited_and_interpolated(elan):
    """Words of a phrase lie in it, in order, without gaps; what is said of a word has its time."""
    rows = read_any(elan / "sample_3.0.eaf").segments.to_pylist()
    by_layer = {layer: [r for r in rows if r["layer"] == layer] for layer in {r["layer"] for r in rows}}
    phrase = by_layer["text"][0]
    assert phrase["label"] == "The quick brown fox 001"
    for layer in ("words-timesub", "words-symsub"):
        words = [r for r in by_layer[layer] if phrase["start"] <= r["start"] < phrase["end"]]
        assert [r["label"] for r in words][:4] == ["The", "quick", "brown", "fox"]
        edges = [words[0]["start"], *(r["end"] for r in words)]
        assert edges == [*(r["start"] for r in words), phrase["end"]]
        assert edges[0] == phrase["start"]
    symbolic = [r for r in by_layer["words-symsub"] if phrase["start"] <= r["start"] < phrase["end"]]
    length = (phrase["end"] - phrase["start"]) / len(symbolic)
    assert [r["end"] - r["start"] for r in symbolic] == pytest.approx([length] * len(symbolic))
    classes = [r for r in by_layer["words-pos"] if phrase["start"] <= r["start"] < phrase["end"]]
    assert [(r["start"], r["end"]) for r in classes] == [(r["start"], r["end"]) for r in symbolic]
    assert json.loads(symbolic[0]["provenance"]) == {"times": "interpolated"}
    assert phrase["provenance"] is None


@pytest.mark.parametrize(
    ("intervals", "known", "expected"),
    [
        # three words share a phrase
        (["ad", "ab", "bc", "cd"], {"a": 0, "d": 3}, {"b": 1, "c": 2}),
        # two chains whose slots are interleaved in the file
        (["ad", "ab", "bd", "ac", "cd"], {"a": 0, "d": 4}, {"b": 2, "c": 2}),
        # nothing refers to them: between their neighbours in the file
        ([], {"a": 0, "d": 3}, {"b": 1, "c": 2}),
        # nothing after them
        (["ab"], {"a": 5}, {"b": 5, "c": 5, "d": 5}),
        # nothing before them, nothing at all
        (["ab"], {"d": 2}, {"a": 2, "b": 2, "c": 2}),
        ([], {}, {"a": 0, "b": 0, "c": 0, "d": 0}),
        # slots in a circle
        (["ab", "bc", "cb"], {"a": 1, "d": 4}, {"b": 2, "c": 3}),
    ],
)
def test_slots_without_times(intervals, known, expected):
    assert resolved("abcd", known, intervals) == known | expected


class Elan:
    """What an annotator does to a file, to the element."""

    def __init__(self, path):
        self.path, self.root = path, ET.parse(path).getroot()

    def annotation(self, key):
        return next(a for a in self.root.iter("ALIGNABLE_ANNOTATION") if a.get("ANNOTATION_ID") == key)

    def slot(self, key):
        return next(s for s in self.root.iter("TIME_SLOT") if s.get("TIME_SLOT_ID") == key)

    def tier(self, name):
        return next(t for t in self.root.iter("TIER") if t.get("TIER_ID") == name)

    def add(self, tier, start, end, label):
        order = self.root.find("TIME_ORDER")
        for key, ms in (("n1", start), ("n2", end)):
            ET.SubElement(order, "TIME_SLOT", TIME_SLOT_ID=key, TIME_VALUE=str(ms))
        outer = ET.SubElement(tier, "ANNOTATION")
        inner = ET.SubElement(
            outer, "ALIGNABLE_ANNOTATION", ANNOTATION_ID="a999", TIME_SLOT_REF1="n1", TIME_SLOT_REF2="n2"
        )
        ET.SubElement(inner, "ANNOTATION_VALUE").text = label

    def save(self):
        ET.ElementTree(self.root).write(self.path, "utf-8", xml_declaration=True)
        return read_any(self.path)


@pytest.fixture
def ours(tmp_path):
    timeline = synthetic(60, 3)
    return timeline, Elan(write(timeline, tmp_path / "a.eaf", "eaf")[0])


def smile(elan):
    """Ada's first: 4.0 to 8.0 s, whose exact times are no whole milliseconds in general."""
    return next(elan.tier("Ada Example / emotion").iter("ALIGNABLE_ANNOTATION"))


def changed(before, after):
    """Rows of the second that the first does not have."""
    old = before.segments.to_pylist()
    return [row for row in after.segments.to_pylist() if row not in old]


def test_a_corrected_label_is_the_annotators(ours):
    timeline, elan = ours
    smile(elan).find("ANNOTATION_VALUE").text = "neutral"
    elan.root.set("AUTHOR", "Coder B")
    back = elan.save()
    (row,) = changed(timeline, back)
    assert back.segments.num_rows == timeline.segments.num_rows
    assert (row["label"], row["source"], row["model"]) == ("neutral", "annotator", "Coder B")
    assert row["probability"] is None
    assert (row["start"], row["end"], row["apex"]) == (4.0, 8.0, 6.0)
    before = json.loads(row["provenance"])["corrected"]
    assert (before["label"], before["model"]) == ("happy", "planted 1")
    assert before["probability"] == pytest.approx(0.9)


def test_a_moved_boundary_is_the_annotators_and_the_other_stays_exact(ours):
    timeline, elan = ours
    note = elan.tier("Ada Example / emotion").findall("ANNOTATION/ALIGNABLE_ANNOTATION")[2]
    elan.slot(note.get("TIME_SLOT_REF2")).set("TIME_VALUE", "30900")
    (row,) = changed(timeline, elan.save())
    was = next(r for r in timeline.segments.to_pylist() if r["label"] == "happy" and 30 < r["start"] < 30.1)
    assert was["start"] != round(was["start"], 3)  # what milliseconds cannot say
    assert (row["start"], row["end"], row["label"]) == (was["start"], 30.9, "happy")
    assert row["apex"] is None  # 31 s is not in it any more
    assert json.loads(row["provenance"])["corrected"]["end"] == was["end"]


def test_a_deleted_annotation_is_gone(ours):
    timeline, elan = ours
    tier = elan.tier("Ada Example / emotion")
    tier.remove(tier.find("ANNOTATION"))
    back = elan.save()
    assert back.segments.num_rows == timeline.segments.num_rows - 1
    assert changed(timeline, back) == []


def test_a_new_annotation_is_on_the_persons_track(ours):
    timeline, elan = ours
    elan.add(elan.tier("Ada Example / emotion"), 33_100, 33_700, "sad")
    (row,) = changed(timeline, elan.save())
    assert (row["start"], row["end"], row["label"], row["layer"]) == (33.1, 33.7, "sad", "emotion")
    assert (row["source"], row["model"]) == ("annotator", "annotator")
    tracks = {r["track"]: r for r in timeline.tracks.to_pylist()}
    assert tracks[row["track"]]["person"] == "Ada Example"
    assert tracks[row["track"]]["start"] < 33.1 < tracks[row["track"]]["end"]


def test_a_new_tier_is_a_layer_of_the_person_it_names(ours):
    timeline, elan = ours
    tier = ET.Element("TIER", TIER_ID="Person 3 / gaze", LINGUISTIC_TYPE_REF="emotion", ANNOTATOR="Coder C")
    elan.root.insert(2, tier)
    elan.add(tier, 10_000, 11_000, "away")
    (row,) = changed(timeline, elan.save())
    lanes = dict(zip(timeline.tracks["track"].to_pylist(), timeline.tracks["lane"].to_pylist(), strict=True))
    assert (row["layer"], row["model"], lanes[row["track"]]) == ("gaze", "Coder C", 2)


def test_ids_that_mean_other_annotations_now_do_no_harm(ours):
    """A tool that numbers annotations anew: what is said, and when, wins."""
    timeline, elan = ours
    for n, note in enumerate(list(elan.root.iter("ALIGNABLE_ANNOTATION"))[::-1]):
        note.set("ANNOTATION_ID", f"a{n + 1}")
    back = elan.save()
    key = [
        (r["layer"], r["label"], round(r["start"], 3), round(r["end"], 3)) for r in back.segments.to_pylist()
    ]
    assert sorted(key) == sorted(
        (r["layer"], r["label"], round(r["start"], 3), round(r["end"], 3))
        for r in timeline.segments.to_pylist()
    )


def test_without_our_property_tiers_are_split_by_their_names(ours):
    timeline, elan = ours
    header = elan.root.find("HEADER")
    for one in header.findall("PROPERTY"):
        header.remove(one)
    back = elan.save()
    assert Counter(back.segments["layer"].to_pylist()) == Counter(timeline.segments["layer"].to_pylist())
    assert set(back.tracks["person"].to_pylist()) == {"Ada Example", "Berit Ødegård", None}
    assert back.tracks["lane"].to_pylist()[back.tracks["person"].to_pylist().index(None)] == 2  # "Person 3"


def test_pympi_keeps_what_we_keep_in_the_header(tmp_path):
    """Another tool's reading and writing, as a stand-in for ELAN's own, which cannot run in a test."""
    timeline = synthetic(60, 2)
    (path,) = write(timeline, tmp_path / "a.eaf", "eaf")
    peer = pympi.Elan.Eaf(str(path))
    peer.add_annotation("speech", 500, 900, "cough")
    peer.to_file(str(tmp_path / "b.eaf"))
    back = read_any(tmp_path / "b.eaf")
    (row,) = changed(timeline, back)
    assert (row["start"], row["end"], row["label"], row["layer"]) == (0.5, 0.9, "cough", "speech")
    assert back.segments.num_rows == timeline.segments.num_rows + 1


DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<ANNOTATION_DOCUMENT AUTHOR="x" DATE="2020-01-01T00:00:00Z" FORMAT="3.0" VERSION="3.0"><HEADER TIME_UNITS="{units}"/>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="{first}"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="50"/>
</TIME_ORDER>
<TIER TIER_ID="gaze" LINGUISTIC_TYPE_REF="a"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="{ref}"
TIME_SLOT_REF2="t2"><ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>"""
USUAL = {"doctype": "", "units": "milliseconds", "first": "25", "ref": "t1", "value": "left"}
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY c SYSTEM "{secret}">]>'


def eaf(folder, **other):
    path = folder / "a.eaf"
    path.write_text(DOCUMENT.format(**USUAL | other), "utf-8")
    return path


@pytest.mark.parametrize(
    ("units", "seconds"), [("milliseconds", 0.025), ("PAL-frames", 1.0), ("NTSC-frames", 25 * 1001 / 30_000)]
)
def test_units_of_time(tmp_path, units, seconds):
    assert read_any(eaf(tmp_path, units=units)).segments["start"].to_pylist() == [pytest.approx(seconds)]


def test_entities_are_neither_expanded_nor_fetched(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    outside = OUTSIDE.format(secret=(tmp_path / "secret.txt").as_uri())
    for doctype in (BOMB, outside):
        with pytest.raises(TimelineInvalid, match="has a DOCTYPE") as caught:
            read_any(eaf(tmp_path, doctype=doctype, value="&c;"))
        assert "secret" not in str(caught.value).replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"ref": "t9"}, "refers to 't9'"),
        ({"first": "soon"}, "no whole number"),
        ({"value": "<"}, "not well-formed"),
        ({"value": "&nbsp;"}, "not well-formed"),
    ],
)
def test_what_is_damaged_is_said(tmp_path, other, message):
    with pytest.raises(TimelineInvalid, match=message):
        read_any(eaf(tmp_path, **other))


def test_references_in_a_circle_are_refused(tmp_path):
    note = '<REF_ANNOTATION ANNOTATION_ID="{}" ANNOTATION_REF="{}"><ANNOTATION_VALUE/></REF_ANNOTATION>'
    pairs = "".join(f"<ANNOTATION>{note.format(*p)}</ANNOTATION>" for p in (("b1", "b2"), ("b2", "b1")))
    text = DOCUMENT.format(**USUAL).replace("</TIER>", f"</TIER><TIER TIER_ID='x'>{pairs}</TIER>")
    (tmp_path / "a.eaf").write_text(text, "utf-8")
    with pytest.raises(TimelineInvalid, match="refers to 'b"):
        read_any(tmp_path / "a.eaf")


@pytest.mark.parametrize("cut", [2, 100, 2000, 5000])
def test_a_truncated_file_is_refused(tmp_path, cut):
    (path,) = write(synthetic(30, 2), tmp_path / "a.eaf", "eaf")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(TimelineInvalid, match="not well-formed"):
        read_any(path)


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"version": 1}', '{"version": "x"}', "[" * 100_000, '{"version": 1, "media": 3}']
)
def test_a_damaged_property_is_said_with_the_way_out(tmp_path, kept):
    text = DOCUMENT.format(**USUAL)
    header = f'<HEADER><PROPERTY NAME="mien">{kept}</PROPERTY></HEADER>'
    (tmp_path / "a.eaf").write_text(text.replace('<HEADER TIME_UNITS="milliseconds"/>', header), "utf-8")
    with pytest.raises(TimelineInvalid, match=r"property 'mien' is damaged.*Remove"):
        read_any(tmp_path / "a.eaf")


def test_a_newer_property_is_refused_as_such(tmp_path):
    header = '<HEADER><PROPERTY NAME="mien">{"version": 99}</PROPERTY></HEADER>'
    text = DOCUMENT.format(**USUAL).replace('<HEADER TIME_UNITS="milliseconds"/>', header)
    (tmp_path / "a.eaf").write_text(text, "utf-8")
    with pytest.raises(TimelineNewer, match="newer Mien"):
        read_any(tmp_path / "a.eaf")


def test_what_was_not_touched_comes_back_to_the_last_bit(ours):
    timeline, elan = ours
    back = elan.save()
    assert [one for one in differences(timeline, back, samples=False) if "portrait" not in one] == []
