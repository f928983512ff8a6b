"""Tables of segments as people make them: any delimiter, the usual names, seconds or milliseconds."""

import pytest

from mien.errors import TimelineInvalid
from mien.timeline.exports.lanes import speakers
from mien.timeline.imports import read_any
from tests.timeline.odd import said


def read(folder, text, *, name="a.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    timeline = read_any(path)
    return timeline, said(timeline, speakers(timeline.tracks))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    rows = ["start,end,label,layer,person", "0.5,1.25,happy,emotion,Ødegård", "2,3,sad,emotion,"]
    _, found = read(tmp_path, "\r\n".join(rows).replace(",", delimiter), encoding=encoding)
    assert found == [("", "emotion", "sad", 2.0, 3.0), ("Ødegård", "emotion", "happy", 0.5, 1.25)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("start,end,label", "0.5,1.25,x"),
        ("Onset,Offset,Value", "0.5,1.25,x"),
        ("start_ms,end_ms,label", "500,1250,x"),
        ("Begin Time (ms),End Time (ms),Annotation", "500,1250,x"),
        ("Start [s],Duration [s],Code", "0.5,0.75,x"),
        ("Behavior,Start (s),Stop (s)", "x,0.5,1.25"),
        ("start,end,label", "00:00:00.500,0:01.25,x"),
        ("start time,duration (ms),text", "0.5,750,x"),
        ("tmin,text,tier,tmax", "0.5,x,label,1.25"),
    ],
)
def test_the_usual_headers(tmp_path, header, row):
    _, found = read(tmp_path, f"{header}\n{row}\n")
    assert found == [("", "label", "x", 0.5, 1.25)]


def test_decimal_commas(tmp_path):
    _, found = read(tmp_path, "start;end;label;probability\n0,5;1,25;x;0,75\n")
    assert found == [("", "label", "x", 0.5, 1.25)]


def test_who_says_so_how_sure_and_of_which_medium(tmp_path):
    text = "file,start,end,label,coder,probability,source\nb.mp4,1,2,x,Kim,0.25,model\na.mp4,0,4,y,,,\n"
    timeline, _ = read(tmp_path, text)
    assert timeline.media["path"].to_pylist() == ["b.mp4", "a.mp4"]
    assert timeline.media["duration"].to_pylist() == [2.0, 4.0]
    keys = ("media", "label", "model", "source", "probability")
    rows = [tuple(row[key] for key in keys) for row in timeline.segments.to_pylist()]
    assert rows == [(0, "x", "Kim", "model", 0.25), (1, "y", "annotator", "annotator", None)]


def test_a_point_has_no_length(tmp_path):
    _, found = read(tmp_path, "Start (s),Stop (s),Behavior\n1.5,,look\n")
    assert found == [("", "label", "look", 1.5, 1.5)]


def test_quotes_hold_delimiters_and_lines(tmp_path):
    _, found = read(tmp_path, 'start,end,label\n0,1,"a, ""b""\nc"\n1,2,d\n')
    assert [one[2] for one in found] == ['a, "b"\nc', "d"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("start,end,label\n0,1,x\nsoon,2,y\n", "line 3: 'soon' is no time"),
        ('start,end,label\n0,1,"x\ny"\n3,2,z\n', "line 4: the end, 2, is before the start, 3"),
        ("start,end,label\n0,1\n", "line 2: 2 fields, where the header has 3"),
        ("start,end,probability\n0,1,1.5\n", "line 2: the probability is '1.5'"),
        ("start,end,label\nnan,1,x\n", "line 2: 'nan' is no time"),
        ("start,end,label\n0,inf,x\n", "line 2: 'inf' is no time"),
        ("start,label\n0,x\n", "nothing that Mien reads.*start,label"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("name,age\nx,3\n", "nothing that Mien reads"),
        (f"start,end,label\n0,1,{'x' * 2**21}\n", "line 2: field larger"),
        ("start,end,label\n0,1,\x00\n", None),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, message):
    if message is None:  # a NUL is a label like any other
        assert read(tmp_path, text)[1] == [("", "label", "\x00", 0.0, 1.0)]
    else:
        with pytest.raises(TimelineInvalid, match=message):
            read(tmp_path, text)
