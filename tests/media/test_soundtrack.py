"""Damaged sound gives what is readable and says what is missing, or an error that names the file."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.media_seeds import videos
from bench.sounds import tones, write
from mien.errors import ArgumentError, CorruptMedia, MediaNotFound, MediaWarning, MienError, UnsupportedMedia
from mien.media import Sound, read_sound


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.flac", "flac")])
def test_a_file_that_is_cut_off_gives_what_is_there(name, codec, tmp_path):
    write(tmp_path / name, tones(4.0, 16_000)[None], 16_000, codec)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.warns(MediaWarning, match=r"cut off or damaged; .* s of sound were read"):
        samples = np.concatenate([block.samples for block in read_sound(tmp_path / name)])
    assert 24_000 < len(samples) < 40_000
    np.testing.assert_allclose(samples[:20_000], tones(4.0, 16_000)[:20_000], atol=1e-4)


def test_samples_that_are_no_numbers_are_silence(tmp_path):
    track = tones(0.5, 16_000)[None]
    track[0, 100:200] = np.nan
    track[0, 300] = np.inf
    write(tmp_path / "a.wav", track, 16_000)
    with pytest.warns(MediaWarning, match="no numbers"):
        samples = np.concatenate([block.samples for block in read_sound(tmp_path / "a.wav")])
    assert np.isfinite(samples).all()
    assert not samples[100:200].any()
    np.testing.assert_array_equal(samples[400:], track[0, 400:])


def test_malformed_files(shared, tmp_path):
    folder = shared / "data/speech_affect/malformed"
    assert list(read_sound(folder / "null.wav")) == []
    for name in ("bad.wav", "evil.wav"):
        with pytest.raises(CorruptMedia, match=name):
            list(read_sound(folder / name))
    with pytest.raises(
        CorruptMedia, match=r"awful\.wav: declares 1,092,676 samples a second; expected 1,000"
    ):
        list(read_sound(folder / "awful.wav"))


def test_what_has_no_sound_is_said(tmp_path):
    (tmp_path / "silent.mp4").write_bytes(videos()["moov_last.mp4"])
    (tmp_path / "text.wav").write_text("text")
    (tmp_path / "empty.wav").touch()
    for name, error, message in (
        ("silent.mp4", UnsupportedMedia, "has no sound track"),
        ("text.wav", UnsupportedMedia, "the content is text; expected a sound"),
        ("empty.wav", CorruptMedia, "is empty"),
        ("none.wav", MediaNotFound, "no such file"),
    ):
        with pytest.raises(error, match=message):
            list(read_sound(tmp_path / name))
    for wrong in ({"rate": 10}, {"block": 0.0}, {"block": float("nan")}, {"block": 1e9}):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            read_sound(tmp_path / "silent.mp4", **wrong)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    for name, codec in (("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mp4", "aac")):
        write(folder / name, tones(0.3, 16_000)[None], 16_000, codec)
    return [(folder / name).read_bytes() for name in ("a.wav", "a.flac", "a.mp4")]


@pytest.mark.filterwarnings("ignore::mien.MediaWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_an_error_of_ours_or_some_sound(data, seeds, tmp_path):
    damaged = bytearray(data.draw(st.sampled_from(seeds)))
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    (tmp_path / "a").write_bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
    try:
        for number, block in enumerate(read_sound(tmp_path / "a", block=10)):
            assert isinstance(block, Sound)
            assert np.isfinite(block.samples).all()
            if number > 10:  # a gap of up to an hour may have been made up; it comes in blocks
                break
    except MienError:
        pass
