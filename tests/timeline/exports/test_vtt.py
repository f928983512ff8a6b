"""Written WebVTT keeps to the grammar that players read."""

import re

import pytest

from mien.timeline import build
from mien.timeline.exports import vtt
from mien.timeline.timeline import Timeline
from tests.timeline.odd import odd
from tests.timeline.synthetic import synthetic

CUE = re.compile(  # WebVTT, section 4.1: identifier, times, text, and no empty line in it
    r"(?P<id>(?!.*-->).+)\n(?P<start>\d{2,}:\d\d:\d\d\.\d{3}) --> (?P<end>\d{2,}:\d\d:\d\d\.\d{3})\n"
    r"((?P<voice><v [^<>\n]*>)?(?P<text>[^<>\n]*)\n)?"
)


def cues(text: str) -> list[dict]:
    head, *blocks = text.split("\n\n")
    assert head.strip() == "WEBVTT"
    found = [CUE.fullmatch(block if block.endswith("\n") else block + "\n") for block in blocks]
    assert all(found), [block for block, one in zip(blocks, found, strict=True) if not one]
    return [one.groupdict() for one in found]


@pytest.mark.parametrize("seed", range(8))
def test_any_timeline_keeps_to_the_grammar(seed):
    timeline = odd(seed)
    for media in timeline.media["media"].to_pylist():
        found = cues("".join(vtt.text(timeline, media)))
        assert len(found) == timeline.segments["media"].to_pylist().count(media)
        assert all(one["start"] < one["end"] for one in found)
        assert [one["start"] for one in found] == sorted(one["start"] for one in found)


def test_a_cue_says_who_what_when_how_sure_and_who_says_so():
    found = cues("".join(vtt.text(synthetic(60, 3))))
    smile = next(one for one in found if "happy" in one["text"])
    assert smile["start"] == "00:00:04.000"
    assert smile["voice"] == "<v Ada Example>"
    assert smile["text"] == "emotion: happy (0.90, planted 1)"


def test_words_stand_alone_and_hours_are_counted():
    rows = [{"start": 3725.25, "end": 3726, "layer": "words", "label": "a < b & c", "model": "m"}]
    (one,) = cues("".join(vtt.text(Timeline(segments=build.segments(rows)))))
    assert one == {"id": "words 1", "start": "01:02:05.250", "end": "01:02:06.000", "voice": None,
                   "text": "a &lt; b &amp; c"}  # fmt: skip
