"""Which pictures, videos and cameras can be read here: tried, where that is possible, not assumed."""

from __future__ import annotations

import io
from collections.abc import Iterator

from mien.doctor.report import Fact

STILLS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF")
VIDEO = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mjpeg", "prores")


def media() -> Iterator[Fact]:
    """Still formats by decoding a picture of each; video decoders and camera backends by asking for them."""
    import av
    import cv2
    import pi_heif

    failing = [name for name in STILLS if not decodes(name)]
    working = ", ".join(name for name in STILLS if name not in failing)
    yield Fact("stills", working + (f"; not {', '.join(failing)}" if failing else ""), not failing)
    heif = pi_heif.libheif_info()
    yield Fact("HEIC", f"libheif {heif['libheif']}", bool(heif["decoders"]))
    libraries = (f"{name} {'.'.join(map(str, version))}" for name, version in av.library_versions.items())
    yield Fact("video", f"PyAV {av.__version__}, {', '.join(libraries)}")
    there = [name for name in VIDEO if name in av.codecs_available]
    yield Fact("video decoders", ", ".join(there), {"h264", "hevc", "vp9", "av1"} <= set(there))
    backends = [cv2.videoio_registry.getBackendName(b) for b in cv2.videoio_registry.getCameraBackends()]
    yield Fact("cameras", f"OpenCV {cv2.__version__}, {', '.join(backends) or 'no backend'}")


def decodes(name: str) -> bool:
    """Whether Pillow writes a small grey picture in this format and reads it back as grey."""
    from PIL import Image

    file = io.BytesIO()
    try:
        Image.new("RGB", (16, 16), (128, 128, 128)).save(file, name)
        corner = Image.open(file).convert("RGB").getpixel((0, 0))
    except (KeyError, OSError, ValueError):  # no such format, no codec, a codec that fails
        return False
    return isinstance(corner, tuple) and max(abs(value - 128) for value in corner) <= 4  # lossy formats
