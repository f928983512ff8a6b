"""How right the measures of voices are, what they cost, and how well words are heard."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench import whisper_wheel
from bench.report import Row
from bench.sounds import Samples, voice
from bench.words import aligned, files, plain, spoken
from mien.features.voice import Voice, Word
from mien.features.voice.pitch import pitches, span
from mien.features.voice.sphinx import Sphinx
from mien.media import Sound, read_sound
from mien.types import Rows

RATE, HOP = 16_000, 160
VOWELS = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}
PITCHES = (80, 100, 125, 160, 200, 250, 320, 400)
SILENCE = 2.0  # s between the utterances, so that there is something that is no speech
HOURS = 10
Flags = npt.NDArray[np.bool_]


def speech(quick: bool) -> Iterator[Row]:
    """Speech or not, each 10 ms, against the recorded times of words, in silence and in noise."""
    sound, truth = utterances()
    for name, snr in (("quiet", None), ("white noise, 10 dB", 10), ("white noise, 0 dB", 0)):
        heard = sound if snr is None else noisy(sound, snr, seed=1)
        rows = measured(heard)
        said = rows["speech"][: len(truth)] >= 0.5
        loud = best_threshold(rows["energy"][: len(truth)], truth)
        always = f1(np.ones_like(truth), truth)
        yield Row(
            f"speech each 10 ms, five utterances with {SILENCE:g} s between them, {name}",
            f"F1 {f1(said, truth):.3f}",
            "above both baselines",
            f1(said, truth) > max(f1(loud, truth), always),
            f"F1 of the best threshold of energy (chosen on the same data): {f1(loud, truth):.3f}; "
            f"of calling all of it speech: {always:.3f}. Truth: word times that PocketSphinx aligned to the text",
        )
    rng, false = np.random.default_rng(0), []
    for level in (0.001, 0.01, 0.1):
        rows = measured((level * rng.normal(size=RATE * (20 if quick else 120))).astype(np.float32))
        false.append(float((rows["speech"] >= 0.5).mean()))
    yield Row(
        "white noise taken for speech, at -60, -40 and -20 dBFS",
        ", ".join(f"{share:.2%}" for share in false),
        "≤ 1 % each",
        max(false) <= 0.01,
        "share of rows with a speech probability of 0.5 or more",
    )


def pitch(quick: bool) -> Iterator[Row]:
    """Pitch of synthetic voices of known pitch, in noise, beside librosa's YIN."""
    import librosa

    off, octaves, theirs, found = [], [], [], []
    for hertz in PITCHES[:: 2 if quick else 1]:
        sound = noisy(voice(np.full(RATE * 4, hertz, np.float32)), 10, seed=hertz)
        ours = pitches(np.lib.stride_tricks.sliding_window_view(sound, span(RATE))[::HOP], RATE)
        peer = librosa.yin(sound, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=HOP, center=False)
        off.append(float(np.nanmedian(np.abs(ours / hertz - 1))))
        octaves.append(float(np.nanmean(np.abs(np.log2(ours / hertz)) > 0.4)))
        found.append(float(np.isfinite(ours).mean()))
        theirs.append((np.median(np.abs(peer / hertz - 1)), np.mean(np.abs(np.log2(peer / hertz)) > 0.4)))
    yield Row(
        f"pitch of synthetic voices of {PITCHES[0]} to {PITCHES[-1]} Hz in white noise at 10 dB",
        f"median error {max(off):.2%} at most, {max(octaves):.2%} of rows off by an octave, {min(found):.1%} voiced",
        "≤ 1 %",
        max(off) <= 0.01,
        f"the worst of {len(off)} pitches; librosa's YIN: {max(a for a, _ in theirs):.2%}, "
        f"{max(b for _, b in theirs):.2%} off by an octave",
    )


def rate(quick: bool) -> Iterator[Row]:
    """Syllables a second against the vowels of recorded phone alignments."""
    said, counted = [], []
    for file in files():
        rows = measured(np.concatenate([block.samples for block in read_sound(file)]))
        words = json.loads(file.with_suffix(".phone.json").read_text("utf-8"))["w"]
        vowels = sum(phone["t"] in VOWELS for word in words for phone in word["w"])
        said.append(vowels / (0.01 * (rows["speech"] >= 0.5).sum()))
        counted.append(float(np.nanmedian(rows["rate"])))
    ratio = np.array(counted) / np.array(said)
    constant = np.abs(np.array(said) / np.mean(said) - 1)
    yield Row(
        f"syllables per second of speech, {len(said)} utterances of one reader",
        f"{ratio.mean():.0%} of the vowels that were said ({ratio.min():.0%} to {ratio.max():.0%})",
        "reported",
        None,
        f"an estimate that misses unstressed syllables; the mean of all utterances as a constant is off by "
        f"{constant.mean():.0%} on average",
    )


def blocks(quick: bool) -> Iterator[Row]:
    """The same table for any size of blocks, and how long it takes."""
    sound, _ = utterances()
    whole, differing = measured(sound), 0
    sizes = (0.02, 0.7, 3.0) if quick else (0.01, 0.02, 0.1, 0.7, 1.0, 3.0, 20.0)
    for size in sizes:
        rows = measured(sound, size)
        differing += not all(np.array_equal(rows[name], whole[name], equal_nan=True) for name in whole)
    yield Row(
        f"the same rows, bit by bit, for blocks of {', '.join(f'{size:g}' for size in sizes)} s",
        f"{differing} tables differ",
        "0",
        differing == 0,
    )
    start = time.process_time()
    measured(sound)
    took = time.process_time() - start
    yield Row(
        "speech, pitch, energy and rate on one core",
        f"{len(sound) / RATE / took:.0f} times as fast as the sound lasts",
        "reported",
        None,
    )


def memory(quick: bool) -> Iterator[Row]:
    """Peak memory over a long file, in a process of its own."""
    hours = 0.2 if quick else HOURS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "long.wav")
        long_file(file, hours)
        command = [sys.executable, "-c", LISTEN, str(file)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    early, late, rows, took = map(float, told)
    yield Row(
        f"memory over {hours:g} h of sound",
        f"{early:.0f} MB after the first minute, {late:.0f} MB at most later",
        "± 50 MB",
        abs(late - early) <= 50,
        f"{rows:,.0f} rows, {hours * 3600 / took:.0f} times as fast as the sound lasts, by CPU time",
    )


def words(quick: bool) -> Iterator[Row]:
    """Words and their times against the recorded transcripts."""
    start = time.process_time()
    sphinx = Sphinx()
    yield worded("PocketSphinx", [list(sphinx.words(read_sound(file))) for file in files()], start)
    name, start = "Whisper tiny, int8, through faster-whisper", time.perf_counter()
    if quick:
        yield Row(f"words: {name}", "not run", "reported", None, "it needs some 300 MB of packages")
        return
    try:
        heard = whisper_wheel.heard(files())
    except OSError as error:
        yield Row(f"words: {name}", "not run", "reported", None, str(error)[:200])
    else:
        yield worded(name, heard, None)


LISTEN = """
import sys, time
import psutil
from mien.features.voice import Voice
from mien.media import read_sound
me, early, late, rows, start = psutil.Process(), 0.0, 0.0, 0, time.process_time()
with Voice() as voice:
    for block in read_sound(sys.argv[1]):
        rows += len(voice.hear(block)["time"])
        now = me.memory_info().rss / 1e6
        if block.time < 60:
            early = max(early, now)
        else:
            late = max(late, now)
    rows += len(voice.finish()["time"])
print(early, late, rows, time.process_time() - start)
"""


def measured(sound: Samples, seconds: float = 1.0) -> Rows:
    """All rows of a sound at `RATE`, heard in blocks."""
    size = round(seconds * RATE)
    parts = (Sound(sound[at : at + size], at / RATE, RATE, at) for at in range(0, len(sound), size))
    with Voice() as listener:
        rows = list(listener.measured(parts))
    return {name: np.concatenate([one[name] for one in rows]) for name in rows[0]}


def utterances() -> tuple[Samples, Flags]:
    """All of them with faint noise between; for each 10 ms whether a word is said, breaks under 0.1 s included."""
    rng = np.random.default_rng(0)
    samples: list[Samples] = []
    truth: list[Flags] = []
    for file in files():
        sound = np.concatenate([block.samples for block in read_sound(file)])
        sound = sound[: len(sound) // HOP * HOP]
        flags = np.zeros(len(sound) // HOP, bool)
        end = -1.0
        for _, begin, finish in spoken(file):
            flags[round((end if begin - end < 0.1 else begin) * 100) : round(finish * 100)] = True
            end = finish
        quiet = (1e-3 * rng.normal(size=round(SILENCE * RATE))).astype(np.float32)
        samples += [quiet, sound]
        truth += [np.zeros(len(quiet) // HOP, bool), flags]
    return np.concatenate(samples), np.concatenate(truth)


def noisy(sound: Samples, snr: float, seed: int) -> Samples:
    """With white noise, that many dB under the mean power of what is not silence."""
    power = np.mean(np.square(sound[np.abs(sound) > 0.01]))
    noise = np.random.default_rng(seed).normal(size=len(sound)) * np.sqrt(power / 10 ** (snr / 10))
    return (sound + noise).astype(np.float32)


def f1(said: Flags, truth: Flags) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (said & truth).sum() / (said.sum() + truth.sum()))


def best_threshold(energy: npt.NDArray[np.float32], truth: Flags) -> Flags:
    """What is louder than the threshold that fits this very truth best: more than a threshold can do elsewhere."""
    limits = np.quantile(energy, np.linspace(0, 1, 200))
    return energy >= max(limits, key=lambda limit: f1(energy >= limit, truth))


def long_file(path: Path, hours: float) -> None:
    """A WAV of 8 kHz: two minutes of speech every ten, and silence between, which takes no room on the disk."""
    sound = np.concatenate([block.samples for block in read_sound(files()[0], rate=8_000)])
    speech = np.tile((sound * 32767).astype("<i2"), 17).tobytes()
    size = round(hours * 3600) * 16_000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, size // 2, "NONE", ""))
    with path.open("r+b") as file:
        head = file.read(44)
        file.seek(0)
        file.write(head[:4] + (36 + size).to_bytes(4, "little") + head[8:40] + size.to_bytes(4, "little"))
        for at in range(0, size - len(speech), 600 * 16_000):
            file.seek(44 + at)
            file.write(speech)
        file.truncate(44 + size)


def worded(name: str, heard: Sequence[Sequence[Word]], start: float | None) -> Row:
    """How many words are wrong, and how far those that are right are from their time."""
    wrong, total, off = 0, 0, []
    for file, ours in zip(files(), heard, strict=True):
        truth = spoken(file)
        pairs, errors = aligned([plain(one[0]) for one in truth], [plain(one.text) for one in ours])
        wrong, total = wrong + errors, total + len(truth)
        off += [abs(ours[j].start - truth[i][1]) for i, j in pairs]
    took = "" if start is None else f"; {time.process_time() - start:.0f} CPU seconds for 25 s of sound"
    return Row(
        f"words: {name}, {total} words of one reader",
        f"word error rate {wrong / total:.1%}; begin of right words off by {1000 * np.median(off):.0f} ms (median)",
        "reported",
        None,
        f"against the transcripts and the times that PocketSphinx's own models aligned to them{took}; "
        "hearing nothing is 100 %",
    )
