"""Curves on a page are the samples: to the stated precision, with gaps where nothing was measured."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mien.timeline import contents
from mien.timeline.report import curves
from mien.timeline.report.curves import LEVELS, TICK, Blocks
from mien.timeline.select import numbers
from tests.timeline.synthetic import synthetic


def decoded(blocks: Blocks, number: int, width: int) -> np.ndarray:
    """The integers of a block, read as the script of the page reads them."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(blocks.texts[number])), np.uint8).reshape(
        width, -1
    )
    return (planes.astype(np.int64) * 256 ** np.arange(width)[:, None]).sum(0)


def read(blocks: Blocks, one: dict, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of a curve."""
    column = one["columns"][name]
    levels = decoded(blocks, column["block"], 2)
    values = column["low"] + levels * (column["high"] - column["low"]) / LEVELS
    return np.cumsum(decoded(blocks, one["times"], 4)) * TICK, np.where(levels > LEVELS, np.nan, values)


@pytest.fixture(scope="module")
def timeline():
    return synthetic(70.0, people=2, rate=25.0)


@pytest.fixture(scope="module")
def families(timeline):
    return {one.family: one for one in contents.families(timeline)}


@pytest.mark.parametrize(
    ("family", "name"), [("emotion", "happy"), ("geometry", "head_yaw"), ("voice", "pitch")]
)
def test_a_curve_has_every_sample_to_the_precision_that_is_stated(timeline, families, family, name):
    blocks = Blocks()
    made, ranges = curves.series(timeline, families[family], 1, blocks)
    table = timeline.samples[family]
    values = numbers(table, name)
    step = (np.nanmax(values) - np.nanmin(values)) / LEVELS
    lane = dict(zip(*(timeline.tracks.column(key).to_pylist() for key in ("track", "lane")), strict=True))
    lanes = [lane[one] for one in table.column("track").to_pylist()] if families[family].tracked else -1
    assert ranges[name].low == np.nanmin(values)
    for one in made:
        mine = np.asarray(lanes) == one["lane"]
        times, found = read(blocks, one, name)
        there = np.isfinite(found)
        expected = values[mine] if families[family].tracked else values
        at = np.asarray(table.column("time"))[mine if families[family].tracked else slice(None)]
        assert np.abs(found[there] - expected[np.isfinite(expected)]).max() <= step / 2 * 1.001
        assert np.abs(times[there] - at[np.isfinite(expected)]).max() <= TICK / 2 * 1.001


def test_an_absence_is_a_gap(timeline, families):
    blocks = Blocks()
    made, _ = curves.series(timeline, families["emotion"], 1, blocks)
    times, values = read(blocks, next(one for one in made if one["lane"] == 0), "happy")
    within = (times > 25) & (times < 30)  # the person is in view until 25 s, and again from 30 s
    assert within.sum() == 1
    assert np.isnan(values[within]).all()


@pytest.mark.parametrize("every", [2, 5, 1000])
def test_thinned_curves_keep_the_lowest_and_highest_and_the_gaps(timeline, families, every):
    blocks = Blocks()
    made, ranges = curves.series(timeline, families["geometry"], every, blocks)
    one = next(one for one in made if one["lane"] == 0)
    times, found = read(blocks, one, "head_yaw")
    _, whole = read(blocks, *curved(timeline, families, blocks, "head_yaw"))
    assert np.nanmin(found) == np.nanmin(whole)
    assert np.nanmax(found) == np.nanmax(whole)
    assert (found[::2] <= found[1::2])[np.isfinite(found[::2])].all()
    assert len(found) <= 2 * (len(whole) / every + 6)
    assert np.isnan(found[(times > 25) & (times < 30)]).all()
    assert ranges["head_yaw"].high == pytest.approx(np.nanmax(whole), abs=1e-6)


def curved(timeline, families, blocks, name):
    made, _ = curves.series(timeline, families["geometry"], 1, blocks)
    return next(one for one in made if one["lane"] == 0), name


def test_measures_that_were_never_taken_are_left_out(timeline, families):
    made, ranges = curves.series(timeline, families["emotion"], 1, Blocks())
    assert "contempt" not in ranges
    assert all("contempt" not in one["columns"] for one in made)


def test_no_more_values_than_fit_a_page(families):
    assert curves.thinning(list(families.values())) == 1
    many = [contents.Measured("mesh", 10_000_000, 30.0, True, ("a", "b"), False)]
    every = curves.thinning(many)
    assert 2 * 20_000_000 / every <= curves.MOST


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.uint32, st.integers(1, 40)))
def test_blocks_keep_every_bit(values):
    blocks = Blocks()
    assert np.array_equal(decoded(blocks, blocks.add(values), 4), values)
    assert blocks.add(values.copy()) == 0, "equal arrays are kept once"
