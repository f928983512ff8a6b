"""Sound comes out as it was put in: values, times, gaps, whatever the container, the rate or the size of blocks."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from bench.media_seeds import videos
from bench.sounds import TONES, tones, write
from mien.errors import (
    MediaWarning,
)
from mien.media import find_media, probe, read_sound
from mien.media.sound import Line
from mien.media.soundtrack import Piece


def joined(path, **options):
    blocks = list(read_sound(path, **options))
    return (np.concatenate([b.samples for b in blocks]), blocks) if blocks else (np.zeros(0, np.float32), [])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_what_is_resampled_is_the_same_sound_at_the_same_time(rate, tmp_path):
    write(tmp_path / "a.wav", tones(1.0, rate)[None], rate)
    samples, blocks = joined(tmp_path / "a.wav")
    assert blocks[0].time == 0
    assert abs(len(samples) - 16_000) <= 1
    # 1e-3 of full scale is -60 dB; a delay of one sample at 16 kHz would be off by 0.3.
    assert np.abs(samples - tones(1.0, 16_000)[: len(samples)])[100:-100].max() < (
        1e-7 if rate == 16_000 else 1e-3
    )


def test_blocks_of_any_size_are_the_same_sound(tmp_path):
    write(tmp_path / "a.flac", np.stack([tones(3.1, 44_100)] * 2), 44_100, "flac")
    whole, _ = joined(tmp_path / "a.flac", block=600)
    for block in (0.01, 0.37, 1.0):
        samples, blocks = joined(tmp_path / "a.flac", block=block)
        np.testing.assert_array_equal(samples, whole)
        assert all(len(b.samples) == round(block * 16_000) for b in blocks[:-1])
        for one, following in pairwise(blocks):
            assert following.index == one.index + len(one.samples)
            assert following.time == pytest.approx(following.index / 16_000, abs=1e-9)


def test_channels_are_averaged(tmp_path):
    left = tones(0.5, 16_000)
    write(tmp_path / "a.wav", np.stack([left, 0.2 * left]), 16_000)
    np.testing.assert_allclose(joined(tmp_path / "a.wav")[0], 0.6 * left, atol=1e-6)


@pytest.mark.parametrize(
    ("codec", "step"),
    [
        ("pcm_u8", 2**-7),
        ("pcm_s16le", 2**-15),
        ("pcm_s24le", 2**-23),
        ("pcm_s32le", 2**-23),
        ("pcm_f64le", 1e-7),
    ],
)
def test_sample_formats(codec, step, tmp_path):
    write(tmp_path / "a.wav", tones(0.3, 16_000)[None], 16_000, codec)
    assert np.abs(joined(tmp_path / "a.wav")[0] - tones(0.3, 16_000)).max() <= step


@pytest.mark.parametrize(
    ("name", "codec", "off"),
    [
        ("a.mp3", "libmp3lame", 0.05),
        ("a.ogg", "libopus", 0.05),
        ("a.m4a", "aac", 0.05),
        ("a.aac", "aac", None),
    ],
)
def test_packed_sound_is_read_at_its_time(name, codec, off, tmp_path):
    write(tmp_path / name, tones(1.0, 48_000)[None], 48_000, codec)
    samples, blocks = joined(tmp_path / name)
    time = blocks[0].time + np.arange(len(samples)) / 16_000
    inner = (time > 0.2) & (time < 0.8)
    # A raw AAC stream does not say how many samples its encoder put before the first.
    if off is not None:
        truth = sum(a * np.sin(2 * np.pi * f * time) for f, a in TONES)
        assert np.sqrt(np.mean((samples - truth)[inner] ** 2)) < off
    assert np.sqrt(np.mean(samples[inner] ** 2)) == pytest.approx(
        np.sqrt(sum(a * a / 2 for _, a in TONES)), rel=0.1
    )


@pytest.mark.parametrize(("name", "codec"), [("a.mov", "pcm_s16le"), ("a.mkv", "flac"), ("a.mp4", "aac")])
@pytest.mark.parametrize("late", [0.0, 0.5])
def test_sound_that_starts_after_the_pictures(name, codec, late, tmp_path):
    click = np.zeros((1, 24_000), np.float32)
    click[0, 12_000:12_004] = 0.9  # 0.25 s after the first sample
    write(tmp_path / name, click, 48_000, codec, [(0.0, late, None)], pictures=True)
    samples, blocks = joined(tmp_path / name)
    at = blocks[0].time + np.abs(samples).argmax() / 16_000
    assert at == pytest.approx(late + 0.25, abs=0.001)


def test_a_gap_is_silence_and_what_follows_is_at_its_time(tmp_path):
    track = tones(1.0, 16_000)[None]
    write(tmp_path / "a.mkv", track, 16_000, "pcm_s16le", [(0.0, 0.0, 0.5), (0.5, 1.25, None)])
    with pytest.warns(MediaWarning, match=r"a\.mkv.*gaps of 0\.75 s in all are filled with silence"):
        samples, blocks = joined(tmp_path / "a.mkv")
    assert len(blocks) == 2
    assert len(samples) == pytest.approx(1.75 * 16_000, abs=16)
    assert not samples[8_020:19_980].any()
    np.testing.assert_allclose(samples[:8_000], track[0, :8_000], atol=1e-4)
    shift = len(samples) - 28_000
    np.testing.assert_allclose(samples[20_000 + shift :], track[0, 8_000:], atol=1e-4)


def test_jitter_changes_nothing(tmp_path):
    track = tones(1.0, 16_000)[None]
    write(tmp_path / "a.mkv", track, 16_000, "pcm_s16le", [(0.0, 0.0, 0.5), (0.5, 0.53, None)])
    np.testing.assert_allclose(joined(tmp_path / "a.mkv")[0], track[0], atol=1e-4)


class Track(list):
    """Pieces as a sound track gives them."""

    end = 100.0

    def note(self, problem):
        self.problem = problem


def test_time_stamps_that_cannot_be_are_not_followed():
    ones = np.ones(100, np.float32)
    for stamp, problem in ((0.0, False), (101.0, True), (None, False)):  # back, beyond the end, none
        track = Track([Piece(ones, 1.0, 100), Piece(ones, stamp, 100), Piece(ones, 3.0, 100)])
        line = Line(track)
        np.testing.assert_array_equal(np.concatenate([samples for samples, _ in line]), np.ones(300))
        assert (line.start, line.end, line.filled, hasattr(track, "problem")) == (1.0, 4.0, 0.0, problem)


def test_someone_who_listens_is_told_instead_of_warned(tmp_path, recwarn):
    write(
        tmp_path / "a.mkv", tones(1, 16_000)[None], 16_000, "pcm_s16le", [(0.0, 0.0, 0.5), (0.5, 1.0, None)]
    )
    told = []
    list(read_sound(tmp_path / "a.mkv", tell=told.append))
    assert len(told) == 1
    assert "gaps of 0.50 s" in told[0]
    assert not recwarn.list


def test_a_rate_that_changes_midway(tmp_path):
    for rate in (24_000, 48_000):
        write(tmp_path / f"{rate}.aac", tones(1.0, rate)[None], rate, "aac")
    both = (tmp_path / "24000.aac").read_bytes() + (tmp_path / "48000.aac").read_bytes()
    (tmp_path / "a.aac").write_bytes(both)
    samples, _ = joined(tmp_path / "a.aac")
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.15)
    for second in (samples[4_000:12_000], samples[-12_000:-4_000]):  # the same tone in both
        spectrum = np.abs(np.fft.rfft(second * np.hanning(len(second))))
        assert spectrum.argmax() * 16_000 / len(second) == pytest.approx(310, abs=2)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 8_000),
        ("a.flac", "flac", 44_100),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.ogg", "libopus", 48_000),
        ("a.m4a", "aac", 44_100),
        ("a.mp4", "aac", 44_100),
        ("a.mkv", "flac", 32_000),
        ("a.aac", "aac", 44_100),
        ("a.aiff", "pcm_s16be", 22_050),
    ],
)
def test_probe_tells_of_sound(name, codec, rate, tmp_path):
    write(tmp_path / name, tones(2.0, rate)[None], rate, codec)
    info = probe(tmp_path / name)
    assert (info.kind, info.width, info.height, info.sample_rate, info.frames) == ("audio", 0, 0, rate, None)
    assert info.duration == pytest.approx(2.0, abs=0.1)


def test_probe_tells_of_sound_beside_pictures_and_of_none(tmp_path):
    write(tmp_path / "a.mkv", tones(1.0, 44_100)[None], 44_100, "flac", pictures=True)
    (tmp_path / "silent.mp4").write_bytes(videos()["moov_last.mp4"])
    assert (probe(tmp_path / "a.mkv").kind, probe(tmp_path / "a.mkv").sample_rate) == ("video", 44_100)
    assert probe(tmp_path / "silent.mp4").sample_rate is None


def test_folders_of_pictures_are_searched_as_before(tmp_path):
    write(tmp_path / "a.wav", tones(0.1, 8_000)[None], 8_000)
    assert list(find_media([tmp_path])) == []


def test_clips_with_the_same_sound_give_the_same_samples(shared):
    folder = shared / "data/speech_affect/talking_face"
    one, two = (joined(folder / f"art_0_japanese_es{i}.mp4")[0] for i in (1, 2))
    np.testing.assert_array_equal(one, two)
    assert len(one) / 16_000 == pytest.approx(9.08, abs=0.05)


def test_ten_minutes_are_read_in_little_memory(tmp_path):
    write(tmp_path / "a.flac", np.zeros((1, 8_000 * 600), np.float32), 8_000, "flac")
    tracemalloc.start()
    total = sum(len(block.samples) for block in read_sound(tmp_path / "a.flac", rate=8_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 8_000 * 600
    assert peak < 1e6  # all of it as float32 is 19 MB
