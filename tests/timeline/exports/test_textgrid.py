"""Written TextGrids say to Praat's readers what the timeline says."""

from itertools import pairwise

import pympi
import pytest
from praatio import textgrid as peer

from mien.timeline import build
from mien.timeline.exports import textgrid, write
from mien.timeline.exports.textgrid import number, written
from mien.timeline.timeline import Timeline
from tests.timeline.synthetic import synthetic


def test_praatio_reads_the_same_intervals(tmp_path):
    timeline = synthetic(60, 3)
    (path,) = write(timeline, tmp_path / "a.TextGrid", "textgrid")
    grid = peer.openTextgrid(str(path), includeEmptyIntervals=False)
    found = sorted((*entry, tier.name.split(" / ")[-1]) for tier in grid.tiers for entry in tier.entries)
    rows = timeline.segments.to_pylist()
    assert found == sorted((r["start"], r["end"], r["label"], r["layer"]) for r in rows)
    assert grid.tierNames[-1] == "speech"
    assert (grid.minTimestamp, grid.maxTimestamp) == (0, 60)


def test_pympi_finds_intervals_without_gaps_from_start_to_end(tmp_path):
    (path,) = write(synthetic(60, 2), tmp_path / "a.TextGrid", "textgrid")
    grid = pympi.Praat.TextGrid(str(path))
    for _, tier in zip(range(grid.tier_num), grid.get_tiers(), strict=True):
        intervals = tier.get_all_intervals()
        assert intervals[0][0] == 0
        assert intervals[-1][1] == 60
        assert all(one[1] == other[0] for one, other in pairwise(intervals))


def test_a_segment_without_length_is_a_point():
    rows = [{"start": t, "end": t, "layer": "blink", "label": "", "model": "m"} for t in (1.5, 2.5)]
    timeline = Timeline(synthetic(10).media, segments=build.segments(rows))
    text = "".join(textgrid.text(timeline))
    assert 'class = "TextTier"\n        name = "blink (points)"' in text
    assert "IntervalTier" not in text
    assert text.count('mark = "∅"') == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1 / 3, "0.3333333333333333"),
        (1e6, "1000000"),
    ],
)
def test_numbers_have_no_exponent_and_read_back(value, expected):
    assert number(value) == expected
    assert float(expected) == value


def test_an_empty_label_differs_from_a_gap():
    assert [written(label) for label in ("", "∅", "a", " ")] == ["∅", "∅∅", "a", " "]


def test_an_empty_timeline_has_no_tiers():
    assert "size = 0" in "".join(textgrid.text(Timeline()))
