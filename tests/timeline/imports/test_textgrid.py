"""TextGrids as Praat and others write them."""

import pytest
from praatio import textgrid as peer
from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.point_tier import PointTier

from mien.errors import TimelineInvalid
from mien.timeline import build
from mien.timeline.exports import write
from mien.timeline.exports.lanes import speakers
from mien.timeline.imports import read_any
from mien.timeline.timeline import Timeline
from tests.timeline.odd import said
from tests.timeline.synthetic import synthetic

LABELS = [("0.25", "1.5", 'say "ah"'), ("1.5", "2", "Ø")]
EXPECTED = [
    ("", "words", 'say "ah"', 0.25, 1.5),
    ("", "words", "Ø", 1.5, 2.0),
    ("Kim", "blink", "b", 1.0, 1.0),
]


@pytest.mark.parametrize("form", ["short_textgrid", "long_textgrid"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_both_text_formats_as_praatio_writes_them(tmp_path, form, encoding):
    grid = peer.Textgrid(0, 3)
    grid.addTier(IntervalTier("words", [(float(a), float(b), c) for a, b, c in LABELS], 0, 3))
    grid.addTier(PointTier("Kim / blink", [(1.0, "b")], 0, 3))
    path = tmp_path / "a.TextGrid"
    grid.save(str(path), format=form, includeBlankSpaces=True)
    text = path.read_text("utf-8")
    path.write_bytes((b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding))
    timeline = read_any(path)
    assert said(timeline, speakers(timeline.tracks)) == EXPECTED
    assert timeline.media["duration"].to_pylist() == [3.0]
    assert set(timeline.segments["source"].to_pylist()) == {"annotator"}


def test_what_is_for_people_is_passed_over(tmp_path):
    """Comments, words and numbers that do not stand free count for nothing, as in Praat."""
    path = tmp_path / "a.TextGrid"
    path.write_text(
        '"ooTextFile"\n"TextGrid"\n! a comment with "quotes" and 3\n0 seconds 3 tiers<8> 1x <exists> 1 "IntervalTier"\n'
        '"words" 0 3 item[7]: 1 0 3 "three"\n',
        "utf-8",
    )
    timeline = read_any(path)
    assert said(timeline, speakers(timeline.tracks)) == [("", "words", "three", 0.0, 3.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('File type = "ooTextFile"\nObject class = "Pitch 1"\n\n0 1', "another kind"),
        ('"ooTextFile" "TextGrid" 0 3 <exists> 1 "IntervalTier" "w" 0 3 2 0 1 "a"', "ends too early"),
        ('"ooTextFile" "TextGrid" 0 3 <exists> 1 "PolygonTier" "w" 0 3 0', "PolygonTier"),
        ('"ooTextFile" "TextGrid" 0 3 <exists> 1 "IntervalTier" 7 0 3 0', "7.0 stands where a text"),
        ('"ooTextFile" "TextGrid" 0 1.2.3', "1.2.3"),
        ('"ooTextFile" "TextGrid" 0 3 <exists> 999999999 ', "ends too early"),
        ('"ooTextFile" "TextGrid" 0 1e999', "inf stands where a number"),
        ("ooBinaryFile\x08TextGrid", "is a binary file of Praat"),
    ],
)
def test_what_is_damaged_is_said(tmp_path, text, message):
    path = tmp_path / "a.TextGrid"
    path.write_text(text, "utf-8")
    with pytest.raises(TimelineInvalid, match=message):
        read_any(path)


def test_an_interval_before_its_start_is_refused(tmp_path):
    path = tmp_path / "a.TextGrid"
    path.write_text('"ooTextFile" "TextGrid" 0 3 <exists> 1 "IntervalTier" "w" 0 3 1 2 1 "a"', "utf-8")
    with pytest.raises(
        TimelineInvalid, match="contradicts itself: segments: row 0 starts at 2 s and ends at 1 s"
    ):
        read_any(path)


def test_what_overlaps_comes_back_on_one_layer(tmp_path):
    rows = [
        {"start": n / 4, "end": n / 4 + 1, "layer": "gaze", "label": f"{n}", "model": "m"} for n in range(5)
    ]
    (path,) = write(Timeline(segments=build.segments(rows)), tmp_path / "a.TextGrid", "textgrid")
    assert path.read_text("utf-8").count("IntervalTier") == 4
    timeline = read_any(path)
    expected = [("", "gaze", row["label"], row["start"], row["end"]) for row in rows]
    assert said(timeline, speakers(timeline.tracks)) == expected


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(tmp_path, share):
    (path,) = write(synthetic(60, 3), tmp_path / "a.TextGrid", "textgrid")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(TimelineInvalid, match="damaged"):
        read_any(path)
