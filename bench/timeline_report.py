"""How long the page of a long timeline takes to write and to open, how large it is, and how fast it follows."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.browser import Browser, browser, program
from bench.report import Row
from mien.timeline import report
from mien.timeline.contents import families
from mien.timeline.report.curves import thinning
from mien.timeline.timeline import Timeline
from tests.timeline.synthetic import synthetic

HOUR, PEOPLE, RATE = 3600.0, 3, 30.0
OPENED = 5  # times
LIMIT = 3.0  # seconds
SIZE = (1280, 1400)  # pixels of the window: all lanes are on the screen
MANY = 40  # measures for each person


@dataclass(frozen=True)
class Opened:
    """A page: its bytes, the seconds that writing took, and those of each time that it was opened."""

    size: int
    writing: float
    opening: list[float]
    every: int

    def figure(self) -> str:
        return (
            f"opens in {statistics.median(self.opening):.1f} s (slowest of {len(self.opening)}: "
            f"{max(self.opening):.1f} s), {self.size / 1e6:.1f} MB, written in {self.writing:.1f} s"
        )


def opening(quick: bool) -> Iterator[Row]:
    """From asking for the page to the first picture with all lanes, in headless Chromium."""
    hour = f"{'10 minutes' if quick else '1 hour'}, 30 frames/s, 3 people"
    if program() is None:
        yield Row(f"page of {hour}", "not run", f"< {LIMIT:.0f} s", None, "no Chromium is installed here")
        return
    seconds = HOUR / 6 if quick else HOUR
    timeline = synthetic(seconds, PEOPLE, RATE)
    with tempfile.TemporaryDirectory() as folder, browser() as tab:
        tab.size(*SIZE)
        version = tab.call("Browser.getVersion")["product"]
        page = Path(folder) / "timeline.html"
        found = measured(timeline, page, tab)
        yield Row(
            f"page of {hour}: emotion, geometry, faces and voice",
            found.figure(),
            f"< {LIMIT:.0f} s",
            statistics.median(found.opening) < LIMIT,
            f"{version}, from navigation until all lanes are painted, by the median; {of(timeline)}; {kept(found)}",
        )
        yield Row(
            f"page of {hour}: one step of zooming, all lanes drawn again",
            f"{zooming(tab):.0f} ms",
            "reported",
            None,
            "median of 40, without a graphics processor",
        )
        full = with_measures(timeline, MANY)
        found = measured(full, page, tab)
        yield Row(
            f"page of {hour}: {MANY} measures for each person",
            found.figure(),
            "reported",
            None,
            f"{of(full)}; {kept(found)}",
        )
        if not quick:
            long = synthetic(10 * HOUR, PEOPLE, RATE)
            found = measured(long, page, tab)
            yield Row(
                "page of 10 hours, 30 frames/s, 3 people",
                found.figure(),
                "reported",
                None,
                f"{of(long)}; {kept(found)}",
            )


def measured(timeline: Timeline, page: Path, tab: Browser) -> Opened:
    started = time.perf_counter()
    report.write(timeline, page)
    writing = time.perf_counter() - started
    opened = [tab.open(page) for _ in range(OPENED)]
    if tab.errors:
        raise RuntimeError(f"the page complains: {tab.errors}")
    return Opened(page.stat().st_size, writing, opened, thinning(families(timeline)))


def zooming(tab: Browser) -> float:
    """Milliseconds of the main thread from a press of a key until everything is drawn."""
    script = """(async () => {
        const lanes = document.getElementById('lanes'), took = [];
        for (let i = 0; i < 40; i++) {
            await new Promise((done) => setTimeout(done, 20));
            lanes.dispatchEvent(new KeyboardEvent('keydown', { key: i % 16 < 8 ? '+' : '-' }));
            took.push(await new Promise((done) => requestAnimationFrame((start) => {
                const before = performance.now();
                setTimeout(() => done(performance.now() - before));
            })));
        }
        return took.sort((a, b) => a - b)[20];
    })()"""
    return float(tab.run(script))


def with_measures(timeline: Timeline, count: int) -> Timeline:
    """The timeline with further measures of people, until there are so many: steps of a random walk in each."""
    rng = np.random.default_rng(0)
    table = timeline.samples["geometry"]
    known = sum(len(one.measures) for one in families(timeline) if one.tracked)
    for i in range(count - known):
        walk = np.cumsum(rng.normal(0, 0.05, table.num_rows)).astype(np.float32)
        table = table.append_column(pa.field(f"measure_{i}", pa.float32()), pa.array(walk))
    return replace(timeline, samples={**timeline.samples, "geometry": table})


def of(timeline: Timeline) -> str:
    """How much there is to show."""
    values = sum(one.rows * len(one.measures) for one in families(timeline))
    return f"{values / 1e6:.1f} million values, {timeline.segments.num_rows:,} segments"


def kept(page: Opened) -> str:
    """What of the samples is on a page."""
    return "every sample" if page.every == 1 else f"lowest and highest of each {page.every} samples"
