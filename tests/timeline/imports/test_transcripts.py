"""Transcripts from elsewhere: what each tool writes is read, and what is damaged is named."""

import json

import pytest

from mien.errors import TimelineInvalid, TimelineNotFound
from mien.timeline import build
from mien.timeline.imports import read_any
from mien.timeline.imports.transcripts import read_transcript

VTT = """\ufeffWEBVTT - a title

NOTE a note --
of two lines

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start
<v Grace>Hello <i>there</i> &amp; welcome,
everybody

01:00:00.000 --> 01:00:01.000
-
"""
SRT = """\
1
00:00:01,000 --> 00:00:02,500
<b>Hello</b>
you

2
00:00:03,000 --> 00:00:04,000
{\\an8}Bye
""".replace("\n", "\r\n")


def read(tmp_path, name, content, **options):
    (tmp_path / name).write_text(
        content if isinstance(content, str) else json.dumps(content), "utf-8", newline=""
    )
    records = read_transcript(tmp_path / name, **options)
    assert len(build.segments(records)) == len(records)
    return [(one["layer"], one["start"], one["end"], one["label"]) for one in records]


def test_webvtt(tmp_path):
    assert read(tmp_path, "a.vtt", VTT) == [
        ("utterance", 1.0, 2.5, "Hello there & welcome, everybody"),
        ("utterance", 3600.0, 3601.0, "-"),
    ]


def test_subrip(tmp_path):
    assert read(tmp_path, "a.srt", SRT) == [
        ("utterance", 1.0, 2.5, "Hello you"),
        ("utterance", 3.0, 4.0, "Bye"),
    ]


def test_whisper(tmp_path):
    words = [
        {"word": " Hello", "start": 1.0, "end": 1.4, "probability": 0.9},
        {"word": " 1984", "score": 0.1},  # WhisperX aligns no numbers
    ]
    segments = [
        {"start": 1.0, "end": 2.0, "text": " Hello 1984", "words": words},
        {"start": 3, "end": 4, "text": "Bye"},
    ]
    assert read(tmp_path, "a.json", {"text": "", "segments": segments}) == [
        ("utterance", 1.0, 2.0, "Hello 1984"),
        ("word", 1.0, 1.4, "Hello"),
        ("utterance", 3.0, 4.0, "Bye"),
    ]


def test_whisper_cpp(tmp_path):
    content = {"transcription": [{"offsets": {"from": 1000, "to": 2500}, "text": " Hello"}]}
    assert read(tmp_path, "a.json", content) == [("utterance", 1.0, 2.5, "Hello")]


def test_who_transcribed_is_kept(tmp_path):
    (tmp_path / "a.srt").write_text(SRT)
    (by_hand, *_), (by_model, *_) = (
        read_transcript(tmp_path / "a.srt"),
        read_transcript(tmp_path / "a.srt", model="whisper"),
    )
    assert (by_hand["model"], by_hand["source"]) == ("a.srt", "annotator")
    assert (by_model["model"], by_model["source"]) == ("whisper", "model")


def test_a_transcript_of_nothing_is_empty(tmp_path):
    assert read(tmp_path, "a.json", {"text": "", "segments": []}) == []
    assert read(tmp_path, "a.vtt", "WEBVTT\n") == read(tmp_path, "a.srt", "") == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("just text", "is no transcript that Mien reads"),
        ("1\n00:00:01 --> 00:00:02\nHello\n", "line 2: '00:00:01 --> 00:00:02' has no two times"),
        ("1\n00:00:03,000 --> 00:00:02,000\nHello\n", "line 3: 'Hello' lasts from 3.0 to 2.0 s"),
        ('{"segments": [{"start": 1}]}', "is no transcript of Whisper as JSON: KeyError, 'end'"),
        ('{"segments": 3}', "TypeError"),
        ('{"segments": [', "JSONDecodeError"),
        ("[1, 2]", "is no transcript of Whisper"),
        ('{"segments": [{"start": NaN, "end": 2, "text": "Hello"}]}', "'Hello' lasts from nan to 2.0 s"),
        ("[" * 100_000, "is no transcript of Whisper"),
    ],
)
def test_what_is_no_transcript_is_named(content, message, tmp_path):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(TimelineInvalid, match=message.replace("(", r"\(").replace("[", r"\[")) as caught:
        read_transcript(tmp_path / "a.txt")
    assert "a.txt" in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(TimelineNotFound, match=r"a\.srt"):
        read_transcript(tmp_path / "a.srt")


def test_a_transcript_is_a_timeline(tmp_path):
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,500\nwell, yes\n")
    (tmp_path / "a.json").write_text(
        '{"text": "well", "segments": [{"start": 1, "end": 2, "text": " well"}]}'
    )
    for name, end in (("a.srt", 2.5), ("a.json", 2.0)):
        timeline = read_any(tmp_path / name)
        (row,) = timeline.segments.to_pylist()
        assert (row["layer"], row["start"], row["end"], row["track"]) == ("utterance", 1.0, end, None)
        assert row["label"].startswith("well")
        assert timeline.media["duration"].to_pylist() == [end]
