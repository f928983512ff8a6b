"""Voices through time: right values at right times, the same whatever the blocks, going on where it stopped."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sounds import voice, write
from mien.errors import ArgumentError, WeightsMissing
from mien.features.voice import VOICE, Voice, speech_segments
from mien.media import Sound, read_sound
from mien.timeline.build import sample_table

LIBRIVOX = "data/speech_affect/librivox/sense_and_sensibility_01_austen_64kb-{}.wav"


def blocks(samples, *sizes, time=0.0):
    """The samples in blocks of those sizes, the last one over and over."""
    at = 0
    for number in range(len(samples)):
        size = sizes[min(number, len(sizes) - 1)]
        yield Sound(samples[at : at + size], time + at / 16_000, 16_000, at)
        at += size
        if at >= len(samples):
            return


def joined(parts):
    parts = list(parts)
    return {name: np.concatenate([rows[name] for rows in parts]) for name in parts[0]}


def same(one, other):
    return (
        all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)
        and one.keys() == other.keys()
    )


@pytest.fixture(scope="module")
def spoken(shared):
    """(n,) 7.1 s of a person reading."""
    return np.concatenate([block.samples for block in read_sound(shared / LIBRIVOX.format("0870"))])


@pytest.fixture(scope="module")
def measured(silero, spoken):
    return joined(Voice(silero).measured(blocks(spoken, 16_000)))


def test_rows_come_each_10_ms_in_the_form_of_the_family(measured, spoken):
    np.testing.assert_allclose(measured["time"], 0.005 + 0.01 * np.arange(710), atol=1e-9)  # 7.1 s
    table = sample_table(
        VOICE, 0, measured["time"], None, None, {k: v for k, v in measured.items() if k != "time"}
    )
    assert table.num_rows == 710
    assert all(measured[column.name].dtype == np.float32 for column in VOICE.columns)
    assert ((measured["speech"] >= 0) & (measured["speech"] <= 1)).all()


def test_speech_is_found_where_it_is_labelled(measured, shared):
    start, end = 0.235689, 6.761690  # of the .lab file that comes with the recording
    inside = (measured["time"] > start) & (measured["time"] < end)
    assert ((measured["speech"] >= 0.5) == inside).mean() > 0.95
    (only,) = speech_segments(measured, model="m")
    assert (only["start"], only["end"]) == pytest.approx((start, end), abs=0.2)


@settings(max_examples=8, deadline=None)
@given(sizes=st.lists(st.integers(1, 40_000), min_size=1, max_size=5))
def test_the_size_of_blocks_changes_no_bit(sizes, silero, spoken, measured):
    sizes = [*sizes, 5_000]
    assert same(joined(Voice(silero).measured(blocks(spoken, *sizes))), measured)


@pytest.mark.parametrize("at", [1, 3, 6])
def test_going_on_from_a_state_changes_no_bit(at, silero, spoken, measured):
    first, parts = Voice(silero), []
    for number, block in enumerate(blocks(spoken, 16_000)):
        if number == at:
            break
        parts.append(first.hear(block))
    state = first.state()
    assert sum(array.nbytes for array in state.values()) < 150_000
    second = Voice(silero)
    second.resume({name: array.copy() for name, array in state.items()})
    parts += list(
        second.measured(blocks(spoken, 7_000))
    )  # from the start again: what was heard is passed over
    assert same(joined(parts), measured)


def test_noise_and_silence_are_no_speech(silero):
    noise = (0.1 * np.random.default_rng(0).normal(size=160_000)).astype(np.float32)
    for sound in (noise, np.zeros(48_000, np.float32)):
        rows = joined(Voice(silero).measured(blocks(sound, 16_000)))
        assert (rows["speech"] < 0.5).all()
        assert np.isnan(rows["pitch"]).mean() > 0.99
        assert np.isnan(rows["rate"]).all()
        assert speech_segments(rows, model="m") == []


def test_energy_is_that_of_a_known_sound(silero):
    time = np.arange(32_000) / 16_000
    sine = np.where(time < 1, np.sin(2 * np.pi * 1000 * time), 0).astype(np.float32)
    energy = joined(Voice(silero).measured(blocks(sine, 16_000)))["energy"]
    np.testing.assert_allclose(energy[10:90], 20 * np.log10(np.sqrt(0.5)), atol=0.01)
    np.testing.assert_array_equal(energy[110:], -120)
    assert energy[99:101].mean() == pytest.approx(-3 - 3, abs=1)  # half of the window is in silence


def test_pitch_is_that_of_a_known_voice_at_its_time(silero):
    track = np.where(np.arange(64_000) < 32_000, 110, 220).astype(np.float32)
    rows = joined(Voice(silero).measured(blocks(voice(track), 9_000, time=3.0)))
    before, after = rows["time"] < 3 + 1.96, rows["time"] > 3 + 2.04
    assert np.nanmedian(np.abs(rows["pitch"][before] / 110 - 1)) < 0.003
    assert np.nanmedian(np.abs(rows["pitch"][after] / 220 - 1)) < 0.003
    assert rows["time"][0] == pytest.approx(3.005)


def test_rate_is_near_the_syllables_that_were_said(silero, shared):
    vowels = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
    said, counted = [], []
    for name in ("0870", "0890", "0920"):
        file = shared / LIBRIVOX.format(name)
        words = json.loads(file.with_suffix(".phone.json").read_text())["w"]
        rows = joined(Voice(silero).measured(read_sound(file)))
        syllables = sum(phone["t"] in vowels for word in words for phone in word["w"])
        said.append(syllables / (0.01 * (rows["speech"] >= 0.5).sum()))
        counted.append(np.nanmedian(rows["rate"]))
    # An estimate: between 60 and 110 % of the true rate, as far as three sentences of one reader tell.
    assert all(0.6 < c / s < 1.1 for c, s in zip(counted, said, strict=True))


def test_clips_with_the_same_sound_have_the_same_voice(silero, shared):
    folder = shared / "data/speech_affect/talking_face"
    one, two = (
        joined(Voice(silero).measured(read_sound(folder / f"art_0_japanese_es{i}.mp4"))) for i in (1, 2)
    )
    assert same(one, two)
    assert (one["speech"] >= 0.5).mean() > 0.7


@pytest.mark.parametrize("length", [0, 1, 79, 80, 81, 240, 15_359, 15_360, 16_384])
def test_sounds_of_any_length(length, silero):
    rows = joined(Voice(silero).measured(blocks(np.zeros(length, np.float32), 1_000)))
    assert len(rows["time"]) == sum(middle < length for middle in range(80, length + 160, 160))


def test_sound_that_starts_late_is_measured_at_its_time(silero, tmp_path):
    write(
        tmp_path / "a.mkv",
        voice(np.full(16_000, 150, np.float32))[None],
        16_000,
        "flac",
        [(0, 0.5, None)],
        True,
    )
    rows = joined(Voice(silero).measured(read_sound(tmp_path / "a.mkv")))
    assert rows["time"][0] == pytest.approx(0.505, abs=0.001)


def test_what_does_not_fit_is_refused(silero):
    voice = Voice(silero)
    with pytest.raises(ArgumentError, match="48000 samples a second; expected 0 and 16000"):
        voice.hear(Sound(np.zeros(480, np.float32), 0.0, 48_000))
    voice.hear(Sound(np.zeros(480, np.float32), 0.0, 16_000))
    with pytest.raises(ArgumentError, match="begins at sample 960"):
        voice.hear(Sound(np.zeros(480, np.float32), 0.06, 16_000, 960))


def test_facts_are_plain_and_name_the_network(silero):
    facts = json.loads(json.dumps(dict(Voice(silero).facts)))
    assert facts["models"][0]["sha256"] == silero.card.weights.sha256


def test_without_its_weights_it_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    monkeypatch.delenv("MIEN_MODELS", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsMissing, match="mien models add silero-vad"):
        Voice()
