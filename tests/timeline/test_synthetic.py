"""The generator of timelines keeps its own promises, on which other tests build."""

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.timeline.synthetic import synthetic


@pytest.fixture(scope="module")
def timeline():
    return synthetic(70.0, people=2, rate=25.0)


def test_equal_seeds_give_equal_tables(timeline):
    again = synthetic(70.0, people=2, rate=25.0)
    assert again.segments.equals(timeline.segments)
    assert all(again.samples[name].equals(table) for name, table in timeline.samples.items())


def test_happiness_is_above_a_half_just_within_the_segments(timeline):
    table = timeline.samples["emotion"].to_pandas()
    happy = timeline.segments.filter(pc.field("label") == "happy").to_pandas()
    assert len(happy) >= 8
    inside = np.zeros(len(table), bool)
    for one in happy.itertuples():
        inside |= (table.track == one.track) & (table.time >= one.start) & (table.time < one.end)
    within_a_frame = 0.05  # of a boundary, a row may fall on either side
    edges = np.concatenate([happy.start, happy.end])
    far = np.abs(table.time.to_numpy()[:, None] - edges).min(1) > within_a_frame
    assert ((table.happy >= 0.5) == inside)[far].all()


def test_nobody_is_measured_while_away(timeline):
    tracks = timeline.tracks.to_pandas().set_index("track")
    table = timeline.samples["geometry"].to_pandas().join(tracks[["start", "end"]], on="track")
    assert ((table.time >= table.start) & (table.time <= table.end)).all()
