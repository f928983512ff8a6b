"""The page as text: nothing from elsewhere, nothing executable from outside, and its provenance."""

import json
import re
from dataclasses import replace

import pyarrow as pa
import pytest

from mien.errors import ArgumentError, MediaNotFound, TimelineError
from mien.timeline import Timeline, report
from mien.timeline import write as write_timeline
from mien.timeline.files import read
from mien.timeline.schema import samples
from mien.timeline.stored import Stored
from mien.types import Column, Family
from tests.timeline.synthetic import synthetic


@pytest.fixture(scope="module")
def timeline():
    return synthetic(40.0, people=3, rate=25.0)


def facts(page: str) -> dict:
    """The JSON that the script is given."""
    return json.loads(re.search(r'id="data">(.*?)</script>', page)[1])


def test_nothing_is_loaded_from_elsewhere(timeline):
    page = report.page(timeline)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)
    assert not re.search(r"<(link|iframe|img|script)[^>]*(src|href)=", page)
    assert "default-src 'none'" in page


def test_it_says_what_is_basic_what_is_odd_and_what_made_it(timeline):
    page = report.page(timeline)
    known = page.split("To know first")[1].split("</section>")[0]
    assert "emotion: from a basic model" in known
    assert "The pauses between frames differ." in known
    made = page.split("Where it comes from")[1]
    assert "planted-voice" in made
    assert "1" * 64 in made, "the model's SHA-256"
    assert "a" * 64 in made, "the medium's"
    assert facts(page)["basic"] == ["emotion", "models", "planted"]


def test_a_layer_is_basic_where_its_segments_say_so(timeline):
    rows = [
        row | {"provenance": '{"tier": "basic"}'}
        for row in timeline.segments.to_pylist()
        if row["layer"] == "speech"
    ]
    other = replace(timeline, segments=pa.Table.from_pylist(rows, timeline.segments.schema), provenance={})
    assert "speech: from a basic model" in report.page(other)
    assert "basic model" not in report.page(replace(timeline, provenance={}))


def test_people_are_told_with_what_the_gallery_said(timeline):
    lanes = facts(report.page(timeline))["lanes"]
    assert [(one["name"], one["said"]) for one in lanes] == [
        ("Ada Example", "98.0 % sure"),
        ("Berit Ødegård", "98.0 % sure"),
        ("Person 3", "unknown"),
    ]


def test_overlapping_segments_of_a_layer_get_rows_of_their_own(timeline):
    first = timeline.segments.to_pylist()[0] | {"layer": "gaze"}
    spans = [(0.0, 4.0), (1.0, 2.0), (2.0, 3.0), (4.0, 5.0)]
    rows = [first | {"start": start, "end": end} for start, end in spans]
    other = replace(timeline, segments=pa.Table.from_pylist(rows, timeline.segments.schema))
    assert facts(report.page(other))["segments"]["row"] == [0, 1, 1, 0]


def test_measures_with_one_unit_share_an_axis(timeline):
    groups = {(one["family"], one["unit"]): one for one in facts(report.page(timeline))["groups"]}
    assert groups["geometry", "degrees"]["names"] == ["head_pitch", "head_yaw", "head_roll"]
    assert groups["geometry", ""]["names"] == ["mouth_opening", "eye_opening_left"]
    assert (groups["emotion", ""]["low"], groups["emotion", ""]["high"]) == (0, 1)
    assert groups["geometry", "degrees"]["high"] > 20
    assert not groups["voice", "Hz"]["tracked"]


def test_an_empty_timeline_has_a_page():
    page = report.page(Timeline())
    assert "No medium" in page
    assert facts(page)["lanes"] == []


def test_an_empty_family_is_no_curve(timeline):
    family = Family("empty", (Column("x"),))
    other = replace(timeline, samples={"empty": samples(family).empty_table()})
    assert facts(report.page(other))["series"] == []


def test_long_timelines_say_that_their_curves_are_thinned(timeline, monkeypatch):
    monkeypatch.setattr("mien.timeline.report.curves.MOST", 10_000)
    assert re.search(r"lowest and the highest of each \d+ samples", report.page(timeline))


def test_lists_of_landmarks_are_not_read_from_the_disk(timeline, tmp_path, monkeypatch):
    write_timeline(timeline, tmp_path / "a.parquet")
    asked = []
    original = Stored.read
    monkeypatch.setattr(
        Stored,
        "read",
        lambda self, name, columns=None: asked.append((name, columns)) or original(self, name, columns),
    )
    assert facts(report.page(read(tmp_path / "a.parquet")))["series"]
    of_families = [columns for name, columns in asked if name in timeline.samples]
    assert len(of_families) >= len(timeline.samples)
    assert all(columns is not None and "box" not in columns for columns in of_families)


def test_media_are_linked_by_their_way_from_the_page(timeline, tmp_path):
    film = tmp_path / "films" / "day 1" / "talk #1.mp4"
    film.parent.mkdir(parents=True)
    film.write_bytes(b"film")
    (tmp_path / "pages").mkdir()
    write_report(timeline, film, tmp_path / "pages" / "talk.html", "link")
    page = (tmp_path / "pages" / "talk.html").read_text("utf-8")
    assert facts(page)["sources"] == [{"type": "video/mp4", "url": "../films/day%201/talk%20%231.mp4"}]


def test_media_are_carried_whole(timeline, tmp_path):
    film = tmp_path / "talk.mp4"
    film.write_bytes(b"film")
    write_report(timeline, film, tmp_path / "talk.html", "embed")
    assert '<script type="text/plain" id="m0">ZmlsbQ==</script>' in (tmp_path / "talk.html").read_text(
        "utf-8"
    )


def test_media_that_are_too_large_to_carry_are_refused(timeline, tmp_path, monkeypatch):
    film = tmp_path / "talk.mp4"
    film.write_bytes(b"film")
    monkeypatch.setattr("mien.timeline.report.html.EMBED", 3)
    with pytest.raises(ArgumentError, match=r"talk\.mp4: has .* MiB.*link it instead"):
        write_report(timeline, film, tmp_path / "talk.html", "embed")
    assert not (tmp_path / "talk.html").exists()


def test_media_that_are_gone_are_an_error(timeline, tmp_path):
    with pytest.raises(MediaNotFound, match=r"gone\.mp4: is not there"):
        write_report(timeline, tmp_path / "gone.mp4", tmp_path / "talk.html", "link")


def test_other_ways_to_play_are_an_error(timeline):
    with pytest.raises(ArgumentError, match="'stream'; expected"):
        report.page(timeline, video="stream")


def test_a_page_that_cannot_be_written_is_an_error(timeline, tmp_path):
    with pytest.raises(TimelineError, match="cannot be written"):
        report.write(timeline, tmp_path / "no such folder" / "talk.html")


def write_report(timeline, film, page, video):
    media = pa.Table.from_pylist([timeline.media.to_pylist()[0] | {"path": str(film)}], timeline.media.schema)
    report.write(replace(timeline, media=media), page, video=video)
