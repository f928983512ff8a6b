"""Pitch of voices whose pitch is known: right, in noise too, and none where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sounds import voice
from mien.features.voice.pitch import HIGHEST, LOWEST, difference, normalised, pitches, span

RATE = 16_000


def frames(sound):
    """(n, span) a frame each 10 ms."""
    return np.lib.stride_tricks.sliding_window_view(sound, span(RATE))[::160]


@settings(max_examples=25, deadline=None)
@given(pitch=st.floats(80, 400))
def test_a_steady_voice(pitch):
    found = pitches(frames(voice(np.full(8_000, pitch, np.float32))), RATE)
    # A period at 400 Hz has 40 samples; the parabola places its dip within 1/20 of a sample or so.
    np.testing.assert_allclose(found, pitch, rtol=0.003)


@pytest.mark.parametrize("pitch", [80, 120, 200, 280, 400])
def test_a_voice_in_noise(pitch):
    sound = voice(np.full(32_000, pitch, np.float32))
    noise = np.random.default_rng(pitch).normal(size=len(sound)) * np.sqrt(np.mean(sound**2) / 10)  # 10 dB
    found = pitches(frames(sound + noise), RATE)
    assert np.isfinite(found).mean() > 0.9
    assert np.nanmedian(np.abs(found / pitch - 1)) < 0.01
    assert np.nanmean(np.abs(np.log2(found / pitch)) > 0.4) < 0.01  # octaves


def test_a_voice_that_glides_has_the_pitch_of_the_middle_of_the_frame():
    track = np.geomspace(120, 240, 32_000).astype(np.float32)
    found = pitches(frames(voice(track)), RATE)
    middle = track[span(RATE) // 2 :: 160][: len(found)]
    # Over a frame of 50 ms the pitch rises by 1.7 %; a frame taken for its end would be off by half of that.
    assert np.median(np.abs(found / middle - 1)) < 0.005


def test_what_is_not_periodic_has_no_pitch():
    rng = np.random.default_rng(0)
    assert np.isnan(pitches(frames(np.zeros(8_000)), RATE)).all()
    assert np.isnan(pitches(frames(rng.normal(size=160_000)), RATE)).mean() > 0.999
    assert np.isnan(pitches(frames(np.ones(8_000)), RATE)).all()


@pytest.mark.parametrize("pitch", [LOWEST / 2 - 1, HIGHEST * 1.1])
def test_out_of_range_is_not_called_itself(pitch):
    found = pitches(frames(np.sin(2 * np.pi * pitch * np.arange(16_000) / RATE)), RATE)
    assert not (np.abs(found / pitch - 1) < 0.05).any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 40), st.integers(1, 60))
def test_the_difference_function_is_equation_6(seed, window, lags):
    frame = np.random.default_rng(seed).normal(size=window + lags - 1)
    direct = [np.sum((frame[:window] - frame[lag : lag + window]) ** 2) for lag in range(lags)]
    np.testing.assert_allclose(difference(frame[None], window)[0], direct, atol=1e-9)
    over = [1.0] + [direct[lag] * lag / sum(direct[1 : lag + 1]) for lag in range(1, lags)]  # equation 8
    np.testing.assert_allclose(normalised(np.array([direct]))[0], over, atol=1e-9)


def test_librosa_agrees_on_a_real_voice(shared):
    import librosa

    from mien.media import read_sound

    file = shared / "data/speech_affect/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
    sound = np.concatenate([block.samples for block in read_sound(file)])
    ours = pitches(frames(np.pad(sound, span(RATE) // 2)), RATE)
    theirs, *_ = librosa.pyin(sound, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=160)
    both = np.isfinite(ours[: len(theirs)]) & np.isfinite(theirs[: len(ours)])
    ratio = ours[: len(both)][both] / theirs[: len(both)][both]
    assert both.sum() > 0.6 * np.isfinite(theirs).sum()
    assert np.median(np.abs(ratio - 1)) < 0.01  # pYIN's own steps are 0.6 %
    assert (np.abs(np.log2(ratio)) > 0.4).mean() < 0.02
