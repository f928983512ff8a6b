"""Sounds whose every sample is known, and files of any container that hold them: for tests and benches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

TONES = ((310.0, 0.3), (1234.5, 0.2), (3010.0, 0.1))  # Hz and amplitude, all far under half of any rate here


def tones(seconds: float, rate: int, start: float = 0.0) -> Samples:
    """(n,) float32 of three tones; what it is at any moment is known exactly."""
    time = start + np.arange(round(seconds * rate)) / rate
    return sum(a * np.sin(2 * np.pi * f * time) for f, a in TONES).astype(np.float32)


def write(
    path: str | os.PathLike[str],
    samples: Samples,
    rate: int,
    codec: str = "pcm_f32le",
    pieces: Sequence[tuple[float, float, float | None]] = ((0.0, 0.0, None),),
    pictures: bool = False,
) -> None:
    """A file with a sound track (channels, n); pieces are (from, time stamp, to) in seconds."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream(codec, rate=rate)
        sound.layout = {1: "mono", 2: "stereo"}[len(samples)]
        kind = sound.codec_context.codec.audio_formats[0].name
        if pictures:
            video = container.add_stream("mpeg4", rate=25)
            video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
            for _ in range(25):
                container.mux(
                    video.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24"))
                )
            container.mux(video.encode(None))
        resampler = av.AudioResampler(
            kind, sound.layout.name, rate, frame_size=sound.codec_context.frame_size or None
        )
        for first, stamp, last in pieces:
            cut = samples[:, round(first * rate) : None if last is None else round(last * rate)]
            for at in range(0, cut.shape[1], 1000):
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(cut[:, at : at + 1000]), "fltp", sound.layout.name
                )
                frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
                frame.pts = round(stamp * rate) + at
                for ready in resampler.resample(frame):
                    container.mux(sound.encode(ready))
        container.mux([packet for ready in resampler.resample(None) for packet in sound.encode(ready)])
        container.mux(sound.encode(None))


def voice(pitch: Samples, rate: int = 16_000) -> Samples:
    """(n,) float32, a voice-like sound whose pitch in Hz is given for each sample: harmonics under three formants.

    The formants are those of a long "a" (Peterson & Barney 1952, men: 730, 1090 and 2440 Hz), as Gaussians in level.
    """
    phase = 2 * np.pi * np.cumsum(pitch, dtype=np.float64) / rate
    sound = np.zeros(len(pitch))
    for k in range(1, int(0.45 * rate / pitch.min()) + 1):
        frequency = k * pitch
        gain = sum(
            np.exp(-(((frequency - f) / (0.12 * f + 60)) ** 2)) / n
            for n, f in enumerate((730, 1090, 2440), 1)
        )
        sound += np.where(frequency < 0.45 * rate, (gain + 0.05) / np.sqrt(k), 0) * np.sin(k * phase + k * k)
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)
