"""Figures show what the timeline says: lanes, bars, curves, limits and labels."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.collections import PolyCollection

from mien.errors import ArgumentError, TimelineError
from mien.timeline import Timeline, plot
from tests.timeline.synthetic import HOP, happiness, synthetic


@pytest.fixture(scope="module")
def timeline():
    return synthetic(60.0, people=3, rate=25.0)


@pytest.fixture(scope="module")
def figure(timeline):
    return plot.figure(timeline, ["emotion.happy", "emotion.neutral", "voice.pitch"])


def lane(figure, name):
    """The axes of a lane: segments, and curves."""
    at = next(i for i, ax in enumerate(figure.axes) if ax.get_title(loc="left") == name)
    return figure.axes[at], figure.axes[at + 1]


def bars(ax):
    """(start, end, row) of each bar."""
    boxes = [
        path.get_extents()
        for one in ax.collections
        if isinstance(one, PolyCollection)
        for path in one.get_paths()
    ]
    return sorted((box.x0, box.x1, round((box.y0 + box.y1) / 2)) for box in boxes)


def test_there_is_a_lane_for_each_person_and_one_for_the_whole(figure):
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert sorted(filter(None, titles)) == ["Ada Example", "Berit Ødegård", "Person 3", "The whole"]
    assert titles[-2] == "The whole"
    assert len(figure.axes) == 8


def test_bars_are_the_segments(timeline, figure):
    segments, _ = lane(figure, "Ada Example")
    assert [one.get_text() for one in segments.get_yticklabels()] == ["attitude", "emotion"]
    ada = {row["track"] for row in timeline.tracks.to_pylist() if row["lane"] == 0}
    rows = [row for row in timeline.segments.to_pylist() if row["track"] in ada]
    expected = sorted((row["start"], row["end"], ["attitude", "emotion"].index(row["layer"])) for row in rows)
    assert bars(segments) == pytest.approx(np.array(expected))
    assert [one.get_text().strip() for one in segments.texts].count("happy") == 5


def test_curves_are_the_samples_with_gaps_while_away(figure):
    _, curves = lane(figure, "Ada Example")
    happy, neutral = curves.lines
    assert (happy.get_label(), neutral.get_label()) == ("emotion.happy", "emotion.neutral")
    times, values = happy.get_data()
    smiling = happiness(times, 0) >= 0.5
    assert values[smiling & np.isfinite(values)] == pytest.approx(
        happiness(times, 0)[smiling & np.isfinite(values)], abs=1e-6
    )
    assert np.isnan(values[(times > 25) & (times < 30)]).all()
    assert np.isnan(values).sum() == 1


def test_all_axes_show_the_same_time(figure):
    assert {ax.get_xlim() for ax in figure.axes} == {(0.0, 60.0)}
    assert figure.axes[-1].get_xlabel() == "seconds"


def test_units_stand_at_the_curves(figure):
    _, curves = lane(figure, "The whole")
    assert curves.get_ylabel() == "Hz"


def test_a_label_has_the_colour_of_the_measure_of_its_name(figure):
    segments, curves = lane(figure, "Ada Example")
    happy = next(one for one in curves.lines if one.get_label() == "emotion.happy")
    shades = {
        tuple(one[:3])
        for bar in segments.collections
        if isinstance(bar, PolyCollection)
        for one in bar.get_facecolor()
    }
    from matplotlib.colors import to_rgb

    assert to_rgb(happy.get_color()) in shades
    assert len(shades) == 2, "happy and ambivalent"


def test_a_stretch_of_time(timeline):
    figure = plot.figure(timeline, ["emotion.happy"], start=26.0, end=29.0)
    names = [ax.get_title(loc="left") for ax in figure.axes]
    assert "Ada Example" not in names, "who is away then"
    assert figure.axes[0].get_xlim() == (26.0, 29.0)


def test_long_curves_are_thinned_and_keep_their_extremes():
    timeline = synthetic(300.0, people=1, rate=5.0)
    figure = plot.figure(timeline, ["voice.energy"])
    times, values = figure.axes[-1].lines[0].get_data()
    energy = np.asarray(timeline.samples["voice"].column("energy"))
    assert len(energy) == 300 / HOP
    assert len(times) <= plot.POINTS + 4
    assert (np.nanmin(values), np.nanmax(values)) == (energy.min(), energy.max())


def test_without_measures_the_first_of_people_and_of_the_whole_are_drawn(timeline):
    figure = plot.figure(timeline)
    assert [one.get_label() for one in lane(figure, "Ada Example")[1].lines] == [
        *("emotion.angry", "emotion.disgust", "emotion.fear")
    ]
    assert next(one.get_label() for one in lane(figure, "The whole")[1].lines) == "voice.speech"


def test_a_timeline_of_segments_alone_has_no_curves(timeline):
    figure = plot.figure(replace(timeline, samples={}))
    assert len(figure.axes) == 4
    assert not any(ax.lines for ax in figure.axes)


def test_labels_with_dollars_are_no_formulas(timeline, tmp_path):
    rows = [row | {"label": r"$\frac{$", "layer": "$x$"} for row in timeline.segments.to_pylist()]
    odd = replace(timeline, segments=pa.Table.from_pylist(rows, timeline.segments.schema))
    plot.save(plot.figure(odd), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("measure", ["emotion.joy", "emotion", "nothing.happy", "faces.box", ""])
def test_an_unknown_measure_is_an_error_that_names_those_that_are_there(timeline, measure):
    with pytest.raises(ArgumentError, match=r"not in this timeline; it has .*emotion\.happy.*voice\.pitch"):
        plot.figure(timeline, [measure])


def test_an_unknown_medium_and_an_empty_stretch_are_errors(timeline):
    with pytest.raises(ArgumentError, match="medium 3: the timeline has 0"):
        plot.figure(timeline, medium=3)
    with pytest.raises(ArgumentError, match="medium 0: the timeline has none"):
        plot.figure(Timeline())
    with pytest.raises(ArgumentError, match="the end after the start"):
        plot.figure(timeline, start=10, end=10)


def test_a_figure_that_cannot_be_written_is_an_error(figure, tmp_path):
    with pytest.raises(TimelineError, match="cannot be written"):
        plot.save(figure, tmp_path / "none" / "a.png")
