"""Words with their times: long sound is cut where it is quiet, and a real recogniser hears most of what is said."""

import json

import numpy as np
import pytest

from mien.errors import ArgumentError, ModelError, WeightsMissing
from mien.features.voice import Word, word_segments
from mien.features.voice.sphinx import Sphinx
from mien.features.voice.whisper import Whisper
from mien.features.voice.words import stretches
from mien.media import Sound, read_sound
from mien.timeline import build

LIBRIVOX = "data/speech_affect/librivox/sense_and_sensibility_01_austen_64kb-{}"


def sounds(samples, size=16_000, time=0.0, rate=16_000):
    return (Sound(samples[at : at + size], time + at / rate, rate, at) for at in range(0, len(samples), size))


def test_stretches_are_the_same_sound_cut_in_the_quiet():
    samples = np.random.default_rng(0).normal(size=16_000 * 10).astype(np.float32)
    samples[16_000 * 3 : 16_000 * 3 + 3_200] = 0  # quiet from 3.0 to 3.2 s
    parts = list(stretches(sounds(samples, time=2.0), longest=4.0))
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts]), samples)
    assert parts[0].time == 2.0
    assert 5.0 < parts[1].time < 5.2
    assert parts[1].index == len(parts[0].samples)
    assert all(len(part.samples) <= 64_000 for part in parts)
    assert list(stretches([])) == []
    with pytest.raises(ArgumentError, match="8000 samples a second"):
        list(stretches(sounds(samples, rate=8_000)))


def test_words_are_rows_of_a_timeline():
    words = [Word(0.5, 0.9, "hello", 0.25), Word(1.0, 1.2, "you")]
    table = build.segments(word_segments(words, model="sphinx 5"))
    assert table.select(["start", "end", "layer", "label", "model"]).to_pylist() == [
        {"start": 0.5, "end": 0.9, "layer": "word", "label": "hello", "model": "sphinx 5"},
        {"start": 1.0, "end": 1.2, "layer": "word", "label": "you", "model": "sphinx 5"},
    ]
    assert table.column("provenance").to_pylist() == ['{"confidence":0.2500}', None]
    assert table.column("probability").null_count == 2  # what recognisers say of themselves is not calibrated


def test_pocketsphinx_hears_most_words_at_their_times(shared):
    file = shared / LIBRIVOX.format("0930.wav")
    truth = json.loads(file.with_suffix(".json").read_text())["w"]
    begins = {word["t"].split("(")[0]: word["b"] for word in truth if word["t"] != "<sil>"}
    heard = list(Sphinx().words(read_sound(file)))
    right = [word for word in heard if word.text in begins]
    assert len(right) >= 0.5 * len(begins)  # its word error rate on these recordings is about 30 %
    off = [abs(word.start - begins[word.text]) for word in right]
    assert np.median(off) <= 0.05
    assert all(0 <= word.confidence <= 1 and word.start < word.end for word in heard)


def test_a_folder_that_is_no_model_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(WeightsMissing, match=r"model\.bin, tokenizer\.json is not there"):
        Whisper(tmp_path)
    with pytest.raises(WeightsMissing, match="no folder of a Whisper model"):
        Whisper(tmp_path / "none")


def test_what_is_not_installed_is_named(tmp_path, monkeypatch):
    for name in ("faster_whisper", "pocketsphinx"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    for file in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / file).touch()
    with pytest.raises(ModelError, match=r"pip install 'mien\[words\]'"):
        Whisper(tmp_path)
    with pytest.raises(ModelError, match="pip install pocketsphinx"):
        Sphinx()
