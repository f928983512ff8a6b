"""Frames come with their true times, upright, in bounded memory; cut files give what is there, and a warning."""

import io
import struct
import warnings
from fractions import Fraction

import av
import numpy as np
import psutil
import pytest
from PIL import Image as Pillow

from bench.bombs import bombs
from bench.media_seeds import images, videos
from mien.errors import ArgumentError, CorruptMedia, MediaTooLarge, MediaWarning, UnsupportedMedia
from mien.media import Limits, is_video, probe, read_frames, write_video
from mien.types import Frame

CLIPS = videos()
TIMES = [0.0, 0.04, 0.1, 0.5, 0.54, 1.25]  # of a film whose rate varies


@pytest.fixture(autouse=True)
def _no_warnings():
    """A whole medium gives no warning; tests of cut ones expect it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", MediaWarning)
        yield


@pytest.fixture
def small(grace) -> np.ndarray:
    """Grace Hopper in 120 x 140 pixels; no two of the eight orientations look alike."""
    return np.asarray(Pillow.fromarray(grace).resize((120, 140)))


def film(
    path, frames, *, codec="libx264", pixels="yuv444p", rotation=None, options=None, aspect=None, start=0.0
):
    """Write images at 25 frames a second with settings that `write_video` does not have."""
    height, width = frames[0].shape[:2]
    with av.open(str(path), mode="w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=25, options={"crf": "8"} if codec == "libx264" else {})
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if rotation is not None:
            stream.set_display_rotation(rotation)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for i, image in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = i + round(start * 25), Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def difference(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("extension", ["mp4", "mov", "mkv", "webm"])
def test_times_of_a_varying_rate_come_back(extension, small, tmp_path):
    path = tmp_path / f"film.{extension}"
    write_video(path, [Frame(small, time, i) for i, time in enumerate(TIMES)], rate=25)
    frames = list(read_frames(path))
    assert [f.index for f in frames] == list(range(6))
    assert [f.time for f in frames] == pytest.approx(TIMES, abs=0.0006)  # Matroska stores milliseconds
    assert {f.source for f in frames} == {str(path)}
    assert max(difference(f.image, small) for f in frames) < 8  # lossy, with colour at half resolution


def test_sound_that_starts_earlier_keeps_pictures_late(small, tmp_path):
    """The zero of time is the medium's, not the track's."""
    path = tmp_path / "late.mkv"
    with av.open(str(path), mode="w") as container:
        sound = container.add_stream("pcm_s16le", rate=8000)
        sound.layout = "mono"
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 120, 140, "yuv420p"
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        tone.pts, tone.sample_rate, tone.time_base = 0, 8000, Fraction(1, 8000)
        container.mux(sound.encode(tone))
        for i in range(5):
            picture = av.VideoFrame.from_ndarray(small, format="rgb24")
            picture.pts, picture.time_base = i + 10, Fraction(1, 25)
            container.mux(pictures.encode(picture))
        container.mux(pictures.encode(None))
        container.mux(sound.encode(None))
    assert [f.time for f in read_frames(path)] == pytest.approx([0.4, 0.44, 0.48, 0.52, 0.56], abs=0.0006)


def test_a_late_clock_is_set_to_zero(small, tmp_path):
    path = film(tmp_path / "late.ts", [small] * 5, start=7.0, pixels="yuv420p")
    assert [f.time for f in read_frames(path)] == pytest.approx([0, 0.04, 0.08, 0.12, 0.16], abs=1e-4)


def test_a_stream_without_times_runs_at_its_rate(small, tmp_path):
    path = film(tmp_path / "raw.h264", [small] * 5, pixels="yuv420p")
    times = [f.time for f in read_frames(path)]
    assert len(times) == 5
    assert np.diff(times) == pytest.approx(0.04, abs=1e-4)


@pytest.mark.parametrize("turns", range(4))
def test_rotation_is_applied(turns, small, tmp_path):
    path = film(tmp_path / "phone.mp4", [small] * 3, rotation=90 * turns)
    frames = list(read_frames(path))
    upright = np.rot90(small, turns)  # both count anticlockwise
    assert max(difference(f.image, upright) for f in frames) < 4
    assert (probe(path).width, probe(path).height) == upright.shape[1::-1]


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        ((-1, 0, 0, 1), lambda u: u[:, ::-1]),  # a front camera's mirror
        ((1, 0, 0, -1), lambda u: u[::-1]),
        ((0, 1, 1, 0), lambda u: u.swapaxes(0, 1)),
        ((0, -1, -1, 0), lambda u: np.rot90(u, 2).swapaxes(0, 1)),
        ((0, 1, -1, 0), lambda u: np.rot90(u, -1)),  # an upright phone
    ],
)
def test_each_display_matrix_is_applied(matrix, shown, small, tmp_path):
    path = film(tmp_path / "phone.mp4", [small] * 3)
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2: the matrix of a version 0 track header
    a, b, c, d = (v << 16 for v in matrix)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    assert difference(next(read_frames(path)).image, shown(small)) < 4


def test_wide_pixels_become_square(small, tmp_path):
    path = film(tmp_path / "dv.mkv", [small] * 2, aspect=Fraction(3, 2))
    wide = np.asarray(Pillow.fromarray(small).resize((180, 140), Pillow.Resampling.BILINEAR))
    assert difference(next(read_frames(path)).image, wide) < 4
    assert probe(path).width == 180


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "bound"),
    [
        ("gray.mkv", "ffv1", "gray", None),
        ("deep.mkv", "ffv1", "yuv444p10le", 2),
        ("rgb.avi", "huffyuv", "rgb24", 0),
        ("studio.mov", "prores_ks", "yuv422p10le", 4),
        ("full_range.avi", "mjpeg", "yuvj444p", 6),
        ("alpha.mkv", "ffv1", "bgra", 0),
    ],
)
def test_odd_pixel_formats(name, codec, pixels, bound, small, tmp_path):
    path = film(tmp_path / name, [small] * 2, codec=codec, pixels=pixels)
    image = next(read_frames(path)).image
    if bound is None:
        assert np.ptp(image.astype(int), axis=2).max() == 0
        assert difference(image[..., 0], np.asarray(Pillow.fromarray(small).convert("L"))) < 3
    else:
        assert difference(image, small) <= bound


def test_every_nth_frame(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(CLIPS["moov_last.mp4"])
    frames = list(read_frames(path, every=20))
    assert [f.index for f in frames] == [0, 20, 40]
    assert [f.time for f in frames] == pytest.approx([0, 0.8, 1.6], abs=1e-3)
    with pytest.raises(ArgumentError, match="every=0"):
        read_frames(path, every=0)


@pytest.mark.parametrize("name", ["clip.avi", "clip.ts", "clip.webm", "clip.mpg", "photos.avi"])
def test_key_frames_are_those_of_the_whole(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(CLIPS[name])
    whole = {f.index: f for f in read_frames(path)}
    keys = list(read_frames(path, keyframes=True))
    assert keys[0].index == 0
    assert len(keys) == (50 if name == "photos.avi" else 5 if name in ("clip.avi", "clip.mpg") else 1)
    for key in keys:  # 12 frames between two of MPEG-2's and MPEG-4's key frames
        assert (key.image == whole[key.index].image).all()
        assert key.time == pytest.approx(whole[key.index].time, abs=1e-6)


@pytest.mark.parametrize("name", ["moov_first.mp4", "clip.mkv", "clip.webm", "clip.avi", "clip.flv"])
def test_a_cut_video_gives_what_is_there_and_a_warning(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(CLIPS[name])
    whole = list(read_frames(path))
    path.write_bytes(CLIPS[name][: len(CLIPS[name]) * 6 // 10])
    with pytest.warns(MediaWarning, match=name) as caught:
        frames = list(read_frames(path))
    assert 2 <= len(frames) < 45
    assert f"{len(frames)} frames up to" in str(caught[0].message)
    assert caught[0].filename == __file__  # it points at the caller's line
    # The last frames before the cut may refer to ones behind it; all others are as in the whole.
    images_by_time = {f.time: f.image for f in whole}
    assert all((f.image == images_by_time[f.time]).all() for f in frames[:-3])


def test_a_video_without_its_index_is_an_error(tmp_path):
    path = tmp_path / "moov_last.mp4"
    path.write_bytes(CLIPS[path.name][:3000])
    with pytest.raises(CorruptMedia, match=r"moov_last\.mp4: the video is damaged or cut off"):
        next(read_frames(path))


@pytest.mark.parametrize("name", sorted(CLIPS))
def test_whole_videos_have_no_warning_and_all_frames(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(CLIPS[name])
    frames = list(read_frames(path))
    assert len(frames) == 50
    assert np.diff([f.time for f in frames]) == pytest.approx(0.04, abs=1.1e-3)
    assert frames[0].image.shape == (64, 96, 3)
    assert is_video(path)


@pytest.mark.parametrize("name", ["moving.gif", "moving.webp", "moving.png", "moving.avif"])
def test_animated_stills_have_their_times(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(images()[name])
    frames = list(read_frames(path))
    assert [f.time for f in frames] == pytest.approx([0, 0.08, 0.16, 0.24, 0.32, 0.4])
    assert [f.index for f in read_frames(path, every=3)] == [0, 3]
    assert not is_video(path)


def test_durations_differ_from_frame_to_frame(small, tmp_path):
    shots = [Pillow.fromarray(np.roll(small, 9 * i, axis=1)) for i in range(4)]
    shots[0].save(tmp_path / "a.gif", save_all=True, append_images=shots[1:], duration=[80, 200, 0, 500])
    # Frames without a duration are shown for 100 ms, as browsers do.
    assert [f.time for f in read_frames(tmp_path / "a.gif")] == pytest.approx([0, 0.08, 0.28, 0.38])


def test_a_cut_animation_gives_what_is_there_and_a_warning(tmp_path):
    data = images()["moving.gif"]
    path = tmp_path / "cut.gif"
    path.write_bytes(data[: len(data) // 2])
    with pytest.warns(MediaWarning, match=r"cut\.gif"):
        assert 1 <= len(list(read_frames(path))) < 6


def test_a_still_is_one_frame(tmp_path, small):
    Pillow.fromarray(small).save(tmp_path / "still.png")
    (frame,) = read_frames(tmp_path / "still.png")
    assert (frame.image == small).all()
    assert (frame.time, frame.index) == (0.0, 0)


def test_limits_of_frames_and_pixels(tmp_path):
    path = tmp_path / "moving.gif"
    path.write_bytes(images()["moving.gif"])
    for limits in (
        Limits(max_frames=5),
        Limits(max_animation_pixels=128 * 150 * 5),
        Limits(max_pixels=128 * 149),
    ):
        with pytest.raises(MediaTooLarge, match=r"moving\.gif: .*150 pixels"):
            next(read_frames(path, limits=limits))
    clip = tmp_path / "clip.mkv"
    clip.write_bytes(CLIPS["clip.mkv"])
    with pytest.raises(MediaTooLarge, match=r"clip\.mkv: frames of 96 x 64 pixels"):
        next(read_frames(clip, limits=Limits(max_pixels=96 * 64 - 1)))


def test_play_lists_open_nothing(tmp_path):
    (tmp_path / "secret.mp4").write_bytes(CLIPS["moov_first.mp4"])
    for text in ("#EXTM3U\n#EXTINF:2,\nsecret.mp4\n", "ffconcat version 1.0\nfile secret.mp4\n"):
        path = tmp_path / "list.mp4"
        path.write_text(text)
        with pytest.raises(UnsupportedMedia, match=r"list\.mp4: the content is text"):
            next(read_frames(path))
    assert not (tmp_path / "concat:secret.mp4").exists()


def test_a_sound_file_has_no_frames(tmp_path):
    out = io.BytesIO()
    with av.open(out, mode="w", format="matroska") as container:
        sound = container.add_stream("pcm_s16le", rate=8000)
        sound.layout = "mono"
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        tone.sample_rate = 8000
        container.mux(sound.encode(tone))
    (tmp_path / "sound.mkv").write_bytes(out.getvalue())
    with pytest.raises(UnsupportedMedia, match=r"sound\.mkv: has no picture track"):
        next(read_frames(tmp_path / "sound.mkv"))


def test_memory_does_not_grow_with_length(tmp_path, grace):
    path = tmp_path / "long.mp4"
    still = np.ascontiguousarray(grace[:320, :320])
    write_video(path, (Frame(still, i / 25, i) for i in range(1000)), rate=25)
    process = psutil.Process()
    sizes = [process.memory_info().rss for _ in read_frames(path)]
    # The second half is 154 MB of RGB. The decoder's own buffers have filled up by then.
    assert max(sizes[500:]) - max(sizes[:500]) < 15e6


def test_stopping_early_closes_the_file(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(CLIPS["moov_first.mp4"])
    frames = read_frames(path)
    next(frames)
    opened = [f.path for f in psutil.Process().open_files()]
    frames.close()
    assert str(path) in opened
    assert str(path) not in [f.path for f in psutil.Process().open_files()]


@pytest.mark.parametrize("name", ["samples.mp4", "samples_of_fragment.mp4"])
def test_a_video_of_two_billion_samples_is_not_believed(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(bombs()[name])
    before = psutil.Process().memory_info().rss
    for read in (lambda: next(read_frames(path)), lambda: probe(path)):
        with pytest.raises(CorruptMedia, match=r"declares 214748\d+ samples"):
            read()
    assert psutil.Process().memory_info().rss - before < 50e6


def test_boxes_within_boxes_come_to_an_end(tmp_path):
    path = tmp_path / "nested.mp4"
    depth = 40_000
    boxes = b"".join(struct.pack(">I4s", 8 * (depth - i), b"moov") for i in range(depth))
    path.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + boxes)
    with pytest.raises(CorruptMedia, match=r"nested\.mp4"):
        next(read_frames(path))
