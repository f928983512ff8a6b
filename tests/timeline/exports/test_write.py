"""The one door out: file names, several media, whole files or none."""

from dataclasses import replace

import pytest

from mien.errors import ArgumentError, TimelineError
from mien.timeline.exports import SUFFIXES, write
from mien.timeline.exports.lanes import Span, parts, speakers, tiers
from tests.timeline.odd import odd
from tests.timeline.synthetic import synthetic


def test_an_unknown_format_is_named_with_those_that_are_known(tmp_path):
    with pytest.raises(ArgumentError, match=r"to is 'docx'; expected one of eaf, csv, vtt"):
        write(synthetic(2), tmp_path / "a.docx", "docx")


@pytest.mark.parametrize("to", ["eaf", "vtt", "textgrid"])
def test_several_media_get_a_file_each(to, tmp_path):
    timeline = next(one for one in map(odd, range(99)) if one.media.num_rows == 3)
    suffix = SUFFIXES[to]
    found = write(timeline, tmp_path / f"talk{suffix}", to)
    assert [path.name for path in found] == [f"talk.{n}{suffix}" for n in range(3)]
    assert all(path.stat().st_size for path in found)


def test_where_nothing_can_be_written_nothing_is_left(tmp_path):
    (tmp_path / "taken.json").mkdir()
    with pytest.raises(TimelineError, match=r"taken\.json' cannot be written"):
        write(synthetic(2), tmp_path / "taken.json", "json")
    with pytest.raises(TimelineError, match=r"cannot be written.*folder that exists"):
        write(synthetic(2), tmp_path / "nowhere" / "a.eaf", "eaf")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.json"]


def test_a_failure_on_the_way_leaves_the_old_file(tmp_path):
    (path,) = write(synthetic(2), tmp_path / "a.json", "json")
    before = path.read_bytes()
    broken = replace(synthetic(5), provenance={"models": object()})  # no JSON can hold it
    with pytest.raises(TypeError):
        write(broken, path, "json")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_person_is_called_the_same_on_every_track_of_the_lane():
    tracks = synthetic(90, 3).tracks
    assert set(speakers(tracks).values()) == {"Ada Example", "Berit Ødegård", "Person 3"}


def test_names_of_tiers_differ_whatever_people_and_layers_are_called():
    spans = [
        Span(0, 0, 9, "A", "x"),
        Span(1, 1, 9, "A", "x"),
        Span(2, 0, 9, "A", "x (2)"),
        Span(3, 0, 9, None, "A / x"),
    ]
    names = [tier.name for tier in tiers(spans)]
    assert len(set(names)) == 4
    assert parts("A / x") == ("A", "x")
    assert parts(" / A / x") == (None, "A / x")
    assert parts("x") == (None, "x")
