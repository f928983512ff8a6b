"""The page in a real browser: it draws, follows pointer and keys, plays, and runs nothing that came from outside."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bench.browser import browser, program
from mien.media import write_video
from mien.timeline import report
from mien.timeline.report.html import ASSETS
from mien.types import Frame
from tests.timeline.synthetic import synthetic

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium is installed")

OWNED = "</script><script>window.owned = true</script><img src=x onerror='window.owned = true'>"


@pytest.fixture(scope="module")
def tab():
    with browser() as opened:
        opened.size(1200, 1400)
        yield opened


@pytest.fixture(scope="module")
def timeline():
    return synthetic(60.0, people=2, rate=25.0)


@pytest.fixture(scope="module")
def page(tmp_path_factory, timeline):
    path = tmp_path_factory.mktemp("page") / "talk.html"
    report.write(timeline, path)
    return path


@pytest.fixture
def opened(tab, page):
    tab.errors.clear()
    tab.open(page)
    tab.settle()
    yield tab
    assert tab.errors == []


def now(tab) -> str:
    return tab.run("document.getElementById('now').innerText")


ADA = "[...document.querySelectorAll('.lane')].find((one) => one.innerText.includes('Ada')).querySelector('canvas')"


def canvas(tab) -> dict:
    """Where Ada's canvas is in the window."""
    return tab.run(f"{ADA}.getBoundingClientRect().toJSON()")


def colours(tab, time: float) -> set:
    """The colours of Ada's strip of curves at a time, while all 60 s are in view."""
    script = f"""(() => {{
        const canvas = {ADA};
        const x = Math.round({time} / 60 * canvas.width), height = 80;
        const pixels = canvas.getContext('2d').getImageData(x, canvas.height - height, 1, height).data;
        return [...Array(height).keys()].map((y) => pixels.slice(4 * y, 4 * y + 4).join(' '));
    }})()"""
    return set(tab.run(script))


def test_every_lane_is_drawn_and_listed(opened):
    names = opened.run("[...document.querySelectorAll('.who span')].map((one) => one.firstChild.data)")
    assert names == ["Berit Ødegård", "Ada Example", "The whole"], "by time in view"
    assert opened.run("document.querySelectorAll('#rows tr').length") == 20
    assert "20 of 20 segments" in opened.run("document.getElementById('count').textContent")


def test_curves_have_gaps_where_nobody_was_there(opened):
    assert len(colours(opened, 10)) > 5
    ground_and_grid = 3  # whose lines are half a pixel off in one place and less in others
    assert len(colours(opened, 27.5)) <= ground_and_grid, "Ada is away from 25 to 30 s"


def test_a_click_goes_there_and_tells_what_is_so(opened):
    box = canvas(opened)
    opened.click(box["left"] + box["width"] / 10, box["bottom"] - 20)
    told = now(opened)
    assert told.startswith("0:06.0")
    assert "emotion: happy" in told
    assert "happy 0.9" in told.split("Ada")[1], "the top of the planted smile is 0.9"


def test_hovering_tells_label_times_probability_and_model(opened):
    box = canvas(opened)
    smile = box["top"] + 65  # below the row of her attitude
    opened.mouse("mouseMoved", box["left"] + box["width"] / 10, smile)
    told = opened.run("document.getElementById('tip').innerText")
    assert told.splitlines() == [
        "emotion: happy",
        "Ada Example, 0:04.000 to 0:08.000, strongest at 0:06.000",
        "probability 90.0 %",
        "model: planted 1 (basic)",
    ]


def test_keys_move_zoom_and_step_through_segments(opened):
    opened.run("document.getElementById('lanes').focus()")
    opened.key("ArrowRight")
    assert now(opened).startswith("0:01.0")
    opened.key("n")
    assert now(opened).startswith("0:03.0"), "Berit's attitude begins"
    for key in ("+", "+", "End"):
        opened.key(key)
    opened.settle()
    assert now(opened).startswith("1:00.0")
    assert opened.run("document.getElementById('lanes').getAttribute('aria-valuetext')") == "1:00.0 of 1:00.0"
    assert opened.run("document.getElementById('cursor').hidden") is False, "the view follows"


def test_the_wheel_zooms_about_the_pointer(opened):
    box = canvas(opened)
    x = box["left"] + box["width"] / 2
    for _ in range(8):
        opened.mouse("mouseWheel", x, box["top"] + 100, deltaX=0, deltaY=-100, modifiers=2)
    opened.settle()
    opened.click(x, box["top"] + 100)
    assert now(opened).startswith("0:30.0"), "what is under the pointer stays there"
    opened.click(box["left"] + box["width"] - 2, box["top"] + 100)
    assert now(opened).startswith("0:31."), "the view is 60 s / e^3.2 wide"


def test_layers_can_be_hidden(opened):
    opened.run("document.querySelectorAll('#layers input')[0].click()")
    opened.settle()
    listed = opened.run(
        "[...document.querySelectorAll('#rows td:nth-child(5)')].map((one) => one.textContent)"
    )
    assert set(listed) == {"emotion", "speech"}


def test_other_curves_can_be_chosen(opened):
    opened.run(
        "(() => { const menu = document.getElementById('people-curves'); menu.value = [...menu.options].find("
        "(one) => one.text === 'geometry in degrees').value; menu.dispatchEvent(new Event('change')); })()"
    )
    opened.settle()
    assert "head_yaw" in now(opened)
    assert "degrees" in now(opened)


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(opened, dark):
    opened.size(390, 800, dark=dark)
    opened.settle()
    try:
        assert opened.run("document.documentElement.scrollWidth") <= 390
        ground = opened.run("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(22, 21, 19)") is dark
    finally:
        opened.size(1200, 1400)


def test_texts_from_outside_are_never_run(tab, timeline, tmp_path):
    rows = [
        row | {"layer": f"l{OWNED}", "label": OWNED, "model": OWNED} for row in timeline.segments.to_pylist()
    ]
    people = [row | {"person": OWNED, "reason": f'"{OWNED}'} for row in timeline.tracks.to_pylist()]
    media = [row | {"path": OWNED, "notes": [OWNED]} for row in timeline.media.to_pylist()]
    hostile = replace(
        timeline,
        segments=pa.Table.from_pylist(rows, timeline.segments.schema),
        tracks=pa.Table.from_pylist(people, timeline.tracks.schema),
        media=pa.Table.from_pylist(media, timeline.media.schema),
        samples={OWNED: timeline.samples["emotion"]},
        provenance={OWNED: [OWNED, {OWNED: OWNED}], "mien": OWNED},
    )
    report.write(hostile, tmp_path / "page.html")
    tab.open(tmp_path / "page.html")
    tab.settle()
    assert tab.run("window.owned === undefined")
    assert tab.run("document.querySelectorAll('img[src=x]').length") == 0
    assert OWNED in tab.run("document.querySelector('.who span').textContent"), "it is shown as it is"


@pytest.mark.parametrize("how", ["link", "embed"])
def test_the_film_plays_and_follows_the_cursor(tab, timeline, tmp_path, how):
    film = tmp_path / "a film.mp4"
    write_video(
        film, (Frame(np.full((64, 96, 3), 8 * i % 256, np.uint8), i / 10, i) for i in range(80)), 10.0
    )
    media = pa.Table.from_pylist([timeline.media.to_pylist()[0] | {"path": str(film)}], timeline.media.schema)
    report.write(replace(timeline, media=media), tmp_path / "page.html", video=how)
    tab.errors.clear()
    tab.open(tmp_path / "page.html", ready="document.querySelector('video')?.readyState >= 1")
    assert tab.run("document.querySelector('video').duration") == pytest.approx(8.0, abs=0.2)
    tab.run("document.getElementById('lanes').focus()")
    tab.key("ArrowRight")
    assert tab.run("document.querySelector('video').currentTime") == pytest.approx(1.0, abs=0.01)
    assert tab.errors == []


@pytest.mark.parametrize("seed", [0, 1])
def test_extents_are_those_of_the_samples(tab, seed):
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(5_000) < 0.4, np.nan, rng.normal(size=5_000)).astype(np.float32)
    values[1000:1700] = np.nan
    spans = [*np.sort(rng.integers(0, 5001, (200, 2)), 1).tolist(), [1000, 1700], [16, 32], [0, 5000], [7, 7]]
    listed = ",".join("NaN" if np.isnan(one) else str(one) for one in values)
    script = (ASSETS / "pyramid.js").read_text("utf-8")
    found = tab.run(
        f"(() => {{ {script}; const levels = pyramid(Float32Array.of({listed}));"
        f"return {spans}.map(([from, to]) => extent(levels, from, to)); }})()"
    )
    for (start, end), got in zip(spans, found, strict=True):
        part = values[start:end]
        if np.isnan(part).all():
            assert got is None
        else:
            assert (got["low"], got["high"]) == pytest.approx((np.nanmin(part), np.nanmax(part)))
            assert got["mean"] == pytest.approx(np.nanmean(part), abs=1e-4)
