"""Every picture that people have comes out upright in RGB, and what is no whole picture is a clear error."""

import io
import os
import socket
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile
from PIL import Image as Pillow

from bench.bombs import bombs, png
from bench.heic import heic
from bench.media_seeds import images
from mien.errors import ArgumentError, CorruptMedia, MediaNotFound, MediaTooLarge, UnsupportedMedia
from mien.media import Limits, read_image

LOSSLESS = (".png", ".tif", ".bmp")
SEEDS = images()
BOMBS = bombs()


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """What `SEEDS` were made from."""
    return read_image(SEEDS["raw.tif"])


def encoded(image: np.ndarray, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    Pillow.fromarray(image).save(out, kind, **options)
    return out.getvalue()


def difference(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_each_format_gives_the_photograph(name, photo, tmp_path):
    path = tmp_path / name
    path.write_bytes(SEEDS[name])
    image = read_image(path)
    expected = photo
    if (name.startswith("plain") and name.endswith((".jpg", ".png", ".avif"))) or name == "lossy.webp":
        expected = np.rot90(photo, -1)  # written with EXIF orientation 6: turn clockwise to view
    if "grey" in name or name == "float.tif":
        expected = np.repeat(np.asarray(Pillow.fromarray(photo).convert("L"))[..., None], 3, axis=2)
    # Coding at default quality moves values by 1 to 4 of 255 on average, 64 colours by about 9 (and one of
    # them is made transparent); nothing else may move at all.
    exact = (name.endswith(LOSSLESS) and not name.startswith(("palette", "jpeg"))) or name == "lossless.webp"
    assert image.dtype == np.uint8
    bound = 0 if exact else 12 if "palette" in name else 6
    assert difference(image, expected) <= (0.01 if name == "float.tif" else bound)  # two ways to round


# How a picture has to be stored for a viewer that applies the orientation to show `u` (TIFF 6.0, page 36).
STORED = {
    1: lambda u: u,
    2: lambda u: u[:, ::-1],
    3: lambda u: u[::-1, ::-1],
    4: lambda u: u[::-1],
    5: lambda u: u.swapaxes(0, 1),
    6: lambda u: np.rot90(u, 1),
    7: lambda u: np.rot90(u, 2).swapaxes(0, 1),
    8: lambda u: np.rot90(u, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
def test_exif_orientation_is_applied(kind, orientation):
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :16] = 255, 0, 0  # a red corner top left, a blue edge at the right
    upright[:, 40:] = 0, 0, 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind in ("JPEG", "AVIF") else {}
    data = encoded(np.ascontiguousarray(STORED[orientation](upright)), kind, exif=exif, **options)
    # Subsampled colour bleeds at the edges of the lossy ones; a wrong orientation differs by more than 60.
    assert difference(read_image(data), upright) <= (8 if kind in ("JPEG", "AVIF") else 0)


@pytest.mark.parametrize("turns", range(4))
def test_heic_is_turned_by_its_own_box(turns, grace):
    photo = np.ascontiguousarray(grace[:400, :256])
    assert difference(read_image(heic(photo, turns)), np.rot90(photo, turns)) < 3  # x265 at crf 18: 1.6


def test_16_bits_are_scaled_and_not_cut(tmp_path):
    ramp = np.arange(256, dtype=np.uint16).reshape(16, 16)
    for values, expected in (
        (ramp * 257, ramp),
        (ramp * 0 + 65535, 255),
        (ramp * 0 + 128, 0),
        (ramp * 0 + 129, 1),
    ):
        assert (read_image(encoded(values))[..., 0] == expected).all()
        assert (read_image(encoded(values, "TIFF"))[..., 1] == expected).all()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 0.5, 1.0]], np.float32), [0, 128, 255]),  # unit range
        (np.array([[0, 127, 255]], np.float32), [0, 127, 255]),  # 8 bits in floats
        (np.array([[0, 32768, 65535]], np.float32), [0, 128, 255]),  # 16 bits in floats
        (np.array([[np.nan, -5, 1.0]], np.float32), [0, 0, 255]),
        (np.array([[0, 100, 255]], np.int32), [0, 100, 255]),  # 8 bits in 32
        (np.array([[0, 2**30, 2**31 - 1]], np.int32), [0, 128, 255]),
    ],
)
def test_wide_numbers_keep_their_brightness(values, expected):
    assert read_image(encoded(values, "TIFF"))[0, :, 0].tolist() == expected


def test_transparency_is_laid_on_white():
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 1] = 10, 20, 30, 255
    rgba[1] = 0, 0, 0, 128
    for source in (encoded(rgba), encoded(rgba, "WEBP", lossless=True), rgba):
        image = read_image(source)
        assert image[0, 0].tolist() == [255, 255, 255]
        assert image[0, 1].tolist() == [10, 20, 30]
        assert image[1, 0].tolist() == pytest.approx([127, 127, 127], abs=1)
    palette = Pillow.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    out = io.BytesIO()
    palette.save(out, "PNG", transparency=0)
    assert read_image(out.getvalue())[0, 0].tolist() == [255, 255, 255]


def test_adobe_cmyk_is_not_negative(photo):
    assert b"Adobe" in SEEDS["cmyk.jpg"]
    assert difference(read_image(SEEDS["cmyk.jpg"]), photo) < 6  # a negative would differ by more than 80


def test_arrays_are_checked():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert read_image(grey).shape == (3, 4, 3)
    assert (read_image(grey)[..., 2] == grey).all()
    for wrong in (grey.astype(float), grey[..., None], grey[:0]):
        with pytest.raises(ArgumentError, match="shape"):
            read_image(wrong)


def test_the_extension_does_not_matter(photo, tmp_path):
    path = tmp_path / "portrait.jpg"
    path.write_bytes(SEEDS["raw.tif"])
    assert (read_image(path) == photo).all()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\3\4" + bytes(40), "ZIP"),
        (b"\x7fELF" + bytes(40), "program"),
        (b"just text\n" * 5, "text"),
        (b"BMW is a car\n" * 5, "text"),
        (b"\x13\x37" * 40, "starts with 13 37"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "read_frames"),
    ],
)
def test_what_is_no_image_is_named(content, says, tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    with pytest.raises(UnsupportedMedia, match=says) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_cut_files_are_errors_and_never_half_a_picture(name):
    data = SEEDS[name]
    whole = read_image(data)
    for part in range(1, 16):
        cut = data[: len(data) * part // 16]
        try:
            image = read_image(cut)
        except (CorruptMedia, UnsupportedMedia, MediaTooLarge):
            continue
        # Only what comes after the picture may be missing: further frames, an index, text.
        assert (image == whole).all(), f"{part}/16 of the file gave another picture"


def test_a_jpeg_filled_up_with_zeros_is_cut_off_too(monkeypatch):
    data = SEEDS["plain.jpg"]
    half = data[: len(data) // 2]
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as applications around us may do
    for broken in (half, half + bytes(len(data) - len(half)), half + b"\xff\xfe\0\4\xff\xd9"):
        with pytest.raises(CorruptMedia, match="cut off"):
            read_image(broken)


def test_what_follows_a_jpeg_does_not_matter(photo):
    """Phones append a film, whose bytes look like markers now and then."""
    film = b"\0\0\0\x18ftypmp42" + b"\xff\xda\0\x08" + np.random.default_rng(0).bytes(3000)
    assert (read_image(SEEDS["plain.jpg"] + film) == read_image(SEEDS["plain.jpg"])).all()


def test_limits_are_checked_before_decoding(tmp_path, grace):
    path = tmp_path / "large.png"
    path.write_bytes(encoded(grace))
    with pytest.raises(MediaTooLarge, match=r"large\.png: 512 x 600 pixels"):
        read_image(path, limits=Limits(max_pixels=512 * 600 - 1))
    with pytest.raises(MediaTooLarge, match=r"large\.png: 0\.\d MB"):
        read_image(path, limits=Limits(max_bytes=100_000))
    assert read_image(path, limits=Limits(max_pixels=512 * 600)).shape == (600, 512, 3)


@pytest.mark.parametrize("name", sorted(set(BOMBS) - {"just_allowed.png"}))
def test_bombs_do_not_go_off(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(BOMBS[name])
    started = time.perf_counter()
    try:
        image = read_image(path)
    except (MediaTooLarge, CorruptMedia, UnsupportedMedia) as error:
        assert name in str(error)  # noqa: PT017 - either outcome is right, a slow one is not
    else:
        assert image.nbytes <= 5_000 * 5_000 * 3  # those whose first frame is harmless
    assert time.perf_counter() - started < 2


def test_the_limit_is_ours_and_not_the_process_s():
    import zlib

    before = Pillow.MAX_IMAGE_PIXELS
    pixels = zlib.compress(bytes(9_501 * 1_188), 1)
    data = png(9_501, 9_500, pixels[:100], depth=1)  # over Pillow's limit for warnings, below ours
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CorruptMedia):  # its pixels are cut off, which shows that they were looked at
            read_image(data)
    assert before == Pillow.MAX_IMAGE_PIXELS


def test_what_is_no_file_is_an_error_at_once(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "dangling.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "zeros.jpg").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)  # names of sockets are short
        listener.bind("socket.jpg")
        names = ["pipe", "folder", "dangling", "loop", "zeros", "socket", "missing"]
        for name in names:
            started = time.perf_counter()
            with pytest.raises(MediaNotFound, match=f"{name}.jpg: "):
                read_image(tmp_path / f"{name}.jpg")
            assert time.perf_counter() - started < 0.5
    for name in ("\0.jpg", 7):
        with pytest.raises(ArgumentError):
            read_image(name)
    with pytest.raises(MediaNotFound):
        read_image(Path("a" * 5000))


def test_an_empty_file_is_corrupt(tmp_path):
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(CorruptMedia, match=r"empty\.jpg: the file is empty"):
        read_image(tmp_path / "empty.jpg")


def test_threads_read_the_same():
    expected = {name: read_image(data) for name, data in SEEDS.items()}
    wrong = []

    def work() -> None:
        wrong.extend(n for n, data in SEEDS.items() if (read_image(data) != expected[n]).any())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
