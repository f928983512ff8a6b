"""The pulse of signals whose pulse is known: at any rate, under light that changes, with times that are not even."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.errors import ArgumentError
from mien.features.pulse import PULSE, TRUSTED, pulse

SKIN = np.array([180.0, 125.0, 105.0])
BLOOD = np.array([0.33, 0.77, 0.53])


def colours(times, bpm, *, depth=0.004, noise=0.05, light=0.0, seed=0):
    """(n, 3) colours of skin with a pulse, in light that changes by a share in all channels alike."""
    rng = np.random.default_rng(seed)
    beat = np.sin(2 * np.pi * bpm / 60 * times + rng.uniform(0, 6))
    lamp = 1 + light * np.sin(2 * np.pi * 0.11 * times) + light * np.sin(2 * np.pi * 1.3 * times + 1)
    return SKIN * lamp[:, None] * (1 + depth * beat[:, None] * BLOOD) + rng.normal(0, noise, (len(times), 3))


@pytest.mark.parametrize("method", ["pos", "chrom"])
@settings(max_examples=15, deadline=None)
@given(bpm=st.floats(48, 170), rate=st.floats(12, 60), seed=st.integers(0, 1000))
def test_any_rate_at_any_frame_rate(method, bpm, rate, seed):
    """Without motion the only error is that of the peak of a noisy line: far below the 3 beats between FFT lines."""
    times = np.arange(0, 21, 1 / rate)
    found = pulse(times, colours(times, bpm, seed=seed), method=method)
    assert len(found["bpm"]) >= 1
    assert np.abs(found["bpm"] - bpm).max() < 0.5
    assert found["quality"].min() > TRUSTED


def test_light_on_all_channels_misleads_green_and_not_the_others():
    """The light flickers by 3 % at 78 a minute, the pulse is 60 and ten times weaker."""
    times = np.arange(0, 30, 1 / 25)
    rgb = colours(times, 60, light=0.03)
    assert np.abs(pulse(times, rgb, method="pos")["bpm"] - 60).max() < 0.5
    assert np.abs(pulse(times, rgb, method="chrom")["bpm"] - 60).max() < 0.5
    assert np.abs(pulse(times, rgb, method="green")["bpm"] - 78).max() < 0.5


def test_times_are_those_of_the_medium_and_not_numbers_over_a_rate():
    """Half of the frames are dropped at random: by number the pulse would be twice as fast."""
    rng = np.random.default_rng(3)
    times = np.sort(rng.choice(np.arange(0, 40, 1 / 50), 1000, replace=False))
    found = pulse(times, colours(times, 70))
    assert np.abs(found["bpm"] - 70).max() < 1


def test_windows_have_their_middles_and_none_holds_a_pause():
    times = np.concatenate([np.arange(0, 30, 0.04), np.arange(40.5, 65.5, 0.04)])
    found = pulse(times, colours(times, 70), window=20, step=1)
    assert found["time"][0] == 10
    assert set(np.round(found["time"]).astype(int)) == {*range(10, 21), *range(50, 56)}
    assert {*found} == {"time", *(column.name for column in PULSE.columns)}
    assert found["bpm"].dtype == np.float32


@pytest.mark.parametrize("n", [0, 1, 400])
def test_what_is_too_short_gives_no_row(n):
    times = np.arange(n) / 25
    assert {name: len(values) for name, values in pulse(times, np.full((n, 3), 99.0)).items()} == {
        "time": 0,
        "bpm": 0,
        "quality": 0,
    }


def test_too_few_samples_a_second_give_no_row():
    times = np.arange(0, 30, 1 / 6)
    assert len(pulse(times, colours(times, 70))["bpm"]) == 0


def test_a_still_picture_has_no_pulse():
    times = np.arange(0, 22, 0.04)
    for method in ("pos", "chrom", "green"):
        for level in (0.0, 120.0):
            found = pulse(times, np.full((len(times), 3), level), method=method)
            assert np.isnan(found["bpm"]).all()
            assert (found["quality"] == -30).all()


def test_noise_alone_is_rarely_trusted():
    """60 independent windows; what share of real films without a pulse passes is measured by the bench."""
    times = np.arange(0, 20.01, 1 / 25)
    trusted = [
        pulse(times, colours(times, 70, depth=0, seed=seed))["quality"][0] >= TRUSTED for seed in range(60)
    ]
    assert np.mean(trusted) < 0.1


def test_quality_falls_with_noise():
    times = np.arange(0, 20.01, 1 / 25)
    qualities = [
        float(pulse(times, colours(times, 70, noise=noise))["quality"][0]) for noise in (0.02, 0.2, 2)
    ]
    assert qualities[0] > qualities[1] > qualities[2]
    assert qualities[2] < TRUSTED


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "ica"}, "expected one of pos, chrom, green"),
        ({"window": 3.0}, "at least 5.7 s"),
        ({"window": float("nan")}, "at least"),
        ({"step": 0.0}, "above 0 s"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    with pytest.raises(ArgumentError, match=message):
        pulse(np.arange(3.0), np.ones((3, 3)), **options)


@pytest.mark.parametrize(
    ("times", "rgb"),
    [
        (np.arange(3.0), np.ones((3, 4))),
        (np.arange(3.0)[::-1], np.ones((3, 3))),
        (np.arange(3.0), np.full((3, 3), np.nan)),
    ],
)
def test_arrays_that_are_not_colours_over_time(times, rgb):
    with pytest.raises(ArgumentError, match="seconds that rise and"):
        pulse(times, rgb)
